import type { ConvertedContent } from './converted-record.ts'

/**
 * A content that is about to be written. One that was converted by its bytes comes in pieces: no text is made of what is only
 * handed on, which stands in memory that is used again for the next submission.
 */
export type FreshContent = ConvertedContent | ContentInPieces

interface ContentInPieces {
  readonly kind: 'pieces'
  /** Of the payload, one behind the other: text, or ASCII. */
  readonly payload: readonly Piece[]
  readonly dropped: string
}

export type Piece = string | Uint8Array

/** The same without any memory of others. */
export function kept(content: FreshContent): ConvertedContent {
  if (content.kind !== 'pieces') return content
  const { payload, dropped } = content
  return { kind: 'converted', payload: payload.map(textOf).join(''), dropped }
}

function textOf(piece: Piece): string {
  if (typeof piece === 'string') return piece
  return Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1')
}

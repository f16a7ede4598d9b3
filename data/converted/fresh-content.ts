import type { ConvertedContent } from './converted-record.ts'

/**
 * A content that is about to be written. One that was converted by its bytes comes in pieces: no text is made of its histograms, which
 * stand in memory that is used again for the next submission.
 */
export type FreshContent = ConvertedContent | ContentInPieces

interface ContentInPieces {
  readonly kind: 'pieces'
  /** The payload: text, ASCII, text. */
  readonly before: string
  readonly histograms: Uint8Array
  readonly behind: string
  readonly dropped: string
}

/** The same without any memory of others. */
export function kept(content: FreshContent): ConvertedContent {
  if (content.kind !== 'pieces') return content
  const { before, histograms, behind, dropped } = content
  const { buffer, byteOffset, length } = histograms
  const text = Buffer.from(buffer, byteOffset, length).toString('latin1')
  return { kind: 'converted', payload: before + text + behind, dropped }
}

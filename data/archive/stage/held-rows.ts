import { isUtf8 } from 'node:buffer'
import type { ConvertedEntry, StoredEntry } from '../../converted/converted-file.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Keep } from '../part-name.ts'

/** What the counts say of a submission that was converted later than it was counted, and since when it is converted. */
export interface Recovery {
  readonly recoveredAt: EpochMs
  /** JSON; see FirstCounted. */
  readonly firstCounted: string
}

/** A submission that waits in memory for its file. */
export interface HeldRow {
  readonly segment: string
  readonly entry: Pick<ConvertedEntry, 'record' | 'converterVersion'>
  readonly content: StoredEntry['content']
  readonly recovery: Recovery | null
  /** Of what fills the file. */
  readonly contentBytes: number
}

/** What a row takes beside its content, roughly. */
const ROW_BYTES = 2048

/** Submissions of one stage in memory, and how much of it they take. */
export class HeldRows {
  #rows: Record<Keep, HeldRow[]> = { archive: [], quarantine: [] }
  #bytes = 0
  #lastBlock: ArrayBufferLike | null = null

  /** Memory that is held, roughly. */
  get bytes(): number {
    return this.#bytes
  }

  add(segment: string, entry: ConvertedEntry | StoredEntry, recovery: Recovery | null): void {
    const content = stored(entry.content)
    const isConverted = content.kind === 'converted'
    const bytes = isConverted ? content.payload : content.body
    this.#bytes += ROW_BYTES + this.#blockBytes(bytes.buffer)
    const contentBytes = bytes.length + (isConverted ? content.dropped.length : 0)
    this.#rows[isConverted ? 'archive' : 'quarantine'].push({ segment, entry, content, recovery, contentBytes })
  }

  /** All of them, and from now on none. */
  take(): Readonly<Record<Keep, HeldRow[]>> {
    const rows = this.#rows
    this.#rows = { archive: [], quarantine: [] }
    this.#bytes = 0
    this.#lastBlock = null
    return rows
  }

  /** Contents are views of the blocks in which they were kept; one view holds on to all of its block. */
  #blockBytes(block: ArrayBufferLike): number {
    if (block === this.#lastBlock) return 0
    this.#lastBlock = block
    return block.byteLength
  }
}

function stored(content: (ConvertedEntry | StoredEntry)['content']): StoredEntry['content'] {
  if (content.kind === 'raw') return content
  return { kind: 'converted', payload: utf8(content.payload), dropped: utf8(content.dropped) }
}

/** What isn't UTF-8 gets replacement characters: one submission must not hold up a part. */
function utf8(text: string | Buffer): Buffer {
  return typeof text !== 'string' && isUtf8(text) ? text : Buffer.from(text.toString())
}

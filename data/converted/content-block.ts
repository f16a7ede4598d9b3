import type { ConvertedContent } from './converted-record.ts'
import type { FreshContent, Piece } from './fresh-content.ts'

/** The same as it is kept: texts as UTF-8. Most of them are only handed on. */
export type StoredContent =
  | { readonly kind: 'converted'; readonly payload: Buffer; readonly dropped: Buffer }
  | Extract<ConvertedContent, { readonly kind: 'raw' }>

/**
 * Contents of several records as bytes, before compression. One entry a record, all numbers little endian:
 *
 *     u32  number of the record's frame
 *     u8   kind: 1 converted, 2 raw
 *     two or three parts, each u32 length and bytes
 *          converted: payload, dropped (UTF-8 both)
 *          raw:       path (UTF-8), headers (JSON object of strings, UTF-8), body (as received)
 */
const KIND_CONVERTED = 1
const KIND_RAW = 2
const ENTRY_HEAD_BYTES = 5
const LENGTH_BYTES = 4
/** For one UTF-16 unit. */
const MOST_UTF8_BYTES = 3

export class ContentBlock {
  #bytes: Buffer
  #length = 0

  /** `bytes`: how many it has room for before it grows. */
  constructor(bytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(bytes)
  }

  get length(): number {
    return this.#length
  }

  add(frame: number, content: FreshContent): void {
    const head = this.#room(ENTRY_HEAD_BYTES)
    this.#bytes.writeUInt32LE(frame, head)
    this.#bytes.writeUInt8(content.kind === 'raw' ? KIND_RAW : KIND_CONVERTED, head + 4)
    this.#length = head + ENTRY_HEAD_BYTES
    switch (content.kind) {
      case 'converted':
        this.#addText(content.payload)
        this.#addText(content.dropped)
        break
      case 'pieces':
        this.#addPart(content.payload)
        this.#addText(content.dropped)
        break
      case 'raw':
        this.#addText(content.path)
        this.#addText(JSON.stringify(content.headers))
        this.#addPart([content.body])
        break
      default:
        content satisfies never
    }
  }

  /** All that was added since the last time, as a view that is good until something is added again. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#length = 0
    return taken
  }

  #addText(text: string): void {
    const at = this.#room(LENGTH_BYTES + MOST_UTF8_BYTES * text.length)
    const length = this.#bytes.write(text, at + LENGTH_BYTES)
    this.#bytes.writeUInt32LE(length, at)
    this.#length = at + LENGTH_BYTES + length
  }

  #addPart(pieces: readonly Piece[]): void {
    let most = LENGTH_BYTES
    for (const piece of pieces) most += typeof piece === 'string' ? MOST_UTF8_BYTES * piece.length : piece.length
    const at = this.#room(most)
    let end = at + LENGTH_BYTES
    for (const piece of pieces) {
      if (typeof piece === 'string') end += this.#bytes.write(piece, end)
      else {
        this.#bytes.set(piece, end)
        end += piece.length
      }
    }
    this.#bytes.writeUInt32LE(end - at - LENGTH_BYTES, at)
    this.#length = end
  }

  /** Sees that so many bytes can be added; where they begin. */
  #room(bytes: number): number {
    const needed = this.#length + bytes
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * needed)
      this.#bytes.copy(larger, 0, 0, this.#length)
      this.#bytes = larger
    }
    return this.#length
  }
}

/** Entries of a block, in their order. Throws RangeError where it isn't one; bytes are views of `block`. */
export function* decodeContents(block: Buffer): Generator<{ frame: number; content: StoredContent }> {
  let at = 0
  const part = (): Buffer => {
    const length = block.readUInt32LE(at)
    const end = at + 4 + length
    if (end > block.length) throw new RangeError(`a part of ${length} bytes ends behind its block`)
    const bytes = block.subarray(at + 4, end)
    at = end
    return bytes
  }
  while (at < block.length) {
    const frame = block.readUInt32LE(at)
    const kind = block.readUInt8(at + 4)
    at += 5
    if (kind === KIND_CONVERTED) {
      yield { frame, content: { kind: 'converted', payload: part(), dropped: part() } }
    } else if (kind === KIND_RAW) {
      yield { frame, content: { kind: 'raw', path: part().toString(), headers: headersOf(part()), body: part() } }
    } else {
      throw new RangeError(`an entry of kind ${kind}, where 1 and 2 are known`)
    }
  }
}

function headersOf(bytes: Buffer): Record<string, string> {
  const headers: unknown = JSON.parse(bytes.toString())
  if (typeof headers !== 'object' || headers === null) throw new RangeError('headers that are no object')
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

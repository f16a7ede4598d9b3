import { HASH_PRIME, HASH_SEED, type IndexedLayout, type LayoutIndex } from './layout-index.ts'
import { ascii, NOT_PLAIN, skipNumber, skipString, skipValue, type ValueCount } from './skip-value.ts'

/** The member `histograms` of a payload of version 1, in compact form. */
export interface ScannedHistograms {
  /** One behind its last byte. */
  readonly end: number
  /** `"NAME":[…],…` */
  readonly kept: string
  readonly unknown: readonly UnknownHistogram[]
  /** Histograms in all. */
  readonly total: number
  /** JSON values in it, itself among them. */
  readonly values: number
}

/** A histogram that the index doesn't have; `text` is its value, as it came. */
export interface UnknownHistogram {
  readonly name: string
  readonly text: string
}

/** Objects within the member `histograms`: a histogram, and its `values` or `range`. */
export const LEVELS_WITHIN = 2

/** More output than this isn't worth keeping a buffer for. */
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024

const VALUES = Buffer.from('"values":')
/** Those that follow the buckets in compact form, in its order. */
const SUMMARY = ['sum', 'log_sum', 'log_sum_squares', 'sum_squares_lo', 'sum_squares_hi'].map((name) =>
  Buffer.from(`"${name}":`),
)
const FIRST_OF_VALUES = 0x76
const FIRST_OF_SUMS = 0x73
const FIRST_OF_LOG_SUMS = 0x6c

/**
 * Turns raw histograms into compact ones without making JavaScript values of them: names are found by their bytes,
 * bucket keys are walked in step with the bounds of the layout, and numbers are copied byte by byte. That goes only
 * where everything is as clients write it; what is odd in any way is left to the complete conversion, whose answer
 * for all that goes here is the same, byte for byte (a test holds both against each other).
 *
 * Its buffers are used again from one submission to the next.
 */
export class HistogramScanner {
  readonly #count: ValueCount = { values: 0 }
  /** From and to of each number of the summary; 0 where there is none. */
  readonly #summary = new Int32Array(2 * SUMMARY.length)
  #bytes: Uint8Array = new Uint8Array(0)
  #out = Buffer.alloc(0)
  #written = 0
  /** Which layouts the submission has had: those with its own number. */
  #seen = new Int32Array(0)
  #submission = 0

  /**
   * Reads the object that begins at `start`. Null: it isn't plain. `bytes` end with a zero behind their text.
   */
  scan(bytes: Uint8Array, start: number, index: LayoutIndex): ScannedHistograms | null {
    if (!this.#prepare(bytes, index)) return null
    const unknown: UnknownHistogram[] = []
    const unknownNames = new Set<string>()
    this.#count.values = 1
    let total = 0
    // Behind the brace, then behind each comma.
    for (let at = start + 1; ; at++) {
      total++
      let nameEnd = at + 1
      let hash = HASH_SEED
      if (bytes[at] !== ascii.quote) return null
      for (; ; nameEnd++) {
        const byte = bytes[nameEnd] ?? 0
        if (byte === ascii.quote) break
        if (byte < ascii.space || byte > ascii.tilde || byte === ascii.backslash) return null
        hash = Math.imul(hash ^ byte, HASH_PRIME)
      }
      if (bytes[nameEnd + 1] !== ascii.colon) return null
      const layout = index.find(bytes, at + 1, nameEnd, hash)
      const valueAt = nameEnd + 2
      let end: number
      if (layout === undefined) {
        const name = latin1(bytes, at + 1, nameEnd)
        if (index.isUnwalkable(name) || unknownNames.has(name)) return null
        end = skipValue(bytes, valueAt, LEVELS_WITHIN, this.#count)
        if (end === NOT_PLAIN) return null
        unknownNames.add(name)
        unknown.push({ name, text: latin1(bytes, valueAt, end) })
      } else {
        if (this.#seen[layout.place] === this.#submission) return null
        this.#seen[layout.place] = this.#submission
        if (this.#written > 0) this.#write(ascii.comma)
        this.#copy(at, valueAt)
        end = this.#histogram(valueAt, layout)
        if (end === NOT_PLAIN) return null
      }
      at = end
      if (bytes[at] === ascii.comma) continue
      if (bytes[at] !== ascii.closeBrace) return null
      const kept = this.#out.toString('latin1', 0, this.#written)
      return { end: at + 1, kept, unknown, total, values: this.#count.values }
    }
  }

  #prepare(bytes: Uint8Array, index: LayoutIndex): boolean {
    const mostOutput = bytes.length + index.emptyBytes
    if (mostOutput > MOST_OUTPUT_BYTES) return false
    if (this.#out.length < mostOutput) this.#out = Buffer.allocUnsafe(2 * mostOutput)
    if (this.#seen.length < index.layouts.length) this.#seen = new Int32Array(index.layouts.length)
    this.#submission = (this.#submission + 1) | 0
    if (this.#submission === 0) this.#seen.fill(0)
    this.#bytes = bytes
    this.#written = 0
    return true
  }

  /** Writes the compact form of the raw histogram at `start`; where that ends. */
  #histogram(start: number, { bounds }: IndexedLayout): number {
    const bytes = this.#bytes
    if (bytes[start] !== ascii.openBrace) return NOT_PLAIN
    this.#count.values++
    this.#summary.fill(0)
    this.#write(ascii.openBracket)
    let hasValues = false
    for (let at = start + 1; ; at++) {
      if (bytes[at] !== ascii.quote) return NOT_PLAIN
      const first = bytes[at + 1] ?? 0
      if (first === FIRST_OF_VALUES && startsWith(bytes, at, VALUES)) {
        if (hasValues) return NOT_PLAIN
        hasValues = true
        at = this.#buckets(at + VALUES.length, bounds)
      } else {
        const number = first === FIRST_OF_SUMS || first === FIRST_OF_LOG_SUMS ? summaryMember(bytes, at) : -1
        at = number === -1 ? this.#otherMember(at) : this.#summaryNumber(at, number)
      }
      if (at === NOT_PLAIN) return NOT_PLAIN
      if (bytes[at] === ascii.comma) continue
      if (bytes[at] !== ascii.closeBrace || !hasValues) return NOT_PLAIN
      this.#writeSummary()
      return at + 1
    }
  }

  /** A member that the compact form leaves out. */
  #otherMember(at: number): number {
    const colon = skipString(this.#bytes, at)
    if (colon === NOT_PLAIN || this.#bytes[colon] !== ascii.colon) return NOT_PLAIN
    return skipValue(this.#bytes, colon + 1, LEVELS_WITHIN - 1, this.#count)
  }

  #summaryNumber(at: number, number: number): number {
    const start = at + (SUMMARY[number]?.length ?? 0)
    const end = skipNumber(this.#bytes, start)
    // A second one of the same name: the complete conversion knows which of them counts.
    if (this.#summary[2 * number] !== 0) return NOT_PLAIN
    this.#count.values++
    this.#summary[2 * number] = start
    this.#summary[2 * number + 1] = end
    return end
  }

  /** Walks `{"0":12,"5":3,…}` in step with the bounds, and writes a count for each, with a comma behind it. */
  #buckets(start: number, bounds: Int32Array): number {
    const bytes = this.#bytes
    const out = this.#out
    let written = this.#written
    let place = 0
    let at = start + 1
    if (bytes[start] !== ascii.openBrace) return NOT_PLAIN
    this.#count.values++
    if (bytes[at] !== ascii.closeBrace) {
      for (;;) {
        if (bytes[at] !== ascii.quote) return NOT_PLAIN
        const keyAt = ++at
        let key = 0
        let byte = bytes[at] ?? 0
        while (byte >= ascii.zero && byte <= ascii.nine) {
          key = key * 10 + (byte - ascii.zero)
          byte = bytes[++at] ?? 0
        }
        const digits = at - keyAt
        // `007` is no bound, and what overflows no number.
        if (digits === 0 || digits > MOST_KEY_DIGITS || (digits > 1 && bytes[keyAt] === ascii.zero)) return NOT_PLAIN
        if (byte !== ascii.quote || bytes[at + 1] !== ascii.colon) return NOT_PLAIN
        while (place < bounds.length && (bounds[place] ?? 0) < key) {
          out[written++] = ascii.zero
          out[written++] = ascii.comma
          place++
        }
        if (place === bounds.length || bounds[place] !== key) return NOT_PLAIN
        place++

        at += 2
        const countAt = at
        byte = bytes[at] ?? 0
        while (byte >= ascii.zero && byte <= ascii.nine) {
          out[written++] = byte
          byte = bytes[++at] ?? 0
        }
        const length = at - countAt
        if (length === 0 || (length > 1 && bytes[countAt] === ascii.zero)) return NOT_PLAIN
        out[written++] = ascii.comma
        this.#count.values++
        at++
        if (byte === ascii.comma) continue
        if (byte !== ascii.closeBrace) return NOT_PLAIN
        break
      }
    } else {
      at++
    }
    for (; place < bounds.length; place++) {
      out[written++] = ascii.zero
      out[written++] = ascii.comma
    }
    this.#written = written
    return at
  }

  #writeSummary(): void {
    for (let number = 0; number < SUMMARY.length; number++) {
      const from = this.#summary[2 * number] ?? 0
      if (number > 0) this.#write(ascii.comma)
      if (from === 0) {
        this.#write(ascii.minus)
        this.#write(ascii.zero + 1)
      } else {
        this.#copy(from, this.#summary[2 * number + 1] ?? from)
      }
    }
    this.#write(ascii.closeBracket)
  }

  #write(byte: number): void {
    this.#out[this.#written++] = byte
  }

  #copy(from: number, to: number): void {
    const bytes = this.#bytes
    const out = this.#out
    let written = this.#written
    for (let at = from; at < to; at++) out[written++] = bytes[at] ?? 0
    this.#written = written
  }
}

/** As many as the highest bound of a walkable layout has. */
const MOST_KEY_DIGITS = 9

/** Which number of the summary the member at `at` is; -1: none of them. */
function summaryMember(bytes: Uint8Array, at: number): number {
  for (let number = 0; number < SUMMARY.length; number++) {
    const name = SUMMARY[number]
    if (name !== undefined && startsWith(bytes, at, name)) return number
  }
  return -1
}

function startsWith(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let index = 0; index < word.length; index++) if (bytes[at + index] !== word[index]) return false
  return true
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}

import { type Follows, type IndexedLayout, LayoutIndex, MOST_HEAD_BYTES } from './layout-index.ts'
import { copyLongWords, longWordsStandAt } from './long-words.ts'
import { ascii, NOT_PLAIN, skipNumber, skipSpace, skipString, skipValue, type ValueCount } from './skip-value.ts'
import { copyTo, digitsIn, KEY_WORDS, keyAt, standsAt, viewOf, type Words, wordsOf } from './words.ts'

/** The member `histograms` of a payload of version 1, in compact form. */
export interface ScannedHistograms {
  /** One behind its last byte. */
  readonly end: number
  /** `{"NAME":[…],…}`, ASCII: a view that is good until the next scan. */
  readonly kept: Uint8Array
  /** Those that the index doesn't have, by name: the value's text, as it came. */
  readonly unknown: ReadonlyMap<string, string>
  /** Histograms in all. */
  readonly total: number
  /** JSON values in it, itself among them. */
  readonly values: number
}

/** Room behind the zero that ends a text, and behind the output: some stretches are read and written past their end. */
export const SLACK_BYTES = MOST_HEAD_BYTES + 16

/** Of objects and arrays within the histograms: a histogram itself, and its `values` or `range`. */
const LEVELS_WITHIN = 2

const NO_LAYOUTS = LayoutIndex.of({ layouts: new Map(), unreadable: new Map() })

/** More output than this isn't worth keeping a buffer for. */
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024

/** As many as the highest bound of a walkable layout has. */
const MOST_KEY_DIGITS = 9

/** What compact form leaves out, because the specification says it. */
const REDUNDANT = namesOf(['range', 'bucket_count', 'histogram_type'])
const VALUES = wordsOf('"values":')
/** What follows the buckets, in the order of the compact form and of the clients. */
const SUMMARY = namesOf(['sum', 'log_sum', 'log_sum_squares', 'sum_squares_lo', 'sum_squares_hi'])

/** V8 looks up what another module exports each time that it is used. */
const {
  space: SPACE,
  quote: QUOTE,
  comma: COMMA,
  point: POINT,
  zero: ZERO,
  nine: NINE,
  colon: COLON,
  openBracket: OPEN_BRACKET,
  closeBracket: CLOSE_BRACKET,
  openBrace: OPEN_BRACE,
  closeBrace: CLOSE_BRACE,
} = ascii

/** `0,0,0,0,`: four buckets without anything in them, as the number that has these eight bytes. */
const FOUR_ZEROS = new Float64Array(Uint8Array.from(Buffer.from('0,0,0,0,')).buffer)[0] ?? 0
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
/** `-1,` and what is written over. */
const ABSENT = 0x002c312d

/**
 * Turns raw histograms into compact ones without making JavaScript values of them: names are found by their bytes,
 * bucket keys are walked in step with the bounds of the layout, and numbers are copied as bytes. That goes only where
 * everything is as clients write it; what is odd in any way is left to the complete conversion, whose answer for all
 * that goes here is the same, byte for byte (a test holds both against each other).
 *
 * Submissions are much alike: what stands between the quote before a histogram's name and its first bucket is compared
 * with the last submission's, and read only where it differs. Buffers are used again from one submission to the next.
 */
export class HistogramScanner {
  readonly #count: ValueCount = { values: 0 }
  #index = NO_LAYOUTS
  #bytes = new Uint8Array(0)
  #input = viewOf(this.#bytes)
  #out = new Uint8Array(0)
  #output = viewOf(this.#out)
  #written = 0
  /** Which layouts the submission has had: those with its own number. */
  #seen = new Int32Array(0)
  #submission = 0

  /** Reads the object that begins at `start`. Null: it isn't plain. `bytes`: a text, a zero, and `SLACK_BYTES`. */
  scan(bytes: Uint8Array<ArrayBuffer>, start: number, index: LayoutIndex): ScannedHistograms | null {
    if (!this.#prepare(bytes, index)) return null
    const unknown = new Map<string, string>()
    let before: Follows = index.beginning
    let total = 0
    // Behind the brace, then behind each comma.
    for (let at = start + 1; ; at++) {
      total++
      at = skipSpace(bytes, at)
      let layout = this.#expected(at, before)
      let bucketsAt = layout === null ? NOT_PLAIN : at + layout.headBytes
      if (layout === null) {
        const nameEnd = skipString(bytes, at)
        if (nameEnd === NOT_PLAIN) return null
        layout = index.find(bytes, at + 1, nameEnd - 1)
        if (layout === null) at = this.#unknown(at, nameEnd, index, unknown)
        else {
          bucketsAt = this.#behindHead(at, nameEnd, layout)
          before.next = layout
        }
      }
      if (layout !== null) {
        if (bucketsAt === NOT_PLAIN || this.#isRepeated(layout)) return null
        before = layout
        at = this.#histogram(at, bucketsAt, layout)
      }
      if (at === NOT_PLAIN) return null
      if (bytes[at] === COMMA) continue
      if (bytes[at] !== CLOSE_BRACE) return null
      this.#out[this.#written++] = CLOSE_BRACE
      const kept = this.#out.subarray(0, this.#written)
      return { end: at + 1, kept, unknown, total, values: this.#count.values }
    }
  }

  /** False where the output would be too large. */
  #prepare(bytes: Uint8Array<ArrayBuffer>, index: LayoutIndex): boolean {
    const mostOutput = bytes.length + index.emptyBytes + SLACK_BYTES
    if (mostOutput > MOST_OUTPUT_BYTES) return false
    if (this.#out.length < mostOutput) {
      this.#out = new Uint8Array(2 * mostOutput)
      this.#output = viewOf(this.#out)
    }
    this.#index = index
    if (this.#bytes !== bytes) {
      this.#bytes = bytes
      this.#input = viewOf(bytes)
    }
    if (this.#seen.length < index.layouts.length) this.#seen = new Int32Array(index.layouts.length)
    this.#submission = (this.#submission + 1) | 0
    if (this.#submission === 0) this.#seen.fill(0)
    this.#count.values = 1
    this.#out[0] = OPEN_BRACE
    this.#written = 1
    return true
  }

  #isRepeated({ place }: IndexedLayout): boolean {
    if (this.#seen[place] === this.#submission) return true
    this.#seen[place] = this.#submission
    return false
  }

  /** The histogram that begins at `at`, if it is the one after `before`, or after that one: each has some missing. */
  #expected(at: number, before: Follows): IndexedLayout | null {
    const next = before.next
    if (next === null || this.#beginsKnown(at, next)) return next
    return next.next !== null && this.#beginsKnown(at, next.next) ? next.next : null
  }

  /** Whether `layout`'s histogram begins at `at`, and as it began last time. */
  #beginsKnown(at: number, { headFrom, headBytes, headValues }: IndexedLayout): boolean {
    if (headBytes === 0 || !longWordsStandAt(this.#input, at, this.#index.heads, headFrom, headBytes)) return false
    this.#count.values += headValues
    return true
  }

  /** Where the first bucket of `layout`'s histogram stands, whose name is at `at`. */
  #behindHead(at: number, nameEnd: number, layout: IndexedLayout): number {
    if (this.#beginsKnown(at, layout)) return at + layout.headBytes
    const valuesBefore = this.#count.values
    const bucketsAt = this.#readHead(nameEnd)
    if (bucketsAt !== NOT_PLAIN && bucketsAt - at <= MOST_HEAD_BYTES) {
      this.#index.learn(layout, this.#input, at, bucketsAt - at, this.#count.values - valuesBefore)
    }
    return bucketsAt
  }

  /** From behind the name to behind the brace of `values`. */
  #readHead(nameEnd: number): number {
    const bytes = this.#bytes
    const input = this.#input
    let at = this.#behindBrace(nameEnd)
    for (; at !== NOT_PLAIN; at = skipSpace(bytes, at + 1)) {
      if (isAt(input, at, VALUES)) return this.#behindBrace(at + VALUES.length - 1)
      // Others belong to what is dropped, and numbers of the summary come behind `values`.
      const name = REDUNDANT.find((name) => isAt(input, at, name))
      if (name === undefined) return NOT_PLAIN
      at = skipValue(bytes, skipSpace(bytes, at + name.length), LEVELS_WITHIN - 1, this.#count)
      if (at === NOT_PLAIN || bytes[at] !== COMMA) return NOT_PLAIN
    }
    return NOT_PLAIN
  }

  /** Expects a colon and an object. */
  #behindBrace(at: number): number {
    const bytes = this.#bytes
    const brace = skipSpace(bytes, at + 1)
    if (bytes[at] !== COLON || bytes[brace] !== OPEN_BRACE) return NOT_PLAIN
    this.#count.values++
    return brace + 1
  }

  /** Writes the histogram whose name and first bucket stand there; where it ends. */
  #histogram(nameAt: number, bucketsAt: number, layout: IndexedLayout): number {
    if (this.#written > 1) this.#out[this.#written++] = COMMA
    // `"NAME":`
    const length = layout.name.length + 3
    copyLongWords(this.#output, this.#written, this.#input, nameAt, length)
    this.#written += length
    this.#out[this.#written++] = OPEN_BRACKET
    const at = this.#buckets(bucketsAt, layout.boundsFrom, layout.boundsTo)
    return at === NOT_PLAIN ? NOT_PLAIN : this.#summary(at)
  }

  /** Walks `"0":12,"5":3}` in step with the bounds, and writes a count for each, with a comma behind it. */
  #buckets(start: number, boundsFrom: number, boundsTo: number): number {
    const { keys, followers } = this.#index
    const bytes = this.#bytes
    const input = this.#input
    const output = this.#output
    let written = this.#written
    let place = boundsFrom
    let values = 0
    if (bytes[start] === CLOSE_BRACE) {
      this.#written = this.#zeros(written, boundsTo - boundsFrom)
      return start + 1
    }
    for (let at = start; ; ) {
      // A bucket is mostly followed by the one that followed it last time.
      let found = place < boundsTo ? (followers[place] ?? place) : place
      let keyBytes = place < boundsTo ? keyAt(input, at, keys, KEY_WORDS * found) : 0
      if (keyBytes === 0) {
        at = skipSpace(bytes, at)
        found = this.#placeOf(at, place, boundsTo)
        if (found === NOT_PLAIN) return NOT_PLAIN
        followers[place] = found
        keyBytes = keys[KEY_WORDS * found] ?? 0
      }
      if (found !== place) {
        written = this.#zeros(written, found - place)
        place = found
      }
      place++
      values++

      at += keyBytes
      // The count, and what follows it: one digit and a comma mostly.
      let word = input.getInt32(at, true)
      if ((word & 0xff) === SPACE) word = input.getInt32(++at, true)
      output.setInt32(written, word, true)
      const first = word & 0xff
      if (first < ZERO || first > NINE) return NOT_PLAIN
      let digits = 1
      let behind = (word >>> 8) & 0xff
      if (behind !== COMMA && behind !== CLOSE_BRACE) {
        digits = digitsIn(word)
        if (digits === 4) digits = this.#copyDigits(at, written)
        if (digits === 1 || first === ZERO) return NOT_PLAIN
        behind = bytes[at + digits] ?? 0
      }
      at += digits + 1
      written += digits + 1
      // It has been copied with the digits.
      if (behind === COMMA) continue
      if (behind !== CLOSE_BRACE) return NOT_PLAIN
      this.#out[written - 1] = COMMA
      this.#count.values += values
      this.#written = this.#zeros(written, boundsTo - place)
      return at
    }
  }

  /** The place of the bucket whose key, `"12":`, stands at `at`, from `place` on. */
  #placeOf(at: number, place: number, boundsTo: number): number {
    const bounds = this.#index.bounds
    const bytes = this.#bytes
    if (bytes[at] !== QUOTE) return NOT_PLAIN
    let end = at + 1
    let key = 0
    let byte = bytes[end] ?? 0
    while (byte >= ZERO && byte <= NINE) {
      key = key * 10 + (byte - ZERO)
      byte = bytes[++end] ?? 0
    }
    const digits = end - at - 1
    // `007` is no bound, and more digits than these overflow.
    if (digits === 0 || digits > MOST_KEY_DIGITS || (digits > 1 && bytes[at + 1] === ZERO)) return NOT_PLAIN
    if (byte !== QUOTE || bytes[end + 1] !== COLON) return NOT_PLAIN
    let found = place
    while (found < boundsTo && (bounds[found] ?? 0) < key) found++
    return found < boundsTo && bounds[found] === key ? found : NOT_PLAIN
  }

  /** Copies the digits at `at` to `to`, and one to four bytes more; how many digits there are. */
  #copyDigits(at: number, to: number): number {
    const input = this.#input
    const output = this.#output
    for (let digits = 0; ; digits += 4) {
      const word = input.getInt32(at + digits, true)
      output.setInt32(to + digits, word, true)
      const more = digitsIn(word)
      if (more < 4) return digits + more
    }
  }

  /** Where they end. */
  #zeros(written: number, count: number): number {
    const output = this.#output
    const end = written + 2 * count
    for (let at = written; at < end; at += 8) output.setFloat64(at, FOUR_ZEROS, IS_LITTLE_ENDIAN)
    return end
  }

  /** From behind `values` to behind the histogram: the numbers that are there, -1 for those that aren't. */
  #summary(start: number): number {
    const bytes = this.#bytes
    let at = start
    for (let number = 0; number < SUMMARY.length; number++) {
      const name = SUMMARY[number]
      const nameAt = skipSpace(bytes, at + 1)
      if (name !== undefined && bytes[at] === COMMA && isAt(this.#input, nameAt, name)) {
        at = this.#number(skipSpace(bytes, nameAt + name.length))
        if (at === NOT_PLAIN) return NOT_PLAIN
        this.#out[this.#written++] = COMMA
      } else {
        this.#output.setInt32(this.#written, ABSENT, true)
        this.#written += 3
      }
    }
    if (bytes[at] !== CLOSE_BRACE) return NOT_PLAIN
    this.#out[this.#written - 1] = CLOSE_BRACKET
    return at + 1
  }

  /** Copies the number at `start`; where it ends. Whole ones and fractions, which most are, in one go. */
  #number(start: number): number {
    const bytes = this.#bytes
    const written = this.#written
    this.#count.values++
    let digits = this.#copyDigits(start, written)
    const isNumber = digits === 1 || (digits > 1 && bytes[start] !== ZERO)
    if (isNumber && bytes[start + digits] === POINT) {
      this.#out[written + digits] = POINT
      const fraction = this.#copyDigits(start + digits + 1, written + digits + 1)
      digits = fraction === 0 ? 0 : digits + 1 + fraction
    }
    const byte = bytes[start + digits]
    if (isNumber && digits > 0 && (byte === COMMA || byte === CLOSE_BRACE)) {
      this.#written = written + digits
      return start + digits
    }
    const end = skipNumber(bytes, start)
    if (end === NOT_PLAIN) return NOT_PLAIN
    copyTo(this.#output, written, this.#input, start, end - start)
    this.#written = written + end - start
    return end
  }

  /** Takes the histogram at `at`, whose layout nobody knows, out; where it ends. */
  #unknown(at: number, nameEnd: number, index: LayoutIndex, unknown: Map<string, string>): number {
    const bytes = this.#bytes
    const name = latin1(bytes, at + 1, nameEnd - 1)
    if (index.isUnwalkable(name) || unknown.has(name) || bytes[nameEnd] !== COLON) return NOT_PLAIN
    const valueAt = skipSpace(bytes, nameEnd + 1)
    const end = skipValue(bytes, valueAt, LEVELS_WITHIN, this.#count)
    if (end !== NOT_PLAIN) unknown.set(name, latin1(bytes, valueAt, end))
    return end
  }
}

function namesOf(names: readonly string[]): Words[] {
  return names.map((name) => wordsOf(`"${name}":`))
}

function isAt(view: DataView, at: number, { words, length }: Words): boolean {
  return standsAt(view, at, words, 0, length)
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}

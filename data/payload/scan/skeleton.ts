import { decodeText } from '../body-text.ts'
import type { JsonObject } from '../json-text.ts'
import { READ_MEMBERS } from '../versions/classic.ts'
import { ascii, NOT_PLAIN, skipSpace, skipString, skipValue, type ValueCount } from './skip-value.ts'

/** A stretch of a payload that holds one value: from `start` to one before `end`. */
interface Stretch {
  readonly start: number
  readonly end: number
}

/** What stands for a value in a text that is read as JSON: as deep as histograms are. */
export const PLACEHOLDER = '{"":{"":{}}}'
const PLACEHOLDER_BYTES = Uint8Array.from(Buffer.from(PLACEHOLDER))
export const PLACEHOLDER_VALUES = 3
/** Of objects and arrays within a value, so that none is deeper than what stands for it. */
const LEVELS = 3

/** A shorter value is read as fast as it is replaced. */
const LEAST_BYTES = 100

const READ: ReadonlySet<string> = new Set(READ_MEMBERS)

/**
 * Long values of a payload's members that conversion only hands on, from `at`, where a member begins, to `to`. Ends at
 * the first that isn't plain: which ones are found is a matter of speed, not of the result. `count` counts the values
 * in what is found.
 */
export function unreadValues(bytes: Uint8Array, at: number, to: number, count: ValueCount): Stretch[] {
  const found: Stretch[] = []
  for (let nameAt = skipSpace(bytes, at); nameAt < to; ) {
    const nameEnd = skipString(bytes, nameAt)
    if (nameEnd === NOT_PLAIN || bytes[nameEnd] !== ascii.colon) break
    const start = skipSpace(bytes, nameEnd + 1)
    if (start >= to) break
    const within = { values: 0 }
    const end = skipValue(bytes, start, LEVELS, within)
    if (end === NOT_PLAIN || end > to) break
    if (end - start >= LEAST_BYTES && !READ.has(nameIn(bytes, nameAt, nameEnd))) {
      found.push({ start, end })
      count.values += within.values
    }
    if (bytes[end] !== ascii.comma) break
    nameAt = skipSpace(bytes, end + 1)
  }
  return found
}

/** A payload's text with a placeholder for each of some values. */
interface Skeleton {
  readonly text: string
  /** Where in the text they stand, in the order of the stretches. */
  readonly places: readonly number[]
}

/** Makes skeletons in memory that is used again, from one payload to the next. */
export class SkeletonMaker {
  #bytes = new Uint8Array(0)

  /** The first `length` bytes of `input` without `stretches`, which ascend. Null: they are no UTF-8. */
  make(input: Uint8Array, length: number, stretches: readonly Stretch[]): Skeleton | null {
    const most = length + stretches.length * PLACEHOLDER_BYTES.length
    if (this.#bytes.length < most) this.#bytes = new Uint8Array(2 * most)
    const places: number[] = []
    let from = 0
    let end = 0
    for (const stretch of stretches) {
      this.#bytes.set(input.subarray(from, stretch.start), end)
      end += stretch.start - from
      places.push(end)
      this.#bytes.set(PLACEHOLDER_BYTES, end)
      end += PLACEHOLDER_BYTES.length
      from = stretch.end
    }
    this.#bytes.set(input.subarray(from, length), end)
    end += length - from
    const decoded = decodeText(this.#bytes.subarray(0, end))
    if (decoded.kind === 'problem') return null
    const { text } = decoded
    return { text, places: text.length === end ? places : places.map((place) => this.#charactersBefore(place)) }
  }

  /** Texts in which a character takes more than a byte, or that begin with a byte order mark. */
  #charactersBefore(place: number): number {
    const decoded = decodeText(this.#bytes.subarray(0, place))
    return decoded.kind === 'problem' ? NOT_PLAIN : decoded.text.length
  }
}

/**
 * Whether each placeholder is the value of one of `root`'s members. Then the payload with the values that stood there is
 * JSON as well, with the same members.
 */
export function areMembers(places: readonly number[], root: JsonObject): boolean {
  return places.every((place) => root.members.some(({ value }) => value.kind === 'object' && value.start === place))
}

function nameIn(bytes: Uint8Array, nameAt: number, nameEnd: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + nameAt + 1, nameEnd - nameAt - 2).toString('latin1')
}

import { type BucketLayout, type HistogramSpecification, layoutNamed } from '../../histograms/specification.ts'
import { longWordsIn, putLongWords } from './long-words.ts'
import { KEY_WORDS, putKey } from './words.ts'

/**
 * How one histogram's buckets are laid out, ready to be walked. What a scan looks at lies side by side in the index's
 * arrays, histogram after histogram: each in arrays of its own would be fetched from all over the memory.
 */
export interface IndexedLayout extends Follows {
  /** Its own number in the index, from 0. */
  readonly place: number
  readonly name: Uint8Array
  /** Where its bounds stand among the index's. */
  readonly boundsFrom: number
  readonly boundsTo: number
  /**
   * What stood between the quote before its name and its first bucket the last time: where in the index's `heads`, how
   * many bytes, 0 where it never came, and how many values begin in them.
   */
  headFrom: number
  headBytes: number
  headValues: number
}

/** What came after it in submissions so far, and so most likely does in the next. */
export interface Follows {
  next: IndexedLayout | null
}

/** A longer head is read each time it comes. */
export const MOST_HEAD_BYTES = 1000

/** For each layout, at first; those of 2013 take 13. */
const WORDS_PER_HEAD = 32

/** More digits than this overflow the 32 bits that keys are read into. */
const HIGHEST_BOUND = 999_999_999

/** Names hash to about four slots each, so that most are found at the first look. */
const SLOTS_PER_NAME = 4

/**
 * A specification's histograms, found by the bytes of their name: no string is made of a name to look it up. Those
 * whose bounds don't strictly ascend, or are too high, stand apart: nobody can walk them in step with a submission's keys.
 */
export class LayoutIndex {
  readonly layouts: readonly IndexedLayout[]
  /** Lower bounds of all layouts, each above the one before it. */
  readonly bounds: Int32Array
  /** How each of the bounds stands as a key; see `putKey`. */
  readonly keys: Int32Array
  /** For each of the bounds, as the next that may come: which of them came the last time. */
  readonly followers: Int32Array
  /** Long words of what histograms begin with. */
  readonly heads: Float64Array
  /** Stands before the first histogram of a submission. */
  readonly beginning: Follows = { next: null }
  /** Bytes that all its histograms take with nothing in them: what is written beyond the bytes that are read. */
  readonly emptyBytes: number
  readonly #slots: Int32Array
  readonly #unwalkable: ReadonlySet<string>
  #headWords = 0

  private constructor(layouts: readonly IndexedLayout[], bounds: Int32Array, unwalkable: ReadonlySet<string>) {
    this.layouts = layouts
    this.bounds = bounds
    this.keys = keysOf(bounds)
    this.followers = Int32Array.from(bounds.keys())
    this.heads = new Float64Array(WORDS_PER_HEAD * layouts.length + longWordsIn(MOST_HEAD_BYTES))
    this.emptyBytes = 2 * bounds.length + EMPTY_SUMMARY_BYTES * layouts.length
    this.#unwalkable = unwalkable
    let size = 64
    while (size < layouts.length * SLOTS_PER_NAME) size *= 2
    this.#slots = new Int32Array(size).fill(EMPTY)
    for (const { name, place } of layouts) this.#slots[this.#freeSlot(hashOf(name, 0, name.length))] = place
  }

  /** That of `specification`, made once. */
  static of(specification: HistogramSpecification): LayoutIndex {
    const made = indexes.get(specification)
    if (made !== undefined) return made
    const layouts: IndexedLayout[] = []
    const bounds: number[] = []
    const unwalkable = new Set<string>()
    for (const name of allNames(specification)) {
      const layout = layoutNamed(specification, name)
      if (layout === null) continue
      if (isWalkable(layout)) {
        const boundsFrom = bounds.length
        for (const bound of layout.bounds) bounds.push(bound)
        layouts.push({ place: layouts.length, name: bytesOf(name), boundsFrom, boundsTo: bounds.length, ...NO_HEAD })
      } else {
        unwalkable.add(name)
      }
    }
    const index = new LayoutIndex(layouts, Int32Array.from(bounds), unwalkable)
    indexes.set(specification, index)
    return index
  }

  /** The layout of the name at `start` to `end` of `bytes`; null: not among them. */
  find(bytes: Uint8Array, start: number, end: number): IndexedLayout | null {
    const slots = this.#slots
    const mask = slots.length - 1
    for (let slot = hashOf(bytes, start, end) & mask; ; slot = (slot + 1) & mask) {
      const place = slots[slot] ?? EMPTY
      if (place === EMPTY) return null
      const layout = this.layouts[place]
      if (layout !== undefined && isSame(layout.name, bytes, start, end)) return layout
    }
  }

  /** Remembers what `layout`'s histogram begins with: `length` bytes at `at`, in which so many values begin. */
  learn(layout: IndexedLayout, view: DataView, at: number, length: number, values: number): void {
    if (this.#headWords + longWordsIn(length) > this.heads.length) {
      for (const other of this.layouts) other.headBytes = 0
      this.#headWords = 0
    }
    putLongWords(this.heads, this.#headWords, view, at, length)
    layout.headFrom = this.#headWords
    layout.headBytes = length
    layout.headValues = values
    this.#headWords += longWordsIn(length)
  }

  /** The specification defines `name`, but in a way that only the complete conversion can use. */
  isUnwalkable(name: string): boolean {
    return this.#unwalkable.has(name)
  }

  #freeSlot(hash: number): number {
    const mask = this.#slots.length - 1
    let slot = hash & mask
    while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask
    return slot
  }
}

const NO_HEAD = { headFrom: 0, headBytes: 0, headValues: 0, next: null }

const EMPTY = -1
/** `-1` five times with their commas, and the brackets. */
const EMPTY_SUMMARY_BYTES = 20

const indexes = new WeakMap<HistogramSpecification, LayoutIndex>()

function* allNames({ layouts }: HistogramSpecification): Generator<string> {
  for (const name of layouts.keys()) {
    yield name
    if (!layouts.has(`STARTUP_${name}`)) yield `STARTUP_${name}`
  }
}

function bytesOf(name: string): Uint8Array {
  return Uint8Array.from(Buffer.from(name))
}

function isWalkable({ bounds }: BucketLayout): boolean {
  const ascend = bounds.every((bound, place) => place === 0 || bound > (bounds[place - 1] ?? bound))
  return ascend && (bounds.at(-1) ?? 0) <= HIGHEST_BOUND
}

function keysOf(bounds: Int32Array): Int32Array {
  const keys = new Int32Array(KEY_WORDS * bounds.length)
  for (const [place, bound] of bounds.entries()) putKey(keys, KEY_WORDS * place, bound)
  return keys
}

/** FNV-1a, 32 bits. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193)
  return hash
}

function isSame(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false
  for (let at = 0; at < name.length; at++) if (name[at] !== bytes[start + at]) return false
  return true
}

/**
 * Text four bytes at a time: a `DataView` reads and writes anywhere, and JavaScript has no faster way for stretches
 * that are too short to be worth a call of `set` or `compare`.
 */

/** A text as little-endian words. The last one ends where the text ends, and so begins within the one before it. */
export interface Words {
  /** In bytes; 4 at least. */
  readonly length: number
  readonly words: Int32Array
}

export function wordsOf(text: string): Words {
  const bytes = Uint8Array.from(Buffer.from(text))
  const words = new Int32Array(wordsIn(bytes.length))
  putWords(words, 0, viewOf(bytes), 0, bytes.length)
  return { length: bytes.length, words }
}

/** How many words a text of so many bytes takes. */
function wordsIn(length: number): number {
  return (length + 3) >>> 2
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Puts the text of `length` bytes at `at` into `words`, from `from` on. */
function putWords(words: Int32Array, from: number, view: DataView, at: number, length: number): void {
  const count = wordsIn(length)
  for (let word = 0; word < count; word++) {
    words[from + word] = view.getInt32(at + Math.min(4 * word, length - 4), true)
  }
}

/** Whether the text of `length` bytes in `words`, from `from` on, stands at `at`. Names differ at their end: it comes first. */
export function standsAt(view: DataView, at: number, words: Int32Array, from: number, length: number): boolean {
  const last = wordsIn(length) - 1
  if (view.getInt32(at + length - 4, true) !== words[from + last]) return false
  for (let word = 0; word < last; word++) if (view.getInt32(at + 4 * word, true) !== words[from + word]) return false
  return true
}

/** Copies bytes, and up to three more behind them. */
export function copyTo(to: DataView, at: number, from: DataView, start: number, length: number): void {
  for (let done = 0; done < length; done += 4) to.setInt32(at + done, from.getInt32(start + done, true), true)
}

/** How many words a bucket's key takes. */
export const KEY_WORDS = 4

/**
 * Puts how `bound`, of nine digits at most, stands as a key, `"12":`, into `keys`: its length in bytes, its first four, its last
 * four, and the four behind the first four where it has any that aren't among those.
 */
export function putKey(keys: Int32Array, from: number, bound: number): void {
  const bytes = Uint8Array.from(Buffer.from(`"${bound}":`))
  const { length } = bytes
  const view = viewOf(bytes)
  keys[from] = length
  keys[from + 1] = view.getInt32(0, true)
  keys[from + 2] = view.getInt32(length - 4, true)
  keys[from + 3] = length > 8 ? view.getInt32(4, true) : 0
}

/** How long the key is that `putKey` put there if it stands at `at`; 0: it doesn't. */
export function keyAt(view: DataView, at: number, keys: Int32Array, from: number): number {
  const length = keys[from] ?? 0
  if (view.getInt32(at, true) !== keys[from + 1]) return 0
  if (length === 4) return length
  if (view.getInt32(at + length - 4, true) !== keys[from + 2]) return 0
  return length <= 8 || view.getInt32(at + 4, true) === keys[from + 3] ? length : 0
}

/**
 * How many of the four bytes of `word` are digits before the first that isn't; 4: all are. Four at a time, and without a branch: how
 * many digits a number has can't be foreseen, and a processor that foresees wrongly takes longer than all of this.
 */
export function digitsIn(word: number): number {
  const values = word ^ 0x30303030
  // The highest bit of each byte that is above nine; the sums don't reach the next byte.
  const others = (((values & 0x7f7f7f7f) + 0x76767676) | values) & 0x80808080
  return (32 - Math.clz32((others & -others) - 1)) >>> 3
}

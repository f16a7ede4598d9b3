/**
 * Text four bytes at a time: a `DataView` reads and writes anywhere, and JavaScript has no faster way for stretches
 * that are too short to be worth a call of `set` or `compare`.
 */
export interface Words {
  /** In bytes. */
  readonly length: number
  /** Little endian. The last one ends where the text ends, and so begins within the one before it. */
  readonly words: Int32Array
}

export const NO_WORDS: Words = { length: 0, words: new Int32Array(0) }

/** `length`: 4 at least. */
export function wordsAt(view: DataView, at: number, length: number): Words {
  const offsets = Array.from({ length: Math.ceil(length / 4) }, (_, word) => Math.min(4 * word, length - 4))
  return { length, words: Int32Array.from(offsets, (offset) => view.getInt32(at + offset, true)) }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Whether `text`, which is not empty, stands at `at`. Its last word is compared first: names differ at their end. */
export function standsAt(view: DataView, at: number, { length, words }: Words): boolean {
  const last = words.length - 1
  if (view.getInt32(at + length - 4, true) !== words[last]) return false
  for (let word = 0; word < last; word++) if (view.getInt32(at + 4 * word, true) !== words[word]) return false
  return true
}

/** Writes `text` at `at`; where it ends. */
export function writeAt(view: DataView, at: number, { length, words }: Words): number {
  const last = words.length - 1
  for (let word = 0; word < last; word++) view.setInt32(at + 4 * word, words[word] ?? 0, true)
  view.setInt32(at + length - 4, words[last] ?? 0, true)
  return at + length
}

/** Copies bytes, and up to three more behind them. */
export function copyTo(to: DataView, at: number, from: DataView, start: number, length: number): void {
  for (let done = 0; done < length; done += 4) to.setInt32(at + done, from.getInt32(start + done, true), true)
}

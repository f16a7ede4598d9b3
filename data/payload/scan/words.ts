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
export function wordsIn(length: number): number {
  return Math.ceil(length / 4)
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Puts the text of `length` bytes at `at` into `words`, from `from` on. */
export function putWords(words: Int32Array, from: number, view: DataView, at: number, length: number): void {
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

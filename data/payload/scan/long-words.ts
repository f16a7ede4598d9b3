/**
 * Text eight bytes at a time, as doubles: JavaScript has no other number of that size that it needn't put into memory of its
 * own. Two doubles are equal where their bytes are, but for NaN and the two zeros, and printable ASCII is none of these.
 */

/**
 * JavaScript's arrays have the order of the machine; so what is compared with them is read in that order. Not exported: V8
 * looks up what a module exports each time that it is used.
 */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** How many long words a text of so many bytes takes. The last one ends where the text ends. */
export function longWordsIn(length: number): number {
  return (length + 7) >>> 3
}

/** Puts the text of `length` bytes at `at`, 8 at least and printable ASCII, into `words`, from `from` on. */
export function putLongWords(words: Float64Array, from: number, view: DataView, at: number, length: number): void {
  const count = longWordsIn(length)
  for (let word = 0; word < count; word++) {
    words[from + word] = view.getFloat64(at + Math.min(8 * word, length - 8), IS_LITTLE_ENDIAN)
  }
}

/** Whether the text of `length` bytes that `putLongWords` put into `words`, from `from` on, stands at `at`. */
export function longWordsStandAt(
  view: DataView,
  at: number,
  words: Float64Array,
  from: number,
  length: number,
): boolean {
  const last = from + longWordsIn(length) - 1
  let here = at
  for (let word = from; word < last; word++, here += 8) {
    if (view.getFloat64(here, IS_LITTLE_ENDIAN) !== words[word]) return false
  }
  return view.getFloat64(at + length - 8, IS_LITTLE_ENDIAN) === words[last]
}

/** Copies printable ASCII, and up to seven bytes more behind it, which may be anything and come out otherwise. */
export function copyLongWords(to: DataView, at: number, from: DataView, start: number, length: number): void {
  for (let done = 0; done < length; done += 8) {
    to.setFloat64(at + done, from.getFloat64(start + done, IS_LITTLE_ENDIAN), IS_LITTLE_ENDIAN)
  }
}

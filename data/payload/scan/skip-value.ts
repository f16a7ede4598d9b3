/** Bytes of JSON's own characters. */
export const ascii = {
  space: 0x20,
  quote: 0x22,
  plus: 0x2b,
  comma: 0x2c,
  minus: 0x2d,
  point: 0x2e,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
  tilde: 0x7e,
} as const

/** Not exported: V8 looks up what a module exports each time that it is used. */
const {
  space: SPACE,
  quote: QUOTE,
  plus: PLUS,
  comma: COMMA,
  minus: MINUS,
  point: POINT,
  zero: ZERO,
  nine: NINE,
  colon: COLON,
  openBracket: OPEN_BRACKET,
  backslash: BACKSLASH,
  closeBracket: CLOSE_BRACKET,
  openBrace: OPEN_BRACE,
  closeBrace: CLOSE_BRACE,
  tilde: TILDE,
} = ascii

/** What isn't JSON, or more than plain JSON. */
export const NOT_PLAIN = -1

/** Counts the values that are walked over. */
export interface ValueCount {
  values: number
}

const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')
const NULL = Buffer.from('null')

/**
 * Where the value that begins at `at` ends. `NOT_PLAIN` where it is no JSON (RFC 8259), or not as every client's writer
 * makes it: printable ASCII without escapes, at most one space behind a comma or colon, no object or array within more than
 * `levels`. `bytes` end with a zero somewhere behind the text: no JSON holds one, so nothing looks beyond it.
 */
export function skipValue(bytes: Uint8Array, at: number, levels: number, count: ValueCount): number {
  const byte = bytes[at] ?? 0
  count.values++
  if (byte === QUOTE) return skipString(bytes, at)
  if (byte === OPEN_BRACE) return levels === 0 ? NOT_PLAIN : skipObject(bytes, at, levels - 1, count)
  if (byte === OPEN_BRACKET) return levels === 0 ? NOT_PLAIN : skipArray(bytes, at, levels - 1, count)
  if (byte === TRUE[0]) return skipWord(bytes, at, TRUE)
  if (byte === FALSE[0]) return skipWord(bytes, at, FALSE)
  if (byte === NULL[0]) return skipWord(bytes, at, NULL)
  return skipNumber(bytes, at)
}

/** At most one. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  return bytes[at] === SPACE ? at + 1 : at
}

/** From the opening quote to behind the closing one. */
export function skipString(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return NOT_PLAIN
  for (let here = at + 1; ; here++) {
    const byte = bytes[here] ?? 0
    if (byte === QUOTE) return here + 1
    if (byte < SPACE || byte > TILDE || byte === BACKSLASH) return NOT_PLAIN
  }
}

export function skipNumber(bytes: Uint8Array, at: number): number {
  const first = bytes[at] === MINUS ? at + 1 : at
  let end = skipDigits(bytes, first)
  if (end === NOT_PLAIN) return NOT_PLAIN
  if (bytes[first] === ZERO && end > first + 1) return NOT_PLAIN
  if (bytes[end] === POINT) end = skipDigits(bytes, end + 1)
  if (end === NOT_PLAIN) return NOT_PLAIN
  const exponent = bytes[end] ?? 0
  // `e` or `E`
  if ((exponent | 0x20) !== 0x65) return end
  const sign = bytes[end + 1]
  return skipDigits(bytes, sign === PLUS || sign === MINUS ? end + 2 : end + 1)
}

/** One digit at least. */
function skipDigits(bytes: Uint8Array, at: number): number {
  let end = at
  for (;;) {
    const byte = bytes[end] ?? 0
    if (byte < ZERO || byte > NINE) return end === at ? NOT_PLAIN : end
    end++
  }
}

function skipWord(bytes: Uint8Array, at: number, word: Uint8Array): number {
  for (let index = 0; index < word.length; index++) if (bytes[at + index] !== word[index]) return NOT_PLAIN
  return at + word.length
}

function skipObject(bytes: Uint8Array, at: number, levels: number, count: ValueCount): number {
  let here = at + 1
  if (bytes[here] === CLOSE_BRACE) return here + 1
  for (;;) {
    here = skipString(bytes, here)
    if (here === NOT_PLAIN || bytes[here] !== COLON) return NOT_PLAIN
    here = skipValue(bytes, skipSpace(bytes, here + 1), levels, count)
    if (here === NOT_PLAIN) return NOT_PLAIN
    if (bytes[here] === CLOSE_BRACE) return here + 1
    if (bytes[here] !== COMMA) return NOT_PLAIN
    here = skipSpace(bytes, here + 1)
  }
}

function skipArray(bytes: Uint8Array, at: number, levels: number, count: ValueCount): number {
  let here = at + 1
  if (bytes[here] === CLOSE_BRACKET) return here + 1
  for (;;) {
    here = skipValue(bytes, here, levels, count)
    if (here === NOT_PLAIN) return NOT_PLAIN
    if (bytes[here] === CLOSE_BRACKET) return here + 1
    if (bytes[here] !== COMMA) return NOT_PLAIN
    here = skipSpace(bytes, here + 1)
  }
}

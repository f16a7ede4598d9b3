/**
 * JSON whose text is kept: each node says where in the text it stands. Reading numbers into doubles would change
 * 64-bit counters and long fractions, and re-writing them would change what a client sent; so values are copied as text
 * and only what conversion decides about is ever read. Members are lists, not properties: names such as `__proto__`
 * mean nothing here, and a name that stands twice is seen twice.
 */
export type JsonNode = JsonObject | JsonArray | JsonScalar

export interface JsonObject {
  readonly kind: 'object'
  readonly start: number
  /** One behind the last character. */
  readonly end: number
  readonly members: readonly JsonMember[]
}

export interface JsonMember {
  readonly name: string
  /** Where the name stands, quotes included. */
  readonly nameStart: number
  readonly nameEnd: number
  readonly value: JsonNode
}

export interface JsonArray {
  readonly kind: 'array'
  readonly start: number
  readonly end: number
  readonly items: readonly JsonNode[]
}

export interface JsonScalar {
  readonly kind: 'string' | 'number' | 'true' | 'false' | 'null'
  readonly start: number
  readonly end: number
}

export type JsonScan =
  /** `values`: how many there are in all, the root among them. */
  | { readonly kind: 'scanned'; readonly root: JsonNode; readonly values: number }
  /** `offset`: of the character that can't stand there. */
  | { readonly kind: 'bad'; readonly offset: number; readonly what: string }

export interface JsonLimits {
  /** Objects and arrays inside each other. */
  readonly maxDepth: number
  /** Values in all: a text of nothing but brackets takes a hundred times its own memory to read. */
  readonly maxValues: number
}

/** Reads `text`, which must be JSON (RFC 8259) within `limits`. */
export function scanJson(text: string, limits: JsonLimits): JsonScan {
  const scanner = new Scanner(text, limits)
  const root = scanner.document()
  return root === null ? { kind: 'bad', ...scanner.fault } : { kind: 'scanned', root, values: scanner.values }
}

/** The text of `node`, exactly as it came. */
export function sourceOf(text: string, node: JsonNode): string {
  return text.slice(node.start, node.end)
}

/** The value of a string node, escapes undone. */
export function stringOf(text: string, node: JsonScalar): string {
  return unquoted(text, node.start, node.end)
}

/** The first member called `name`; null where there is none, or `node` is no object. */
export function memberNamed(node: JsonNode | null, name: string): JsonNode | null {
  if (node?.kind !== 'object') return null
  return node.members.find((member) => member.name === name)?.value ?? null
}

/** Names that stand more than once in `object`. */
export function repeatedNames({ members }: JsonObject): Set<string> {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const { name } of members) {
    if (seen.has(name)) repeated.add(name)
    seen.add(name)
  }
  return repeated
}

const TAB = 0x09
const NEWLINE = 0x0a
const RETURN = 0x0d
const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const LARGE_E = 0x45
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const SMALL_E = 0x65
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const WORDS = ['true', 'false', 'null'] as const

/** Recursive descent; every method answers null after it has set `fault`. */
class Scanner {
  readonly #text: string
  readonly #limits: JsonLimits
  #at = 0
  #depth = 0
  values = 0
  fault = { offset: 0, what: '' }

  constructor(text: string, limits: JsonLimits) {
    this.#text = text
    this.#limits = limits
  }

  document(): JsonNode | null {
    this.#space()
    const root = this.#value()
    if (root === null) return null
    this.#space()
    return this.#at === this.#text.length ? root : this.#fail('the end')
  }

  #value(): JsonNode | null {
    if (++this.values > this.#limits.maxValues) return this.#fail(`at most ${this.#limits.maxValues} values`)
    const code = this.#text.charCodeAt(this.#at)
    switch (code) {
      case OPEN_BRACE:
        return this.#descend() ? this.#ascend(this.#object()) : null
      case OPEN_BRACKET:
        return this.#descend() ? this.#ascend(this.#array()) : null
      case QUOTE:
        return this.#string()
    }
    // Only digits and the minus sign begin a number; other characters are a word or wrong.
    if (code === 0x2d || (code >= ZERO && code <= NINE)) return this.#number()
    const word = WORDS.find((word) => this.#text.startsWith(word, this.#at))
    if (word === undefined) return this.#fail('a value')
    const start = this.#at
    this.#at += word.length
    return { kind: word, start, end: this.#at }
  }

  #descend(): boolean {
    if (this.#depth >= this.#limits.maxDepth) {
      this.#fail(`at most ${this.#limits.maxDepth} levels`)
      return false
    }
    this.#depth++
    return true
  }

  #ascend(node: JsonNode | null): JsonNode | null {
    this.#depth--
    return node
  }

  #object(): JsonObject | null {
    const start = this.#at++
    const members: JsonMember[] = []
    this.#space()
    if (this.#take(CLOSE_BRACE)) return { kind: 'object', start, end: this.#at, members }
    for (;;) {
      if (this.#text.charCodeAt(this.#at) !== QUOTE) return this.#fail('a name')
      const name = this.#string()
      if (name === null) return null
      this.#space()
      if (!this.#take(COLON)) return this.#fail('":"')
      this.#space()
      const value = this.#value()
      if (value === null) return null
      members.push({
        name: unquoted(this.#text, name.start, name.end),
        nameStart: name.start,
        nameEnd: name.end,
        value,
      })
      this.#space()
      if (this.#take(CLOSE_BRACE)) return { kind: 'object', start, end: this.#at, members }
      if (!this.#take(COMMA)) return this.#fail('"," or "}"')
      this.#space()
    }
  }

  #array(): JsonArray | null {
    const start = this.#at++
    const items: JsonNode[] = []
    this.#space()
    if (this.#take(CLOSE_BRACKET)) return { kind: 'array', start, end: this.#at, items }
    for (;;) {
      const item = this.#value()
      if (item === null) return null
      items.push(item)
      this.#space()
      if (this.#take(CLOSE_BRACKET)) return { kind: 'array', start, end: this.#at, items }
      if (!this.#take(COMMA)) return this.#fail('"," or "]"')
      this.#space()
    }
  }

  #string(): JsonScalar | null {
    const start = this.#at++
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === QUOTE) {
        this.#at++
        return { kind: 'string', start, end: this.#at }
      }
      if (code === BACKSLASH) {
        ESCAPE.lastIndex = this.#at
        if (!ESCAPE.test(this.#text)) return this.#fail('an escape sequence')
        this.#at = ESCAPE.lastIndex
      } else if (code >= SPACE) {
        this.#at++
      } else {
        // Also at the end of the text, where the code is NaN.
        return this.#fail('a string without control characters')
      }
    }
  }

  #number(): JsonScalar | null {
    const start = this.#at
    if (this.#wholeNumber()) return { kind: 'number', start, end: this.#at }
    NUMBER.lastIndex = start
    if (!NUMBER.test(this.#text)) return this.#fail('a number')
    this.#at = NUMBER.lastIndex
    return { kind: 'number', start, end: this.#at }
  }

  /** What most numbers are: digits, the first of them no zero. Else it is where it was. */
  #wholeNumber(): boolean {
    const text = this.#text
    let at = this.#at
    let code = text.charCodeAt(at)
    if (code === ZERO) return false
    while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
    if (at === this.#at || code === POINT || code === SMALL_E || code === LARGE_E) return false
    this.#at = at
    return true
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code > SPACE) return
      if (code !== SPACE && code !== NEWLINE && code !== RETURN && code !== TAB) return
      this.#at++
    }
  }

  #take(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false
    this.#at++
    return true
  }

  #fail(expected: string): null {
    this.fault = { offset: this.#at, what: `${expected} expected` }
    return null
  }
}

function unquoted(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1)
  return inner.includes('\\') ? String(JSON.parse(text.slice(start, end))) : inner
}

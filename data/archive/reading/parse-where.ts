import { type Comparison, type Condition, FILTER_COLUMNS, type FilterColumn } from './archive-filter.ts'

/** A `--where` that can't be read; the sentence says where and what is allowed. */
export class WhereError extends Error {}

/**
 * Reads conditions as people write them: `reason = saved-session and build_id >= 20140116 and channel in (nightly, aurora)`. Values with
 * blanks, commas, brackets or quotes stand in quotes, a quote within doubled. Nothing else is taken: it isn't SQL.
 */
export function parseWhere(text: string): Condition[] {
  const words = new Words(text)
  const conditions: Condition[] = []
  do conditions.push(parseCondition(words))
  while (words.takesWord('and'))
  if (!words.isAtEnd) throw words.unexpected('"and", or nothing more')
  return conditions
}

function parseCondition(words: Words): Condition {
  const column = parseColumn(words)
  if (words.takesWord('in')) return { column, test: { kind: 'list', values: parseList(words) } }
  const sign = words.takeSign()
  const value = words.takeValue()
  if (sign === '=') return { column, test: { kind: 'list', values: new Set([value]) } }
  return { column, test: { kind: 'compare', than: sign, value } }
}

function parseColumn(words: Words): FilterColumn {
  const name = words.peek()
  const column = FILTER_COLUMNS.find((known) => known === name)
  if (column === undefined) throw words.unexpected(FILTER_COLUMNS.join(', '))
  words.next()
  return column
}

function parseList(words: Words): Set<string> {
  const values = new Set<string>()
  words.take('(')
  do values.add(words.takeValue())
  while (words.takesSymbol(','))
  words.take(')')
  return values
}

const SIGNS: readonly ('=' | Comparison)[] = ['=', '!=', '<=', '>=', '<', '>']
/** A quoted text, a sign, a bracket or comma, or a bare word. */
const WORD = /\s*('(?:[^']|'')*'|"(?:[^"]|"")*"|!=|<=|>=|[=<>(),]|[^\s=<>!(),'"]+)/y

class Words {
  readonly #words: string[] = []
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
    let end = 0
    WORD.lastIndex = 0
    for (let match = WORD.exec(text); match !== null; match = WORD.exec(text)) {
      end = WORD.lastIndex
      this.#words.push(match[1] ?? '')
    }
    const rest = text.slice(end).trim()
    if (rest !== '') throw new WhereError(`--where is ${JSON.stringify(text)}: ${JSON.stringify(rest)} can't be read`)
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#words.length
  }

  peek(): string | undefined {
    return this.#words[this.#at]
  }

  next(): void {
    this.#at++
  }

  takesWord(word: string): boolean {
    if (this.peek()?.toLowerCase() !== word) return false
    this.next()
    return true
  }

  takesSymbol(symbol: string): boolean {
    return this.takesWord(symbol)
  }

  take(symbol: string): void {
    if (!this.takesSymbol(symbol)) throw this.unexpected(`"${symbol}"`)
  }

  takeSign(): '=' | Comparison {
    const sign = SIGNS.find((known) => known === this.peek())
    if (sign === undefined) throw this.unexpected(`${SIGNS.join(' ')} or in`)
    this.next()
    return sign
  }

  takeValue(): string {
    const word = this.peek()
    if (word === undefined || /^[=<>!(),]/.test(word)) throw this.unexpected('a value')
    this.next()
    const quote = word[0] ?? ''
    return quote === "'" || quote === '"' ? word.slice(1, -1).replaceAll(quote + quote, quote) : word
  }

  unexpected(allowed: string): WhereError {
    const found = this.peek()
    const where = found === undefined ? 'at its end' : `at ${JSON.stringify(found)}`
    return new WhereError(`--where is ${JSON.stringify(this.#text)}: ${where} use ${allowed}`)
  }
}

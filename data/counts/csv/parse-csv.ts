/** One record of a CSV file; `line` is the physical line that it begins on, from 1. */
export interface CsvRecord {
  readonly line: number
  readonly cells: readonly string[]
}

/** What is wrong with a file, and where: `line 7, submissions is "many": use a whole number from 0`. */
export class CsvError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'CsvError'
    this.problems = problems
  }
}

/** No honest record of counts is longer. */
const LONGEST_RECORD = 1 << 20
const BATCH = 5000

/**
 * Reads CSV as RFC 4180 says, in batches, with bounded memory: quoted cells may hold commas, line ends and doubled quotes; lines
 * end in LF or CR LF; a byte order mark and empty lines are passed over. Throws CsvError at a quote where none may be, at a
 * quoted cell that never ends, and at a record of more than a mebibyte.
 */
export async function* parseCsv(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<CsvRecord[]> {
  const decoder = new TextDecoder('utf-8')
  let rest = ''
  let line = 1
  let batch: CsvRecord[] = []

  const take = function* (last: boolean): Generator<CsvRecord> {
    let start = 0
    for (;;) {
      const end = recordEnd(rest, start)
      if (end === -1 && !(last && start < rest.length)) break
      const text = rest.slice(start, end === -1 ? undefined : end)
      const record = { line, cells: parseRecord(text, line) }
      line += countLines(text) + 1
      start = end === -1 ? rest.length : end + 1
      if (text !== '' && text !== '\r') yield record
    }
    rest = rest.slice(start)
    if (rest.length > LONGEST_RECORD) {
      throw new CsvError([`line ${line} is longer than ${LONGEST_RECORD} characters: is a quote missing?`])
    }
  }

  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true })
    for (const record of take(false)) batch.push(record)
    if (batch.length >= BATCH) {
      yield batch
      batch = []
    }
  }
  rest += decoder.decode()
  for (const record of take(true)) batch.push(record)
  if (batch.length > 0) yield batch
}

/** Where the record that begins at `start` ends (its LF); -1 where its end isn't in `text` yet. */
function recordEnd(text: string, start: number): number {
  let end = text.indexOf('\n', start)
  let quotes = text.indexOf('"', start)
  // Within quotes there is an odd number of them behind us.
  while (end !== -1 && quotes !== -1 && quotes < end) {
    const close = text.indexOf('"', quotes + 1)
    if (close === -1) return -1
    if (close > end) end = text.indexOf('\n', close)
    quotes = text.indexOf('"', close + 1)
  }
  return end
}

function parseRecord(text: string, line: number): string[] {
  const record = text.endsWith('\r') ? text.slice(0, -1) : text
  if (!record.includes('"')) return record.split(',')
  const cells: string[] = []
  let at = 0
  for (;;) {
    const cell = record[at] === '"' ? quotedCell(record, at, line) : plainCell(record, at, line)
    cells.push(cell.value)
    if (cell.next >= record.length) return cells
    at = cell.next + 1
    if (at === record.length) return [...cells, '']
  }
}

interface ParsedCell {
  readonly value: string
  /** Index of the comma behind it, or the record's length. */
  readonly next: number
}

function plainCell(record: string, at: number, line: number): ParsedCell {
  const comma = record.indexOf(',', at)
  const next = comma === -1 ? record.length : comma
  const value = record.slice(at, next)
  if (value.includes('"'))
    throw new CsvError([`line ${line}: a quote stands within ${value}: quote the whole cell and double its quotes`])
  return { value, next }
}

function quotedCell(record: string, at: number, line: number): ParsedCell {
  let value = ''
  let from = at + 1
  for (;;) {
    const quote = record.indexOf('"', from)
    if (quote === -1) throw new CsvError([`line ${line}: a quoted cell never ends: ${record.slice(at, at + 40)}`])
    value += record.slice(from, quote)
    if (record[quote + 1] !== '"') {
      const next = quote + 1
      if (next < record.length && record[next] !== ',') {
        throw new CsvError([`line ${line}: after a quoted cell stands ${record.slice(next, next + 20)}: use a comma`])
      }
      return { value, next }
    }
    value += '"'
    from = quote + 2
  }
}

function countLines(text: string): number {
  let lines = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}

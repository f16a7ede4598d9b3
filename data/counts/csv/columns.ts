import { UNKNOWN } from '../../domain/dimensions.ts'
import { DISCARD_CAUSES, DISCARDED_ATTRIBUTE } from '../../domain/discard.ts'
import {
  NO_PROBLEM,
  OUTCOME_OF_PROBLEM,
  OUTCOMES,
  type Outcome,
  PROBLEMS,
  type ProblemOrNone,
} from '../../domain/outcome.ts'
import { type EpochMs, HOUR_MS } from '../../domain/time.ts'
import type { AttributeRow, CountRow } from '../import-counts.ts'
import { readCell } from './cells.ts'
import { CsvError, type CsvRecord } from './parse-csv.ts'

/** The columns that counts are written with, in this order; read in any order, the first three required. */
export const COUNT_COLUMNS = [
  'hour',
  'channel',
  'submissions',
  'app_name',
  'app_version',
  'build_id',
  'reason',
  'outcome',
  'problem',
  'source',
  'automation',
  'recovered',
  'bytes',
  'coverage',
] as const

export const ATTRIBUTE_COLUMNS = ['hour', 'channel', 'attribute', 'value', 'submissions'] as const

export type CsvKind = 'counts' | 'attributes'

/** How a file's header is laid out: which column stands at which index. */
export interface Header {
  readonly kind: CsvKind
  readonly width: number
  readonly index: ReadonlyMap<string, number>
}

/** A file with a column `attribute` holds counts by attribute. Throws CsvError with everything that is wrong. */
export function parseHeader({ line, cells }: CsvRecord): Header {
  // The decoder takes the byte order mark off.
  const names = cells.map((cell) => cell.trim().toLowerCase())
  const kind = names.includes('attribute') ? 'attributes' : 'counts'
  const known: readonly string[] = kind === 'attributes' ? ATTRIBUTE_COLUMNS : COUNT_COLUMNS
  const required: readonly string[] = kind === 'attributes' ? ATTRIBUTE_COLUMNS : COUNT_COLUMNS.slice(0, 3)
  const problems = [
    ...names
      .filter((name) => !known.includes(name))
      .map((name) => `line ${line}: column "${name}" isn't known: use ${known.join(', ')}`),
    ...required
      .filter((name) => !names.includes(name))
      .map((name) => `line ${line}: column "${name}" is missing: it is required`),
    ...known
      .filter((name) => names.indexOf(name) !== names.lastIndexOf(name))
      .map((name) => `line ${line}: column "${name}" stands there twice`),
  ]
  if (problems.length > 0) throw new CsvError(problems)
  return { kind, width: names.length, index: new Map(names.map((name, index) => [name, index])) }
}

const TOLD_PROBLEMS = 20

/** What reading a record found wrong, told as `line 7, submissions is "many": use a whole number from 0`. */
export class Problems {
  readonly #list: string[] = []
  #more = 0

  add(line: number, column: string, value: string, allowed: string): void {
    const shown = value.length > 80 ? `${value.slice(0, 80)}…` : value
    this.tell(`line ${line}, ${column} is "${shown}": use ${allowed}`)
  }

  tell(problem: string): void {
    if (this.#list.length < TOLD_PROBLEMS) this.#list.push(problem)
    else this.#more += 1
  }

  get count(): number {
    return this.#list.length + this.#more
  }

  throwAny(): void {
    if (this.#list.length === 0) return
    throw new CsvError(this.#more === 0 ? this.#list : [...this.#list, `and ${this.#more} more`])
  }
}

/** A count row and how much of its hour was covered; null where something is wrong with it (told to `problems`). */
export function parseCountRecord(
  header: Header,
  record: CsvRecord,
  problems: Problems,
): { readonly row: CountRow; readonly coverage: number } | null {
  const before = problems.count
  const read = reader(header, record, problems)
  const { outcome, problem } = read.outcome()
  const row: CountRow = {
    hour: read.hour(),
    channel: read.text('channel', UNKNOWN),
    appName: read.text('app_name', UNKNOWN),
    appVersion: read.text('app_version', UNKNOWN),
    buildId: read.text('build_id', UNKNOWN),
    reason: read.text('reason', UNKNOWN),
    outcome,
    problem,
    automation: read.flag('automation'),
    submissions: read.count('submissions'),
    recovered: read.count('recovered'),
    bytes: read.count('bytes'),
  }
  const coverage = read.ratio('coverage', 1)
  return problems.count > before ? null : { row, coverage }
}

export function parseAttributeRecord(header: Header, record: CsvRecord, problems: Problems): AttributeRow | null {
  const before = problems.count
  const read = reader(header, record, problems)
  const row = {
    hour: read.hour(),
    channel: read.text('channel', UNKNOWN),
    attribute: read.text('attribute', ''),
    value: read.text('value', ''),
    submissions: read.count('submissions'),
  }
  if (row.attribute === '') problems.add(record.line, 'attribute', '', 'the name of an attribute, such as os')
  const isCause = DISCARD_CAUSES.some((cause) => cause === row.value)
  if (row.attribute === DISCARDED_ATTRIBUTE && !isCause) {
    problems.add(record.line, 'value', row.value, `${DISCARD_CAUSES.join(' or ')}, for what submissions are discarded`)
  }
  return problems.count > before ? null : row
}

/** Reads one record's cells by column; whatever is wrong is told, and some value of the right type returned. */
function reader(header: Header, { line, cells }: CsvRecord, problems: Problems) {
  if (cells.length !== header.width) {
    problems.tell(`line ${line} has ${cells.length} cells: the header has ${header.width}`)
  }
  const cell = (column: string) => readCell(cells[header.index.get(column) ?? -1] ?? '')
  const wrong = <T>(column: string, allowed: string, instead: T): T => {
    problems.add(line, column, cell(column), allowed)
    return instead
  }

  return {
    text: (column: string, instead: string) => cell(column) || instead,
    hour: () => parseHour(cell('hour')) ?? wrong('hour', 'a whole hour in UTC, such as 2014-01-16T14:00:00Z', 0),
    count(column: string): number {
      const text = cell(column)
      if (text === '' && column !== 'submissions') return 0
      const count = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
      return Number.isSafeInteger(count) ? count : wrong(column, 'a whole number from 0', 0)
    },
    ratio(column: string, instead: number): number {
      const text = cell(column).trim()
      if (text === '') return instead
      const ratio = Number(text)
      return ratio >= 0 && ratio <= 1 ? ratio : wrong(column, 'a number from 0 to 1', instead)
    },
    flag(column: string): boolean {
      const text = cell(column).toLowerCase()
      if (text === '' || text === 'false') return false
      return text === 'true' || wrong(column, 'true or false', false)
    },
    outcome(): { outcome: Outcome; problem: ProblemOrNone } {
      const problemText = cell('problem') || NO_PROBLEM
      const problem = problemText === NO_PROBLEM ? NO_PROBLEM : PROBLEMS.find((known) => known === problemText)
      if (problem === undefined) {
        return { outcome: 'accepted', problem: wrong('problem', `${NO_PROBLEM}, ${PROBLEMS.join(', ')}`, NO_PROBLEM) }
      }
      const outcomeText = cell('outcome') || (problem === NO_PROBLEM ? 'accepted' : OUTCOME_OF_PROBLEM[problem])
      const outcome = OUTCOMES.find((known) => known === outcomeText)
      if (outcome === undefined) return { outcome: wrong('outcome', OUTCOMES.join(', '), 'accepted'), problem }
      if (problem !== NO_PROBLEM && OUTCOME_OF_PROBLEM[problem] !== outcome) {
        return {
          outcome: wrong('outcome', `${OUTCOME_OF_PROBLEM[problem]}, which ${problem} leads to`, 'accepted'),
          problem,
        }
      }
      return { outcome, problem }
    },
  }
}

/** `2014-01-16T14:00:00Z`, also with a blank for the T, without the Z, without seconds; null where it is no whole hour. */
function parseHour(text: string): EpochMs | null {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d):00(?::00(?:\.0+)?)?(?:Z|\+00:?00| UTC)?$/.exec(text.trim())
  if (match === null) return null
  const time = Date.parse(`${match[1]}T${match[2]}:00:00Z`)
  // Date.parse takes 30 February for 2 March.
  const real = !Number.isNaN(time) && new Date(time).toISOString().startsWith(`${match[1]}T${match[2]}`)
  return real && time % HOUR_MS === 0 ? time : null
}

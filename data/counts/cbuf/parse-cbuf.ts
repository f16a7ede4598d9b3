import { z } from 'zod'
import { type EpochMs, SECOND_MS } from '../../domain/time.ts'
import { CsvError } from '../csv/parse-csv.ts'

/** A circular buffer of Heka's, as it lay in its file: counts in columns, a row for each stretch of time, the oldest first. */
export interface CircularBuffer {
  /** Start of the first row. */
  readonly start: EpochMs
  readonly rowMs: number
  readonly rows: number
  readonly columns: readonly BufferColumn[]
}

export interface BufferColumn {
  readonly name: string
  readonly unit: string
  /** One of each row; null where nothing was counted. */
  readonly values: readonly (number | null)[]
}

const header = z.object({
  time: z.int().min(0),
  rows: z.int().min(1).max(1_000_000),
  columns: z.int().min(1).max(256),
  seconds_per_row: z.int().min(1).max(3600),
  column_info: z.array(z.object({ name: z.string(), unit: z.string(), aggregation: z.string() })),
})

const TOLD_PROBLEMS = 20

/** Throws CsvError with up to twenty problems, each with its line, value and what is allowed. */
export function parseCircularBuffer(text: string): CircularBuffer {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  const [first = '', ...rows] = lines
  const { time, seconds_per_row, column_info, ...size } = parseHeader(first)
  const problems: string[] = []
  if (rows.length !== size.rows) {
    problems.push(`line ${lines.length} is the last: the header says ${size.rows} rows, there are ${rows.length}`)
  }
  const values = column_info.map((): (number | null)[] => [])
  for (const [at, row] of rows.entries()) {
    const cells = row.split('\t')
    if (cells.length !== size.columns) {
      problems.push(`line ${at + 2} has ${cells.length} values: the header says ${size.columns} columns`)
      continue
    }
    for (const [column, cell] of cells.entries()) {
      const value = parseValue(cell)
      if (value === undefined) {
        const name = column_info[column]?.name ?? ''
        problems.push(
          `line ${at + 2}, ${name} is ${JSON.stringify(cell)}: use a number from 0, or nan where nothing was counted`,
        )
      } else values[column]?.push(value)
    }
  }
  if (problems.length > 0) throw new CsvError(told(problems))
  const columns = column_info.map(({ name, unit }, column) => ({ name, unit, values: values[column] ?? [] }))
  return { start: time * SECOND_MS, rowMs: seconds_per_row * SECOND_MS, rows: size.rows, columns }
}

function parseHeader(line: string): z.infer<typeof header> {
  const parsed = header.safeParse(jsonOf(line))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue === undefined || issue.path.length === 0 ? '' : `, ${issue.path.join('.')}`
    throw new CsvError([
      `line 1${where} is ${JSON.stringify(line.slice(0, 80))}: use the header of a circular buffer, {"time":…,"rows":…,"columns":…,"seconds_per_row":…,"column_info":[…]}`,
    ])
  }
  const { columns, column_info, seconds_per_row } = parsed.data
  if (column_info.length !== columns) {
    throw new CsvError([`line 1, column_info names ${column_info.length} columns: the header says ${columns}`])
  }
  if (3600 % seconds_per_row !== 0) {
    throw new CsvError([`line 1, seconds_per_row is ${seconds_per_row}: use one that an hour can be divided by`])
  }
  return parsed.data
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

/** Undefined: no value that a count may have. */
function parseValue(cell: string): number | null | undefined {
  const text = cell.trim()
  if (/^-?nan$/i.test(text)) return null
  if (!/^\d{1,15}(\.\d+)?$/.test(text)) return undefined
  return Number(text)
}

function told(problems: readonly string[]): string[] {
  const more = problems.length - TOLD_PROBLEMS
  return more <= 0 ? [...problems] : [...problems.slice(0, TOLD_PROBLEMS), `and ${more} more`]
}

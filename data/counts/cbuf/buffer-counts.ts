import { UNKNOWN } from '../../domain/dimensions.ts'
import { NO_PROBLEM, OUTCOME_OF_PROBLEM, type Outcome, type Problem, type ProblemOrNone } from '../../domain/outcome.ts'
import { type EpochMs, HOUR_MS, isoSeconds, startOfHour } from '../../domain/time.ts'
import { writeRecord } from '../csv/cells.ts'
import { CsvError } from '../csv/parse-csv.ts'
import type { BufferColumn, CircularBuffer } from './parse-cbuf.ts'

/** A buffer and the name of its file, whose last part but one says what it is of: `Aggregator.missing_revision.cbuf`. */
export interface NamedBuffer {
  readonly file: string
  readonly buffer: CircularBuffer
}

/** The errors that the converter of 2013 told apart, under what they are today; null: no outcome, for it was tried again. */
const PROBLEM_OF_ERROR: Readonly<Record<string, Problem | typeof NO_PROBLEM | null>> = {
  // Any other exception: among them revisions that could not be read.
  conversion_error: 'invalid_revision',
  missing_revision: 'missing_revision',
  missing_revision_repo: 'invalid_revision',
  empty_data: 'empty_data',
  // A path without dimensions is no problem where the payload has them.
  uuid_only_path: NO_PROBLEM,
  write_failed: null,
  bad_payload: 'bad_histogram',
  invalid_path: 'invalid_path',
  corrupted_data: 'corrupted_data',
}

interface BufferRow {
  readonly outcome: Outcome
  readonly problem: ProblemOrNone
  readonly channel: string
  submissions: number
  bytes: number
}

/**
 * Buffers of one server, as the CSV that `importCsv` reads. What a reader read less what was bad was accepted; what is bad and of no
 * kind that has a buffer of its own is `rejected`, without a problem. Rows of kinds count within the time that the reader's buffer
 * spans, where there is one. An hour is covered for as long as the buffers span it, and not at all where nothing was counted in it.
 * `channel`: null is that of the file's name for requests, else UNKNOWN. Throws CsvError.
 */
export function buffersAsCsv(buffers: readonly NamedBuffer[], channel: string | null): string {
  const hours = new Map<EpochMs, Map<string, BufferRow>>()
  const add = (at: EpochMs, row: Omit<BufferRow, 'submissions' | 'bytes'>, submissions: number, bytes = 0) => {
    const hour = startOfHour(at)
    const rows = hours.get(hour) ?? new Map<string, BufferRow>()
    hours.set(hour, rows)
    const key = JSON.stringify([row.channel, row.outcome, row.problem])
    const sum = rows.get(key) ?? { ...row, submissions: 0, bytes: 0 }
    rows.set(key, sum)
    sum.submissions += submissions
    sum.bytes += bytes
  }
  const reader = onlyReader(buffers)
  const from = reader?.buffer.start ?? Number.NEGATIVE_INFINITY
  const to = reader === undefined ? Number.POSITIVE_INFINITY : endOf(reader.buffer)
  const spans = reader === undefined ? buffers : [reader]
  const kinds = { channel: channel ?? UNKNOWN }
  const explained = new Map<EpochMs, number>()
  for (const { file, buffer } of buffers) {
    const requests = buffer.columns.find(({ name }) => name === 'Requests')
    if (requests !== undefined) {
      const sizes = buffer.columns.find(({ name }) => /size/i.test(name))
      const of = channel ?? kindOf(file)
      for (const [at, count, row] of counted(buffer, requests)) {
        const bytes = Math.round((sizes?.values[row] ?? 0) * (sizes?.unit === 'KiB' ? 1024 : 1))
        add(at, { channel: of === 'ALL' ? UNKNOWN : of, outcome: 'accepted', problem: NO_PROBLEM }, count, bytes)
      }
      continue
    }
    const errors = buffer.columns.find(({ name }) => name === 'Total_Errors')
    if (errors === undefined) continue
    const problem = PROBLEM_OF_ERROR[kindOf(file)]
    if (problem === undefined) throw unknownKind(file)
    for (const [at, count] of counted(buffer, errors)) {
      if (at < from || at >= to) continue
      const hour = startOfHour(at)
      explained.set(hour, (explained.get(hour) ?? 0) + count)
      if (problem === null) continue
      const outcome = problem === NO_PROBLEM ? 'accepted' : OUTCOME_OF_PROBLEM[problem]
      add(at, { ...kinds, outcome, problem }, count)
    }
  }
  if (reader !== undefined) {
    for (const [hour, { read, bad }] of readByHour(reader.buffer)) {
      const known = explained.get(hour) ?? 0
      add(hour, { ...kinds, outcome: 'accepted', problem: NO_PROBLEM }, Math.max(0, read - Math.max(bad, known)))
      if (bad > known) add(hour, { ...kinds, outcome: 'rejected', problem: NO_PROBLEM }, bad - known)
    }
  }
  return asCsv(hours, (hour) =>
    coverageOf(
      hour,
      spans.map(({ buffer }) => buffer),
    ),
  )
}

function onlyReader(buffers: readonly NamedBuffer[]): NamedBuffer | undefined {
  const readers = buffers.filter(({ buffer }) => columnOf(buffer, 'Records_Read') !== undefined)
  if (readers.length > 1) {
    throw new CsvError([
      `${readers.map(({ file }) => file).join(', ')} all say how many records were read: give one of them`,
    ])
  }
  const known = ['Records_Read', 'Requests', 'Total_Errors']
  for (const { file, buffer } of buffers) {
    if (known.some((name) => columnOf(buffer, name) !== undefined)) continue
    const names = buffer.columns.map(({ name }) => name).join(', ')
    throw new CsvError([`${file} has the columns ${names}: one of ${known.join(', ')} must be among them`])
  }
  return readers[0]
}

function columnOf(buffer: CircularBuffer, wanted: string): BufferColumn | undefined {
  return buffer.columns.find(({ name }) => name === wanted)
}

function readByHour(buffer: CircularBuffer): Map<EpochMs, { read: number; bad: number }> {
  const hours = new Map<EpochMs, { read: number; bad: number }>()
  for (const [name, field] of [
    ['Records_Read', 'read'],
    ['Bad_Records', 'bad'],
  ] as const) {
    const column = columnOf(buffer, name)
    if (column === undefined) continue
    for (const [at, count] of counted(buffer, column)) {
      const hour = startOfHour(at)
      const sums = hours.get(hour) ?? { read: 0, bad: 0 }
      hours.set(hour, sums)
      sums[field] += count
    }
  }
  return hours
}

/** Start, count and number of each row in which something was counted. */
function* counted(buffer: CircularBuffer, column: BufferColumn): Generator<[EpochMs, number, number]> {
  for (const [row, value] of column.values.entries()) {
    if (value !== null) yield [buffer.start + row * buffer.rowMs, Math.round(value), row]
  }
}

function endOf({ start, rows, rowMs }: CircularBuffer): EpochMs {
  return start + rows * rowMs
}

function coverageOf(hour: EpochMs, buffers: readonly CircularBuffer[]): number {
  const shares = buffers.map((buffer) => {
    const covered = Math.min(hour + HOUR_MS, endOf(buffer)) - Math.max(hour, buffer.start)
    return Math.max(0, covered) / HOUR_MS
  })
  return Math.max(0, ...shares)
}

function kindOf(file: string): string {
  return (
    file
      .split('/')
      .at(-1)
      ?.replace(/\.cbuf$/, '')
      .split('.')
      .at(-1) ?? ''
  )
}

function unknownKind(file: string): CsvError {
  const known = Object.keys(PROBLEM_OF_ERROR).join(', ')
  return new CsvError([
    `${file} counts errors of the kind ${JSON.stringify(kindOf(file))}: its name must end in one of ${known}, and .cbuf`,
  ])
}

function asCsv(
  hours: ReadonlyMap<EpochMs, ReadonlyMap<string, BufferRow>>,
  coverage: (hour: EpochMs) => number,
): string {
  const lines = [...hours]
    .sort(([a], [b]) => a - b)
    .flatMap(([hour, rows]) =>
      [...rows.values()].map(({ channel, submissions, outcome, problem, bytes }) =>
        writeRecord([
          isoSeconds(hour),
          channel,
          submissions,
          outcome,
          problem,
          bytes,
          String(Number(coverage(hour).toFixed(7))),
        ]),
      ),
    )
  return writeRecord(['hour', 'channel', 'submissions', 'outcome', 'problem', 'bytes', 'coverage']) + lines.join('')
}

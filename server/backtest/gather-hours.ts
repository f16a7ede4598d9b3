import { CsvError, type CsvRecord, parseCsv } from '../../data/counts/csv/parse-csv.ts'
import { type EpochMs, HOUR_MS, isoSeconds, MINUTE_MS, startOfHour } from '../../data/domain/time.ts'

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** What a file of counts by less than an hour consists of. */
export interface Steps {
  readonly stepMs: number
  /** By hour, the share of it that the steps with rows make up. */
  readonly covered: ReadonlyMap<EpochMs, number>
}

/**
 * Looks whether a file's rows are of whole hours (null), as its first five thousand say, or of shorter steps. The step is the shortest
 * time between two rows; an hour consists of the steps that have rows, so that an hour of which half is there was
 * covered by half. Throws CsvError where an hour isn't a multiple of the step, and where rows are of days, say.
 */
export async function stepsOf(chunks: Chunks): Promise<Steps | null> {
  const covered = new Map<EpochMs, number>()
  let columns: Columns | null = null
  let isFirst = true
  for await (const batch of parseCsv(chunks)) {
    for (const { cells } of batch) {
      if (columns === null) {
        columns = columnsOf(cells)
        continue
      }
      const time = parseTime(cells[columns.hour] ?? '')
      if (time !== null && !covered.has(time)) covered.set(time, coverageOf(cells, columns))
    }
    if (isFirst && [...covered.keys()].every((time) => time % HOUR_MS === 0)) {
      refuseLongSteps([...covered.keys()])
      return null
    }
    isFirst = false
  }
  const stepMs = shortestStep([...covered.keys()])
  if (HOUR_MS % stepMs !== 0) {
    const minutes = stepMs / MINUTE_MS
    throw new CsvError([`the rows are ${minutes} minutes apart: use hours, or steps that an hour is a multiple of`])
  }
  const byHour = new Map<EpochMs, number>()
  for (const [time, ratio] of covered) {
    const hour = startOfHour(time)
    byHour.set(hour, (byHour.get(hour) ?? 0) + (ratio * stepMs) / HOUR_MS)
  }
  return { stepMs, covered: byHour }
}

/** The same file by the hour: each row in the hour that it belongs to, on the line on which it stood, with that hour's coverage. */
export async function* gatheredHours(chunks: Chunks, { covered }: Steps): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  let columns: Columns | null = null
  let line = 1
  for await (const batch of parseCsv(chunks)) {
    let text = ''
    for (const record of batch) {
      const cells = columns === null ? headOf(record) : gathered(record, columns, covered)
      columns ??= columnsOf(record.cells)
      // Lines that the record took beyond its first, or that were empty: what is said of a row names its own line.
      text += `${'\n'.repeat(Math.max(0, record.line - line))}${cells.map(quoted).join(',')}\n`
      line = record.line + 1
    }
    yield encoder.encode(text)
  }
}

interface Columns {
  readonly hour: number
  /** -1: there is none. */
  readonly coverage: number
}

function columnsOf(head: readonly string[]): Columns {
  const names = head.map((name) => name.trim().toLowerCase())
  return { hour: names.indexOf('hour'), coverage: names.indexOf('coverage') }
}

function headOf({ cells }: CsvRecord): readonly string[] {
  return columnsOf(cells).coverage === -1 ? [...cells, 'coverage'] : cells
}

function gathered({ cells }: CsvRecord, columns: Columns, covered: ReadonlyMap<EpochMs, number>): readonly string[] {
  const time = parseTime(cells[columns.hour] ?? '')
  const own = [...cells]
  if (time !== null) own[columns.hour] = isoSeconds(startOfHour(time))
  const coverage = String(Math.min(1, time === null ? 1 : (covered.get(startOfHour(time)) ?? 1)))
  if (columns.coverage === -1) own.push(coverage)
  else own[columns.coverage] = coverage
  return own
}

function coverageOf(cells: readonly string[], { coverage }: Columns): number {
  const ratio = coverage === -1 ? 1 : Number(cells[coverage])
  return ratio >= 0 && ratio <= 1 ? ratio : 1
}

/** The line of the first row whose hour `isWanted`; null where there is none. */
export async function lineOf(chunks: Chunks, isWanted: (hour: EpochMs) => boolean): Promise<number | null> {
  let columns: Columns | null = null
  for await (const batch of parseCsv(chunks)) {
    for (const { line, cells } of batch) {
      const time = columns === null ? null : parseTime(cells[columns.hour] ?? '')
      columns ??= columnsOf(cells)
      if (time !== null && isWanted(startOfHour(time))) return line
    }
  }
  return null
}

/** Null where it is no time in UTC; whoever reads the counts says what is wrong with it. */
function parseTime(text: string): EpochMs | null {
  const [, date, clock, seconds = ':00'] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:\.0+)?Z?$/.exec(text.trim()) ?? []
  const time = date === undefined ? Number.NaN : Date.parse(`${date}T${clock}${seconds}Z`)
  return Number.isNaN(time) ? null : time
}

/** Of so many times, two are an hour apart where rows are of hours. */
const LEAST_TIMES = 3

/** Hours without a row weren't covered: of rows by the day a judge would say nothing, and that is no verdict. */
function refuseLongSteps(times: readonly EpochMs[]): void {
  const hours = shortestStep(times, Number.POSITIVE_INFINITY) / HOUR_MS
  if (times.length < LEAST_TIMES || hours <= 1) return
  throw new CsvError([`no two rows are less than ${hours} hours apart: use rows of an hour or less`])
}

function shortestStep(times: readonly EpochMs[], most = HOUR_MS): number {
  const sorted = times.toSorted((a, b) => a - b)
  let shortest = most
  for (const [index, time] of sorted.entries()) {
    const before = sorted[index - 1]
    if (before !== undefined) shortest = Math.min(shortest, time - before)
  }
  return shortest
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

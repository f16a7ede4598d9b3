import { UNKNOWN } from '../../domain/dimensions.ts'
import { DISCARDED_ATTRIBUTE } from '../../domain/discard.ts'
import { NO_PROBLEM } from '../../domain/outcome.ts'
import { type EpochMs, HOUR_MS, isoSeconds, startOfHour } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { readHourlyCoverage } from '../queries/read-coverage.ts'
import { time } from '../values.ts'
import { writeRecord } from './cells.ts'
import { ATTRIBUTE_COLUMNS, COUNT_COLUMNS } from './columns.ts'

export interface ExportRange {
  /** Whole hours; null: from the first, to the last hour that is counted or covered. */
  readonly from: EpochMs | null
  readonly to: EpochMs | null
  /** Only this channel's rows; null: all. */
  readonly channel: string | null
}

/** `csv` has a header; `ndjson` is an object a line, whose texts are as they were received. */
export const EXPORT_FORMATS = ['csv', 'ndjson'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

interface RowWriter {
  readonly head: string
  readonly record: (cells: readonly (string | number | boolean)[]) => string
}

function writerFor(format: ExportFormat, columns: readonly string[]): RowWriter {
  if (format === 'csv') return { head: writeRecord(columns), record: writeRecord }
  const record: RowWriter['record'] = (cells) =>
    `${JSON.stringify(Object.fromEntries(columns.map((column, at) => [column, cells[at]])))}\n`
  return { head: '', record }
}

/**
 * Hourly counts, in pieces, by hour and channel. An hour that somebody listened in and nothing came
 * has one row with 0 submissions, so that reading it back knows it was covered.
 */
export function exportCounts(db: Database, range: ExportRange, format: ExportFormat = 'csv'): AsyncGenerator<string> {
  return exported(db, range, writerFor(format, COUNT_COLUMNS), countRecords)
}

interface Exporting extends Bounds {
  readonly range: ExportRange
  readonly write: RowWriter
}

/** The head, and the records where there are hours to have any. */
async function* exported(
  db: Database,
  range: ExportRange,
  write: RowWriter,
  records: (db: Database, exporting: Exporting) => AsyncGenerator<string>,
): AsyncGenerator<string> {
  yield write.head
  const bounds = await boundsOf(db, range)
  if (bounds !== null) yield* records(db, { ...bounds, range, write })
}

async function* countRecords(db: Database, { from, to, range, write }: Exporting): AsyncGenerator<string> {
  const coverage = await readHourlyCoverage(db, from, to)
  const coverageAt = (hour: EpochMs) => coverage[(hour - from) / HOUR_MS] ?? 0
  let next = from
  for await (const rows of db.readBatches(
    `select hour, channel, app_name, app_version, build_id, reason, outcome, problem, source, automation,
       sum(submissions)::bigint as submissions, sum(recovered)::bigint as recovered, sum(bytes)::bigint as bytes
     from hourly_counts where hour >= $from and hour < $to and ($channel::varchar is null or channel = $channel)
     group by all order by hour, channel, app_name, app_version, build_id, reason, outcome, problem, source, automation`,
    { from: time(from), to: time(to), channel: range.channel },
    (row) => {
      const hour = row.number('hour')
      const names = ['app_name', 'app_version', 'build_id', 'reason', 'outcome', 'problem', 'source']
      return {
        hour,
        text: write.record([
          isoSeconds(hour),
          row.text('channel'),
          row.number('submissions'),
          ...names.map((name) => row.text(name)),
          row.boolean('automation'),
          row.number('recovered'),
          row.number('bytes'),
          shortRatio(coverageAt(hour)),
        ]),
      }
    },
  )) {
    let text = ''
    for (const row of rows) {
      for (; next < row.hour; next += HOUR_MS) text += emptyHour(next, coverageAt(next), range, write)
      next = row.hour + HOUR_MS
      text += row.text
    }
    yield text
  }
  for (; next < to; next += HOUR_MS) yield emptyHour(next, coverageAt(next), range, write)
}

/** Counts by attribute, likewise, and what was discarded as the attribute `discarded`. Sources are added up. */
export function exportAttributes(
  db: Database,
  range: ExportRange,
  format: ExportFormat = 'csv',
): AsyncGenerator<string> {
  return exported(db, range, writerFor(format, ATTRIBUTE_COLUMNS), attributeRecords)
}

async function* attributeRecords(db: Database, { from, to, range, write }: Exporting): AsyncGenerator<string> {
  for await (const rows of db.readBatches(
    `select hour, channel, attribute, value, sum(submissions) as submissions
     from (select hour, channel, attribute, value, submissions from attribute_counts
       union all select hour, channel, '${DISCARDED_ATTRIBUTE}', cause, submissions from discarded_counts
         where not automation)
     where hour >= $from and hour < $to and ($channel::varchar is null or channel = $channel)
     group by all order by all`,
    { from: time(from), to: time(to), channel: range.channel },
    (row) =>
      write.record([
        isoSeconds(row.number('hour')),
        row.text('channel'),
        row.text('attribute'),
        row.text('value'),
        row.number('submissions'),
      ]),
  )) {
    yield rows.join('')
  }
}

interface Bounds {
  readonly from: EpochMs
  readonly to: EpochMs
}

async function boundsOf(db: Database, range: ExportRange): Promise<Bounds | null> {
  const [found] = await db.read(
    `select min(first) as first, max(last) as last from (
       select min(hour) as first, max(hour) + interval 1 hour as last from hourly_counts
       union all select min(from_time), max(to_time) from coverage)`,
    {},
    (row) => ({ first: row.numberOrNull('first'), last: row.numberOrNull('last') }),
  )
  if (found === undefined || found.first === null || found.last === null) return null
  const from = range.from ?? startOfHour(found.first)
  const to = range.to ?? startOfHour(found.last + HOUR_MS - 1)
  return from < to ? { from, to } : null
}

function emptyHour(hour: EpochMs, coverage: number, { channel }: ExportRange, write: RowWriter): string {
  if (coverage === 0) return ''
  const names = [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 'accepted', NO_PROBLEM, '']
  return write.record([isoSeconds(hour), channel ?? UNKNOWN, 0, ...names, false, 0, 0, shortRatio(coverage)])
}

/** To the millisecond of an hour, and not longer. */
function shortRatio(ratio: number): number {
  return Number(ratio.toFixed(7))
}

import type { CoverageInterval } from '../../converted/converted-record.ts'
import { type EpochMs, HOUR_MS } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { type Interval, stepCoverage, uncovered } from '../intervals.ts'
import { JUDGED_RECEIVER } from '../raw-imports.ts'
import { time } from '../values.ts'

/** Receivers of imported hours: they listened for the hour, and know nothing of its minutes. */
export const IMPORT_PREFIX = 'import:'

/** Who listened when within [from, to), cut to it, ascending by receiver and time. Imports are receivers `import:<source>`. */
function readCoverageIntervals(
  database: Database,
  from: EpochMs,
  to: EpochMs,
  condition = 'true',
): Promise<CoverageInterval[]> {
  return database.read(
    `select receiver, greatest(from_time, $from) as from_time, least(to_time, $to) as to_time from coverage
     where to_time > $from and from_time < $to and ${condition} order by receiver, from_time`,
    { from: time(from), to: time(to) },
    (row) => ({ receiver: row.text('receiver'), from: row.number('from_time'), to: row.number('to_time') }),
  )
}

/**
 * Share of each step in which somebody listened, 0 to 1; index `i` is the step from `from + i * stepMs`. `isLiveOnly`: without
 * what was imported.
 */
export async function readCoverage(
  database: Database,
  from: EpochMs,
  stepMs: number,
  count: number,
  { isLiveOnly = false }: { readonly isLiveOnly?: boolean } = {},
): Promise<number[]> {
  const all = await readCoverageIntervals(database, from, from + count * stepMs)
  const intervals = isLiveOnly ? all.filter(({ receiver }) => !receiver.startsWith(IMPORT_PREFIX)) : all
  return stepCoverage(intervals, from, stepMs, count)
}

/** The same of each hour in [from, to), imports included; both are whole hours. */
export function readHourlyCoverage(database: Database, from: EpochMs, to: EpochMs): Promise<number[]> {
  return readCoverage(database, from, HOUR_MS, Math.max(0, (to - from) / HOUR_MS))
}

/** The same without logs that were brought in, which nobody judges. */
export async function readJudgedCoverage(database: Database, from: EpochMs, to: EpochMs): Promise<number[]> {
  const intervals = await readCoverageIntervals(database, from, to, JUDGED_RECEIVER)
  return stepCoverage(intervals, from, HOUR_MS, Math.max(0, (to - from) / HOUR_MS))
}

/** Start of the first stretch in which anybody listened; null where nobody ever did. */
export function readFirstCovered(database: Database): Promise<EpochMs | null> {
  return readFirst(database, 'true')
}

/** The same without logs that were brought in: the first hour that there is to judge begins then. */
export function readFirstJudged(database: Database): Promise<EpochMs | null> {
  return readFirst(database, JUDGED_RECEIVER)
}

async function readFirst(database: Database, condition: string): Promise<EpochMs | null> {
  const rows = await database.read(`select min(from_time) as first from coverage where ${condition}`, {}, (row) =>
    row.numberOrNull('first'),
  )
  return rows[0] ?? null
}

/**
 * The stretches of [from, to) in which nobody listened, of at least `minimumMs`, ascending. Before anybody ever listened
 * there was no gap either: nothing was meant to be there.
 */
export async function readGaps(database: Database, from: EpochMs, to: EpochMs, minimumMs: number): Promise<Interval[]> {
  const first = await readFirstCovered(database)
  if (first === null) return []
  const start = Math.max(from, first)
  const gaps = uncovered(await readCoverageIntervals(database, start, to), start, to)
  return gaps.filter((gap) => gap.to - gap.from >= minimumMs)
}

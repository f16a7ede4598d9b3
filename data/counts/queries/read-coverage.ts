import type { CoverageInterval } from '../../converted/converted-record.ts'
import { type EpochMs, HOUR_MS } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { type Interval, stepCoverage, uncovered } from '../intervals.ts'
import { time } from '../values.ts'

/** Receivers of imported hours: they listened for the hour, and know nothing of its minutes. */
export const IMPORT_PREFIX = 'import:'

/** Who listened when within [from, to), cut to it, ascending by receiver and time. Imports are receivers `import:<source>`. */
function readCoverageIntervals(database: Database, from: EpochMs, to: EpochMs): Promise<CoverageInterval[]> {
  return database.read(
    `select receiver, greatest(from_time, $from) as from_time, least(to_time, $to) as to_time from coverage
     where to_time > $from and from_time < $to order by receiver, from_time`,
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

/** Start of the first stretch in which anybody listened; null where nobody ever did. */
export async function readFirstCovered(database: Database): Promise<EpochMs | null> {
  const rows = await database.read('select min(from_time) as first from coverage', {}, (row) =>
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

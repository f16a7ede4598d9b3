import type { CoverageInterval } from '../converted/converted-record.ts'
import type { EpochMs } from '../domain/time.ts'
import type { Database } from './database.ts'
import { hourlyCoverage, type Interval, uncovered } from './intervals.ts'
import { time } from './values.ts'

/** Who listened when within [from, to), cut to it, ascending by receiver and time. Imports are receivers `import:<source>`. */
export function readCoverageIntervals(db: Database, from: EpochMs, to: EpochMs): Promise<CoverageInterval[]> {
  return db.read(
    `select receiver, greatest(from_time, $from) as from_time, least(to_time, $to) as to_time from coverage
     where to_time > $from and from_time < $to order by receiver, from_time`,
    { from: time(from), to: time(to) },
    (row) => ({ receiver: row.text('receiver'), from: row.number('from_time'), to: row.number('to_time') }),
  )
}

/** 0 to 1 of each hour in [from, to) in which anybody listened; index 0 is the hour `from`. Both are whole hours. */
export async function readHourlyCoverage(db: Database, from: EpochMs, to: EpochMs): Promise<Float64Array> {
  return hourlyCoverage(await readCoverageIntervals(db, from, to), from, to)
}

/**
 * The stretches of [from, to) in which nobody listened, of at least `minimumMs`, ascending. Before anybody ever listened
 * there was no gap either: nothing was meant to be there.
 */
export async function readGaps(db: Database, from: EpochMs, to: EpochMs, minimumMs: number): Promise<Interval[]> {
  const [first] = await db.read('select min(from_time) as first from coverage', {}, (row) => row.numberOrNull('first'))
  if (first == null) return []
  const start = Math.max(from, first)
  const gaps = uncovered(await readCoverageIntervals(db, start, to), start, to)
  return gaps.filter((gap) => gap.to - gap.from >= minimumMs)
}

import type { CoverageInterval } from '../../converted/converted-record.ts'
import { DAY_MS, type EpochMs, MINUTE_MS } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { uncovered } from '../intervals.ts'
import { time } from '../values.ts'

/** A stretch in which others listened and this receiver did not. */
export type MissingReceiver = CoverageInterval

/** Shorter stretches are restarts, and segments that aren't merged yet. */
const SHORTEST_MS = MINUTE_MS
/** So long after it was last heard of, a receiver is gone for good, and nobody misses it any more. */
const GONE_AFTER_MS = DAY_MS

/**
 * Which receivers were missing in [from, to) while others listened, ascending by receiver and time. Coverage is the union of
 * all receivers', so it doesn't show that one of several is down. Imports are no receivers here.
 */
export async function readMissingReceivers(database: Database, from: EpochMs, to: EpochMs): Promise<MissingReceiver[]> {
  const known = await database.read(
    `select receiver, min(from_time) as first, max(to_time) as last from coverage
     where not starts_with(receiver, 'import:') group by receiver
     having max(to_time) > $since and min(from_time) < $to order by receiver`,
    { since: time(from - GONE_AFTER_MS), to: time(to) },
    (row) => ({ receiver: row.text('receiver'), first: row.number('first'), last: row.number('last') }),
  )
  if (known.length < 2) return []
  const intervals = await database.read(
    `select receiver, from_time, to_time from coverage
     where not starts_with(receiver, 'import:') and to_time > $from and from_time < $to`,
    { from: time(from), to: time(to) },
    (row) => ({ receiver: row.text('receiver'), from: row.number('from_time'), to: row.number('to_time') }),
  )
  const nobody = uncovered(intervals, from, to)
  return known.flatMap(({ receiver, first, last }) => {
    const own = intervals.filter((interval) => interval.receiver === receiver)
    const absences = uncovered(own, Math.max(from, first), Math.min(to, last + GONE_AFTER_MS))
    return absences
      .flatMap((absence) => uncovered(nobody, absence.from, absence.to))
      .filter((stretch) => stretch.to - stretch.from >= SHORTEST_MS)
      .map((stretch) => ({ receiver, ...stretch }))
  })
}

import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'

/** Two hours with counts and none in between. */
export interface Pause {
  readonly from: EpochMs
  readonly to: EpochMs
  /** How many hours have counts up to `from`, and how many from `to` on. */
  readonly hoursBefore: number
  readonly hoursAfter: number
}

/** The longest time within [from, to) without counts; null where fewer than two hours have any. */
export async function readLongestPause(database: Database, from: EpochMs, to: EpochMs): Promise<Pause | null> {
  const [pause] = await database.read(
    `select before as pause_from, hour as pause_to, place - 1 as hours_before, hours - place + 1 as hours_after
     from (select hour, lag(hour) over (order by hour) as before, row_number() over (order by hour) as place, count(*) over () as hours
       from (select distinct hour from hourly_counts where hour >= $from and hour < $to))
     where before is not null order by hour - before desc, hour limit 1`,
    { from: time(from), to: time(to) },
    (row) => ({
      from: row.number('pause_from'),
      to: row.number('pause_to'),
      hoursBefore: row.number('hours_before'),
      hoursAfter: row.number('hours_after'),
    }),
  )
  return pause ?? null
}

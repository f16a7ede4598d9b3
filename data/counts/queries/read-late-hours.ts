import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'

/** An hour that counts were added to after it had been judged. */
export interface LateHour {
  readonly hour: EpochMs
  /** The last time that any were. */
  readonly addedAt: EpochMs
}

/** From `from` to `to` (exclusive), ascending. */
export function readLateHours(
  database: Pick<Database, 'read'>,
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
): Promise<LateHour[]> {
  return database.read(
    `select epoch_ms(hour)::double as hour, epoch_ms(added_at)::double as added_at from late_hours
     where hour >= $from and hour < $to order by hour`,
    { from: time(from), to: time(to) },
    (row) => ({ hour: row.number('hour'), addedAt: row.number('added_at') }),
  )
}

import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'

/** What the judge expected of a channel in an hour, as it was stored then; for hours to come, the forecast. */
export interface ExpectationRow {
  readonly hour: EpochMs
  readonly channel: string
  readonly low: number
  readonly mid: number
  readonly high: number
}

/** From `from` to `to` (exclusive), of one channel or of all. Ascending by hour. */
export function readExpectations(
  database: Database,
  range: { readonly from: EpochMs; readonly to: EpochMs; readonly channel?: string },
): Promise<ExpectationRow[]> {
  return database.read(
    `select epoch_ms(hour)::double as hour, channel, low, mid, high from expectations
     where hour >= $from and hour < $to ${range.channel === undefined ? '' : 'and channel = $channel'}
     order by hour, channel`,
    {
      from: time(range.from),
      to: time(range.to),
      ...(range.channel === undefined ? {} : { channel: range.channel }),
    },
    (row) => ({
      hour: row.number('hour'),
      channel: row.text('channel'),
      low: row.number('low'),
      mid: row.number('mid'),
      high: row.number('high'),
    }),
  )
}

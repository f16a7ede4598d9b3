import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'

export interface ReasonRow {
  readonly hour: EpochMs
  readonly reason: string
  readonly received: number
}

/**
 * Submissions by hour and reason within [from, to), of one channel or all, of some builds or all; automation and duplicates
 * left out. Ascending by hour.
 */
export function readReasons(
  database: Database,
  question: {
    readonly from: EpochMs
    readonly to: EpochMs
    readonly channel?: string
    readonly builds?: readonly string[]
  },
): Promise<ReasonRow[]> {
  const { from, to, channel, builds } = question
  return database.read(
    `select epoch_ms(hour)::double as hour, reason, sum(submissions)::double as received from hourly_counts
     where hour >= $from and hour < $to and outcome <> 'duplicate' and not automation
       ${channel === undefined ? '' : 'and channel = $channel'}
       ${builds === undefined ? '' : 'and list_contains($builds, build_id)'}
     group by all order by hour, reason`,
    {
      from: time(from),
      to: time(to),
      ...(channel === undefined ? {} : { channel }),
      ...(builds === undefined ? {} : { builds }),
    },
    (row) => ({ hour: row.number('hour'), reason: row.text('reason'), received: row.number('received') }),
  )
}

import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'

/**
 * Channels that reported in the 90 days before `since` or later, those with most submissions since then first; `UNKNOWN` and
 * `OTHER` among them. Where the newest counts are older than `since` (old logs were moved in), the 90 days end with those.
 */
export function readChannels(database: Database, since: EpochMs): Promise<string[]> {
  return database.read(
    `select channel from current_channel_counts
     where hour >= (select least(max(hour), $since) - interval 90 day from current_channel_counts)
       and not automation and outcome <> 'duplicate' group by channel
     order by sum(submissions) filter (where hour >= $since) desc nulls last, channel`,
    { since: time(since) },
    (row) => row.text('channel'),
  )
}

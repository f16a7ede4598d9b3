import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'

/** Channels that ever reported, those with most submissions since `since` first; `UNKNOWN` and `OTHER` among them. */
export function readChannels(database: Database, since: EpochMs): Promise<string[]> {
  return database.read(
    `select channel from hourly_counts where not automation and outcome <> 'duplicate' group by channel
     order by sum(submissions) filter (where hour >= $since) desc nulls last, channel`,
    { since: time(since) },
    (row) => row.text('channel'),
  )
}

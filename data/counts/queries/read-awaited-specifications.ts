import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'

/**
 * Of what was received from `from` to `to` (excluded; whole minutes of the last two days): all of it, and what was quarantined
 * because nobody had its histogram specification. What has been converted since is still among it.
 */
export async function readAwaitedSpecifications(
  database: Pick<Database, 'read'>,
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
): Promise<{ readonly waiting: number; readonly received: number }> {
  const [sums] = await database.read(
    `select coalesce(sum(submissions) filter (problem = 'specification_unavailable'), 0) as waiting,
       coalesce(sum(submissions), 0) as received
     from minute_counts where minute >= $from and minute < $to and outcome <> 'duplicate'`,
    { from: time(from), to: time(to) },
    (row) => ({ waiting: row.number('waiting'), received: row.number('received') }),
  )
  return sums ?? { waiting: 0, received: 0 }
}

import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'
import { invalidParams, invalidSql } from './invalid-sql.ts'

/** Submissions of a stretch that did not become records as they came; automation left out. */
export interface Losses {
  readonly received: number
  readonly invalid: number
  /** Kept whole, as not convertible yet: those that have been recovered since are in `recovered`, and here as well. */
  readonly quarantined: number
  readonly recovered: number
  /** Set aside still, where imported counts come from: only the counts of these are here, and none of them is in the two above. */
  readonly quarantinedElsewhere: number
}

/** Of these nothing but counts was ever here. */
const COUNTS_ALONE = "source in (select source from imports where kind = 'counts')"

/** Of some channels or all; hours from `from` to `to` (exclusive). */
export async function readLosses(
  database: Pick<Database, 'read'>,
  {
    from,
    to,
    channels,
    now,
  }: {
    readonly from: EpochMs
    readonly to: EpochMs
    readonly channels: readonly string[] | null
    readonly now: EpochMs
  },
): Promise<Losses> {
  const [row] = await database.read(
    `select coalesce(sum(submissions), 0)::double as received,
       coalesce(sum(submissions) filter (where ${invalidSql('hour')}), 0)::double as invalid,
       coalesce(sum(submissions) filter (where outcome = 'quarantined' and not ${COUNTS_ALONE}), 0)::double as quarantined,
       coalesce(sum(submissions - recovered) filter (where outcome = 'quarantined' and ${COUNTS_ALONE}), 0)::double as elsewhere,
       coalesce(sum(recovered) filter (where not ${COUNTS_ALONE}), 0)::double as recovered
     from hourly_counts
     where hour >= $from and hour < $to and outcome <> 'duplicate' and not automation
       ${channels === null ? '' : 'and list_contains($channels, channel)'}`,
    {
      from: time(from),
      to: time(to),
      ...invalidParams(now),
      ...(channels === null ? {} : { channels }),
    },
    (each) => ({
      received: each.number('received'),
      invalid: each.number('invalid'),
      quarantined: each.number('quarantined'),
      recovered: each.number('recovered'),
      quarantinedElsewhere: each.number('elsewhere'),
    }),
  )
  return row ?? { received: 0, invalid: 0, quarantined: 0, recovered: 0, quarantinedElsewhere: 0 }
}

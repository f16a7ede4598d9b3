import { OTHER, UNKNOWN } from '../../domain/dimensions.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'

/** A build counts as *seen* from the first hour in which it holds this share of its channel's submissions. */
const SEEN_SHARE_RATIO = 0.002
/** ... and at least this many submissions: on a small channel one submission is a large share. */
const SEEN_SUBMISSIONS = 4

export interface SeenBuild {
  readonly channel: string
  readonly buildId: string
  /** Start of the first hour in which it was seen, in the sense above. */
  readonly firstSeen: EpochMs
  readonly received: number
  readonly invalid: number
  /** Of the channel's submissions from `firstSeen` on, 0 to 1. */
  readonly shareRatio: number
}

/**
 * The builds first seen within the range (`to` exclusive), of one channel or of all, ascending by first seen. A build
 * seen before `from` isn't there: the look-back is all that is kept.
 */
export function readSeenBuilds(
  database: Database,
  range: { readonly from: EpochMs; readonly to: EpochMs; readonly channel?: string },
): Promise<SeenBuild[]> {
  const ofChannel = range.channel === undefined ? '' : 'and channel = $channel'
  return database.read(
    `with by_build as (
       select hour, channel, build_id, sum(submissions) as received,
         sum(submissions) filter (where outcome in ('quarantined', 'rejected') and problem not in ('specification_unavailable', 'unknown_revision')
           or problem = 'bad_histogram') as invalid
       from hourly_counts
       where hour < $to and not automation and outcome <> 'duplicate' ${ofChannel}
       group by all),
     with_total as (
       select *, sum(received) over (partition by channel, hour) as total from by_build),
     seen as (
       select channel, build_id, min(hour) as first_seen from with_total
       where received >= $fewest and received > $share * total and build_id not in ($other, $unknown)
       group by all having min(hour) >= $from)
     select seen.channel, seen.build_id, epoch_ms(seen.first_seen)::double as first_seen,
       sum(received)::double as received, coalesce(sum(invalid), 0)::double as invalid,
       (sum(received) / greatest(sum(total), 1))::double as share
     from seen join with_total on with_total.channel = seen.channel and with_total.build_id = seen.build_id
       and with_total.hour >= seen.first_seen
     group by all order by first_seen, build_id`,
    {
      from: time(range.from),
      to: time(range.to),
      share: SEEN_SHARE_RATIO,
      fewest: SEEN_SUBMISSIONS,
      other: OTHER,
      unknown: UNKNOWN,
      ...(range.channel === undefined ? {} : { channel: range.channel }),
    },
    (row) => ({
      channel: row.text('channel'),
      buildId: row.text('build_id'),
      firstSeen: row.number('first_seen'),
      received: row.number('received'),
      invalid: row.number('invalid'),
      shareRatio: row.number('share'),
    }),
  )
}

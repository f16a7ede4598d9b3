import { OTHER, UNKNOWN } from '../../domain/dimensions.ts'
import { DAY_MS, type EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'
import { invalidParams, invalidSql } from './invalid-sql.ts'

/** A build counts as *seen* from the first hour in which it holds this share of its channel's submissions. */
const SEEN_SHARE_RATIO = 0.002
/** ... and at least this many submissions: on a small channel one submission is a large share. */
const SEEN_SUBMISSIONS = 4
/** A build that nobody ran for so long is told as new when it comes back; to look further takes longer every day. */
export const LOOK_BACK_MS = 90 * DAY_MS

/** What holds its share in one hour of so long is in use. */
const IN_USE_MS = 7 * DAY_MS

export interface SeenBuild {
  readonly channel: string
  readonly buildId: string
  /** Start of the first hour in which it was seen, in the sense above. */
  readonly firstSeen: EpochMs
  /**
   * Seen in the last week of counts before the end of the range. Where the newest counts are older (nobody listened, or old logs were
   * moved in), the last week of counts is an earlier one.
   */
  readonly isInUse: boolean
  readonly received: number
  readonly invalid: number
  /** Of the channel's submissions from `firstSeen` on, 0 to 1. */
  readonly shareRatio: number
  /** Of the channel's submissions on the (UTC) day of which it held most, 0 to 1. */
  readonly bestDayRatio: number
}

interface SeenRange {
  readonly from: EpochMs
  /** Exclusive. */
  readonly to: EpochMs
  /** Ages are measured from here, or else from `to`. */
  readonly now?: EpochMs
  readonly channel?: string
}

/**
 * The builds first seen within the range, of one channel or of all, ascending by first seen. A build that was seen in the 90 days
 * before `from` isn't there; what was before isn't looked at.
 */
export function readSeenBuilds(database: Database, range: SeenRange): Promise<SeenBuild[]> {
  const { channel } = range
  const ofChannel = channel === undefined ? '' : 'and channel = $channel'
  const counted = `hour < $to and not automation and outcome <> 'duplicate' ${ofChannel}`
  const isSeen = 'received >= $fewest and received > $share * total'
  // What was before the range is asked of the few builds that are seen in it: to group all of it by the hour takes longer than all else.
  return database.read(
    `with totals as (
       select hour, channel, sum(submissions) as total from current_channel_counts
       where hour >= $earliest and ${counted} group by all),
     by_build as (
       select hour, channel, build_id, sum(submissions) as received,
         sum(submissions) filter (where ${invalidSql('hour')}) as invalid
       from hourly_counts where hour >= $from and ${counted} group by all),
     within_range as materialized (from by_build join totals using (hour, channel)),
     seen_within as materialized (
       select channel, build_id, min(hour) as first_seen, max(hour) as last_seen from within_range
       where ${isSeen} and build_id not in ($other, $unknown) group by all),
     earlier as (
       select hour, channel, build_id, sum(submissions) as received
       from hourly_counts semi join seen_within using (channel, build_id)
       where hour >= $earliest and hour < $from and ${counted} group by all),
     seen_earlier as (select distinct channel, build_id from earlier join totals using (hour, channel) where ${isSeen}),
     by_day as (
       select channel, build_id, first_seen, last_seen,
         sum(received) as received, sum(invalid) as invalid, sum(total) as total
       from (from seen_within anti join seen_earlier using (channel, build_id)) join within_range using (channel, build_id)
       where hour >= first_seen group by channel, build_id, first_seen, last_seen, date_trunc('day', hour))
     select channel, build_id, epoch_ms(first_seen)::double as first_seen,
       last_seen >= (select max(hour) from totals) - to_milliseconds($in_use) as in_use, sum(received)::double as received,
       coalesce(sum(invalid), 0)::double as invalid, (sum(received) / greatest(sum(total), 1))::double as share,
       max(received / greatest(total, 1))::double as best_day
     from by_day group by channel, build_id, first_seen, last_seen order by first_seen, build_id, channel`,
    {
      earliest: time(range.from - LOOK_BACK_MS),
      from: time(range.from),
      to: time(range.to),
      share: SEEN_SHARE_RATIO,
      fewest: SEEN_SUBMISSIONS,
      other: OTHER,
      unknown: UNKNOWN,
      in_use: IN_USE_MS,
      ...invalidParams(range.now ?? range.to),
      ...(channel === undefined ? {} : { channel }),
    },
    (row) => ({
      channel: row.text('channel'),
      buildId: row.text('build_id'),
      firstSeen: row.number('first_seen'),
      isInUse: row.boolean('in_use'),
      received: row.number('received'),
      invalid: row.number('invalid'),
      shareRatio: row.number('share'),
      bestDayRatio: row.number('best_day'),
    }),
  )
}

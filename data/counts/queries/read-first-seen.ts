import { OTHER } from '../../domain/dimensions.ts'
import { NO_PROBLEM } from '../../domain/outcome.ts'
import { type EpochMs, WEEK_MS } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'

/** A problem, or a value of a watched attribute, that was never seen on its channel before. */
export interface FirstSeenRow {
  readonly channel: string
  /** Null: `value` is a problem. */
  readonly attribute: string | null
  readonly value: string
  readonly firstSeen: EpochMs
  /** From then to the end of the range. */
  readonly submissions: number
}

/** Whatever comes in the first week of a channel, or of an attribute, is how it is: nobody could know it before. */
const LEARNT_AFTER_MS = WEEK_MS

/**
 * What was first seen within the range, by all the counts that there are: those of one channel or of all, most submissions first,
 * at most 200. Automation and duplicates left out.
 */
export async function readFirstSeen(
  database: Pick<Database, 'read'>,
  question: {
    readonly from: EpochMs
    /** Exclusive. */
    readonly to: EpochMs
    readonly channel?: string
  },
): Promise<FirstSeenRow[]> {
  const { from, to, channel } = question
  const ofChannel = channel === undefined ? '' : 'and channel = $channel'
  return database.read(
    `with counted as (
       select channel, null::varchar as attribute, problem as value, hour, submissions from current_channel_counts
       where hour < $to and not automation and outcome <> 'duplicate' ${ofChannel}
       union all
       select channel, attribute, value, hour, submissions from attribute_counts where hour < $to ${ofChannel}),
     by_value as (
       select channel, attribute, value, min(hour) as first_seen, sum(submissions) as submissions
       from counted group by all),
     with_since as (
       select *, min(first_seen) over (partition by channel, attribute) as since from by_value)
     select channel, attribute, value, epoch_ms(first_seen)::double as first_seen, submissions::double as submissions
     from with_since
     where first_seen >= $from and first_seen >= since + to_milliseconds($learnt_after) and value not in ($no_problem, $other)
     order by submissions desc, channel, attribute, value limit 200`,
    {
      from: time(from),
      to: time(to),
      learnt_after: LEARNT_AFTER_MS,
      no_problem: NO_PROBLEM,
      other: OTHER,
      ...(channel === undefined ? {} : { channel }),
    },
    (row) => ({
      channel: row.text('channel'),
      attribute: row.textOrNull('attribute'),
      value: row.text('value'),
      firstSeen: row.number('first_seen'),
      submissions: row.number('submissions'),
    }),
  )
}

import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { JUDGED_SOURCE } from '../raw-imports.ts'
import { time } from '../values.ts'

export interface DiscardedQuestion {
  readonly from: EpochMs
  /** Exclusive. */
  readonly to: EpochMs
  /** `whole`: one row for all of it. */
  readonly step: 'hour' | 'day' | 'whole'
  /** What rows are apart by, besides time. */
  readonly by: readonly ('channel' | 'cause')[]
  readonly channel?: string
  /** Without logs that were brought in, which nobody judges. */
  readonly isJudged?: boolean
}

/** Submissions that were answered 202 for their size and not kept; automation left out. Steps without any are not there. */
export interface DiscardedRow {
  /** Start of the step; `from` where it is the whole. */
  readonly time: EpochMs
  /** Empty where rows aren't apart by it. */
  readonly channel: string
  readonly cause: string
  readonly submissions: number
  /**
   * The size in the middle of those asked for: the mean of the class of sizes that the median lies in, so that a few huge
   * ones don't count for more than they are. 0 where no size is known.
   */
  readonly typicalBytes: number
  /** The highest limit that they were over; 0 where none is known. */
  readonly limitBytes: number
}

/** Ascending by time, then channel, then cause; sources are added up. */
export function readDiscarded(database: Database, question: DiscardedQuestion): Promise<DiscardedRow[]> {
  const { from, to, step, by, channel, isJudged = false } = question
  const start = step === 'whole' ? '$from::timestamp' : `date_trunc('${step}', hour)`
  const key = (column: 'channel' | 'cause') => (by.includes(column) ? column : "''")
  return database.read(
    `with classes as (
       select ${start} as start, ${key('channel')} as channel_key, ${key('cause')} as cause_key, size_bits,
         sum(submissions) as submissions, sum(bytes) as bytes, max(limit_bytes) as limit_bytes
       from discarded_counts
       where not automation and hour >= $from and hour < $to ${channel === undefined ? '' : 'and channel = $channel'}
         and ${isJudged ? JUDGED_SOURCE : 'true'} group by all),
     ranked as (
       select *,
         sum(submissions) filter (where size_bits > 0) over (keys order by size_bits) as reached,
         sum(submissions) filter (where size_bits > 0) over keys as sized
       from classes window keys as (partition by start, channel_key, cause_key))
     select epoch_ms(start)::double as time, channel_key, cause_key, sum(submissions)::double as submissions,
       coalesce(min(bytes / submissions) filter (where size_bits > 0 and reached * 2 >= sized
         and (reached - submissions) * 2 < sized), 0)::double as typical_bytes,
       max(limit_bytes)::double as limit_bytes
     from ranked group by all order by 1, 2, 3`,
    { from: time(from), to: time(to), ...(channel === undefined ? {} : { channel }) },
    (row) => ({
      time: row.number('time'),
      channel: row.text('channel_key'),
      cause: row.text('cause_key'),
      submissions: row.number('submissions'),
      typicalBytes: row.number('typical_bytes'),
      limitBytes: row.number('limit_bytes'),
    }),
  )
}

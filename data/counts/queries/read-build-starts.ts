import { type EpochMs, HOUR_MS } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'
import { invalidParams, invalidSql } from './invalid-sql.ts'

/** What came of a build in its first hours, and of its whole channel; the columns are in the order of `ages`. */
export interface BuildStartRow {
  readonly channel: string
  readonly buildId: string
  /** Whole hours since the build was first seen; hours without any submission of the channel aren't there. */
  readonly ages: readonly number[]
  readonly received: readonly number[]
  readonly invalid: readonly number[]
  readonly channelReceived: readonly number[]
}

/**
 * The first `hours` hours of each of `builds`, which may be of several channels, none from `to` on; automation and duplicates left out.
 * A build of which nothing is known yet isn't there.
 */
export async function readBuildStarts(
  database: Pick<Database, 'read'>,
  question: {
    readonly builds: readonly { readonly channel: string; readonly buildId: string; readonly firstSeen: EpochMs }[]
    readonly hours: number
    readonly to: EpochMs
    readonly now: EpochMs
  },
): Promise<BuildStartRow[]> {
  const { builds, hours, to, now } = question
  if (builds.length === 0) return []
  const from = Math.min(...builds.map(({ firstSeen }) => firstSeen))
  const end = Math.min(to, Math.max(...builds.map(({ firstSeen }) => firstSeen)) + hours * HOUR_MS)
  return database.read(
    `with asked as (
       select unnest($channels) as channel, unnest($builds) as build_id, unnest($first_seen) as first_seen),
     totals as (
       select hour, channel, sum(submissions) as received from current_channel_counts
       where hour >= $from and hour < $end and not automation and outcome <> 'duplicate' group by hour, channel),
     own as (
       select hour, channel, build_id, sum(submissions) as received,
         sum(submissions) filter (where ${invalidSql('hour')}) as invalid
       from hourly_counts join asked using (channel, build_id)
       where hour >= $from and hour < $end and hour >= first_seen and hour < first_seen + to_hours($hours)
         and not automation and outcome <> 'duplicate'
       group by hour, channel, build_id),
     aged as (
       select asked.channel, asked.build_id, date_diff('hour', asked.first_seen, totals.hour) as age,
         coalesce(own.received, 0) as received, coalesce(own.invalid, 0) as invalid, totals.received as channel_received
       from asked
       join totals on totals.channel = asked.channel and totals.hour >= asked.first_seen
         and date_diff('hour', asked.first_seen, totals.hour) < $hours
       left join own on own.channel = asked.channel and own.build_id = asked.build_id and own.hour = totals.hour)
     select channel, build_id, list(age::double order by age) as ages, list(received::double order by age) as received,
       list(invalid::double order by age) as invalid, list(channel_received::double order by age) as channel_received
     from aged group by channel, build_id order by channel, build_id`,
    {
      channels: builds.map(({ channel }) => channel),
      builds: builds.map(({ buildId }) => buildId),
      first_seen: builds.map(({ firstSeen }) => time(firstSeen)),
      hours,
      from: time(from),
      end: time(end),
      ...invalidParams(now),
    },
    (row) => ({
      channel: row.text('channel'),
      buildId: row.text('build_id'),
      ages: row.numbers('ages'),
      received: row.numbers('received'),
      invalid: row.numbers('invalid'),
      channelReceived: row.numbers('channel_received'),
    }),
  )
}

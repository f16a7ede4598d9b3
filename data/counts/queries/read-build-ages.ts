import { type EpochMs, HOUR_MS } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'
import { invalidParams, invalidSql } from './invalid-sql.ts'

/** What came of a build in one hour, and of its whole channel. */
export interface BuildAgeRow {
  readonly buildId: string
  /** Whole hours since the build was first seen. */
  readonly age: number
  readonly received: number
  readonly invalid: number
  /** Of the whole channel in that hour. */
  readonly channelReceived: number
}

/**
 * Builds at the same age: of each of `builds`, the hours from its first on, `hours` of them at the most and none from `to` on.
 * Automation and duplicates left out; an hour without any submission of the channel isn't there. Ascending by build and age.
 */
export async function readBuildAges(
  database: Pick<Database, 'read'>,
  question: {
    readonly channel: string
    readonly builds: readonly { readonly buildId: string; readonly firstSeen: EpochMs }[]
    readonly hours: number
    readonly to: EpochMs
    readonly now: EpochMs
  },
): Promise<BuildAgeRow[]> {
  const { channel, builds, hours, to, now } = question
  if (builds.length === 0) return []
  const from = Math.min(...builds.map(({ firstSeen }) => firstSeen))
  const end = Math.min(to, Math.max(...builds.map(({ firstSeen }) => firstSeen)) + hours * HOUR_MS)
  return database.read(
    `with asked as (
       select unnest($builds) as build_id, unnest($first_seen) as first_seen),
     totals as (
       select hour, sum(submissions) as received from current_channel_counts
       where hour >= $from and hour < $end and channel = $channel and not automation and outcome <> 'duplicate'
       group by hour),
     own as (
       select hour, build_id, sum(submissions) as received,
         sum(submissions) filter (where ${invalidSql('hour')}) as invalid
       from hourly_counts semi join asked using (build_id)
       where hour >= $from and hour < $end and channel = $channel and not automation and outcome <> 'duplicate'
       group by hour, build_id)
     select asked.build_id, (date_diff('hour', asked.first_seen, totals.hour))::double as age,
       coalesce(own.received, 0)::double as received, coalesce(own.invalid, 0)::double as invalid,
       totals.received::double as channel_received
     from asked
     join totals on totals.hour >= asked.first_seen and date_diff('hour', asked.first_seen, totals.hour) < $hours
     left join own on own.build_id = asked.build_id and own.hour = totals.hour
     order by asked.build_id, age`,
    {
      channel,
      builds: builds.map(({ buildId }) => buildId),
      first_seen: builds.map(({ firstSeen }) => time(firstSeen)),
      hours,
      from: time(from),
      end: time(end),
      ...invalidParams(now),
    },
    (row) => ({
      buildId: row.text('build_id'),
      age: row.number('age'),
      received: row.number('received'),
      invalid: row.number('invalid'),
      channelReceived: row.number('channel_received'),
    }),
  )
}

import type { Database } from '../data/counts/database.ts'
import { hoursOf } from '../data/counts/intervals.ts'
import { packNextStretch, unpackWeeks } from '../data/counts/pack-weeks.ts'
import { openHours, replaceRollupsOf } from '../data/counts/rollups.ts'
import { time } from '../data/counts/values.ts'
import { DAY_MS, type EpochMs, HOUR_MS, WEEK_MS } from '../data/domain/time.ts'

export const CHANNELS = ['release', 'beta', 'aurora', 'nightly', 'esr'] as const
export const ROWS_PER_HOUR = 300
export const NOW: EpochMs = Date.UTC(2014, 0, 16, 14)

/** Submissions of all channels in an hour of the middle of the tide. */
const SUBMISSIONS_PER_HOUR = 50_000

/** A Monday. */
const SOME_WEEK: EpochMs = Date.UTC(2014, 0, 13)

/**
 * 300 rows an hour, as they stand at `now` when hours are settled and weeks that are over are packed: five channels of very different
 * size, ten builds of each, of which a new one comes every day and takes half of what the last one had, two reasons, and problems in
 * one of thirty. Days have tides. Answers for how many milliseconds merges would have waited at most while a week was packed.
 */
export async function fillHistory(db: Database, from: EpochMs, to: EpochMs, now: EpochMs): Promise<number> {
  let longestMs = 0
  for (let start = from; start < to; start = nextWeek(start)) {
    await fillHours(db, start, Math.min(nextWeek(start), to))
    await db.checkpoint()
    for (;;) {
      const startedAt = performance.now()
      if (!(await packNextStretch(db, now))) break
      longestMs = Math.max(longestMs, performance.now() - startedAt)
      await db.checkpoint()
    }
  }
  await db.inTransaction(async (transaction) => {
    await transaction.append('coverage', [['edge-1', from, to]])
    await transaction.run(
      `insert into expectations select hour, channel, sum(submissions) * 0.9, sum(submissions), sum(submissions) * 1.1
       from channel_counts where hour >= $recent and hour < $to group by all`,
      { recent: time(Math.max(from, now - 61 * DAY_MS)), to: time(to) },
    )
  })
  await db.checkpoint()
  return longestMs
}

/** Segments of the hour that goes on that are merged and not summed up yet; its rows are summed up every five minutes. */
const OPEN_SEGMENTS = 100

/** Lets the hour before `now` go on: what segments brought to it stands in rows of their own. */
export async function fillOpenHour(db: Database, now: EpochMs): Promise<void> {
  const hour = now - HOUR_MS
  await db.inTransaction(async (transaction) => {
    await transaction.run(
      `insert into hourly_counts select counted.* replace ('${OPEN_SOURCE}' as source, submissions // ${OPEN_SEGMENTS} as submissions)
       from hourly_counts counted cross join range(${OPEN_SEGMENTS}) where hour = $hour`,
      { hour: time(hour) },
    )
    await openHours(transaction, [hour])
  })
}

export async function dropOpenHour(db: Database): Promise<void> {
  await db.inTransaction((transaction) =>
    transaction.run(`delete from hourly_counts where source = '${OPEN_SOURCE}'; delete from open_hours`),
  )
}

const OPEN_SOURCE = 'goes on'

function nextWeek(start: EpochMs): EpochMs {
  return SOME_WEEK + (Math.floor((start - SOME_WEEK) / WEEK_MS) + 1) * WEEK_MS
}

async function fillHours(db: Database, from: EpochMs, to: EpochMs): Promise<void> {
  await db.inTransaction(async (transaction) => {
    await transaction.run(
      `insert into hourly_counts
       select hour, channel, 'Firefox', version, build, reason, outcome, problem, 'live', false, n, 0,
         n * 18000 + hash(hour, channel, build, reason) % 9000
       from (
         select hour, channel, reason, outcome, problem,
           (20 + date_diff('day', timestamp '2012-01-01', hour) // 42 - b // 5)::varchar || '.0a1' as version,
           strftime(hour - to_days(b::integer), '%Y%m%d030203') as build,
           greatest(1, (weight * tide * (0.8 + 0.4 * (hash(hour, c, b, r, o) % 1000) / 1000)))::bigint as n
         from (
           select *, ['release', 'beta', 'aurora', 'nightly', 'esr'][1 + c] as channel,
             ['idle-daily', 'saved-session'][1 + r] as reason, ['accepted', 'salvaged', 'quarantined'][1 + o] as outcome,
             ['none', 'bad_histogram', 'invalid_revision'][1 + o] as problem,
             ${SUBMISSIONS_PER_HOUR} * [0.75, 0.12, 0.05, 0.05, 0.03][1 + c] * pow(0.5, b + 1) * [0.7, 0.3][1 + r]
               * [0.967, 0.03, 0.003][1 + o] as weight,
             1 + 0.4 * sin(date_part('hour', hour) / 24 * 2 * pi()) as tide
           from (select unnest(generate_series($from::timestamp, $last::timestamp, interval 1 hour)) as hour)
             cross join range(5) channels(c) cross join range(10) builds(b) cross join range(2) reasons(r)
             cross join range(3) outcomes(o)))
       order by hour, channel, version, build, reason, outcome, problem`,
      { from: time(from), last: time(to - HOUR_MS) },
    )
    const hours = hoursOf({ from, to })
    await replaceRollupsOf(transaction, hours)
    await unpackWeeks(transaction, hours)
  })
}

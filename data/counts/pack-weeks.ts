import { LIVE_SOURCE } from '../domain/dimensions.ts'
import { type EpochMs, WEEK_MS } from '../domain/time.ts'
import type { Database, Transaction } from './database.ts'
import type { Interval } from './intervals.ts'
import { time } from './values.ts'

/** So long after its end a week is packed: late counts have come, and sizes by build have been asked for. */
const PACKED_AFTER_MS = WEEK_MS

/** Bytes of one of these are told apart for ever; what they are split by besides, only until the week is packed. */
const SIZED_BY = 'hour, channel, outcome, problem, source, automation'

/**
 * A column takes as many bits for each of some thousand rows as for the largest of them, so rows of about the same size stand together, those
 * with bytes apart. Each time that the hour changes takes ten bytes: finer classes than these would cost more than they save.
 */
const ORDER = `case when bytes = 0 then floor(log2(greatest(submissions, 1)) / 2) end,
  hour, channel, outcome, problem, reason, app_version, build_id, app_name, source, automation`

/** Of so many rows, and of an hour at the least: merges wait meanwhile. A week of 300 rows an hour is one stretch. */
const STRETCH_ROWS = 60_000

/**
 * Packs the next stretch of the oldest week that is due: over for a week, nothing in it left to settle, and not packed since it changed.
 * Its rows are written anew in the order that takes least room, and the bytes of what was received live stand in one row of each hour,
 * channel, outcome and problem (the one with most submissions). Counts stay as they are. Answers whether there was one.
 */
export function packNextStretch(db: Database, now: EpochMs, stretchRows = STRETCH_ROWS): Promise<boolean> {
  return db.inTransaction(async (transaction) => {
    const due = await nextWeek(transaction, now)
    if (due === null) return false
    const { week, from } = due
    const to = await endOfStretch(transaction, { from, to: week + WEEK_MS }, stretchRows)
    await packHours(transaction, { from, to })
    await transaction.run('insert or replace into packed_weeks values ($week, $to)', { week: time(week), to: time(to) })
    return true
  })
}

/** Whoever changes counts of these hours in another way than by opening them. */
export async function unpackWeeks(transaction: Transaction, hours: readonly EpochMs[]): Promise<void> {
  if (hours.length === 0) return
  await transaction.run(`delete from packed_weeks where week in (select date_trunc('week', unnest($hours)))`, {
    hours: hours.map(time),
  })
}

async function nextWeek(
  transaction: Transaction,
  now: EpochMs,
): Promise<{ readonly week: EpochMs; readonly from: EpochMs } | null> {
  const [next] = await transaction.read(
    `select week, coalesce(packed_to, week) as first
     from (select distinct date_trunc('week', day) as week from channel_days) left join packed_weeks using (week)
       anti join (select date_trunc('week', hour) as week from open_hours) using (week)
     where week <= $latest and (packed_to is null or packed_to < week + interval 7 day)
     order by week limit 1`,
    { latest: time(now - WEEK_MS - PACKED_AFTER_MS) },
    (row) => ({ week: row.number('week'), from: row.number('first') }),
  )
  return next ?? null
}

/** At most `to`: where more than `rows` rows stand before it. */
async function endOfStretch(transaction: Transaction, { from, to }: Interval, rows: number): Promise<EpochMs> {
  const [end] = await transaction.read(
    `with hours as (select hour, count(*) as held from hourly_counts where hour >= $from and hour < $to group by hour),
       sums as (select hour, sum(held) over (order by hour) as held from hours)
     select min(hour) as hour from sums where held > $rows and hour > $from`,
    { from: time(from), to: time(to), rows },
    (row) => row.numberOrNull('hour'),
  )
  return end ?? to
}

async function packHours(transaction: Transaction, { from, to }: Interval): Promise<void> {
  const range = { from: time(from), to: time(to) }
  const within = 'hour >= $from and hour < $to'
  await transaction.run(
    `create or replace temp table packed as
     select * replace (
       case when source <> '${LIVE_SOURCE}' then bytes when row_number() over largest = 1 then (sum(bytes) over alike)::bigint
         else 0 end as bytes)
     from hourly_counts where ${within}
     window alike as (partition by ${SIZED_BY}),
       largest as (partition by ${SIZED_BY} order by submissions desc, build_id, app_version, app_name, reason)`,
    range,
  )
  await transaction.run(`delete from hourly_counts where ${within}`, range)
  await transaction.run(`insert into hourly_counts by name from packed order by ${ORDER}`)
  await transaction.run('drop table packed')
}

import { OTHER } from '../domain/dimensions.ts'
import { type EpochMs, HOUR_MS, isoSeconds, MINUTE_MS } from '../domain/time.ts'
import type { Database, Transaction } from './database.ts'
import { DEFAULT_NAME_RULES, NAMELESS, type NameRules, PINNED_SHARE_RATIO } from './fold-names.ts'
import { forgetHours } from './merge-memory.ts'
import { packNextStretch, unpackWeeks } from './pack-weeks.ts'
import { replaceRollupsOf } from './rollups.ts'
import { time } from './values.ts'

/** Hours that are settled in one transaction: a merge waits for it. */
const HOURS_AT_ONCE = 6
/** So often at most are the hours that go on made small; a merge adds some hundred rows. */
const TIDY_EVERY_MS = 5 * MINUTE_MS
/** So often is looked for weeks to pack. */
const PACK_EVERY_MS = HOUR_MS

/** Keeps the counts small while they grow; one for a database. */
export interface Settler {
  /**
   * Settles hours that have ended by `closedUpTo`: one row for what has everything in common, and rare builds, versions and
   * attribute values under `OTHER`. Late counts open an hour again, and the next call settles it anew. From time to time
   * the hours that go on are summed up, too, and keep all their names; and while no hour is due, a week that is long over is packed. Resolves
   * after some hours, or a stretch of a week, at the latest: true where more are left.
   */
  settleDue(closedUpTo: EpochMs, now: EpochMs): Promise<boolean>
}

export function createSettler(db: Database, names: () => Partial<NameRules>): Settler {
  let tidiedAt = Number.NEGATIVE_INFINITY
  let packedAt = Number.NEGATIVE_INFINITY
  const isTime = (last: EpochMs, everyMs: number, now: EpochMs) => now - last >= everyMs || now < last
  return {
    async settleDue(closedUpTo, now) {
      const open = await db.read('select hour from open_hours order by hour', {}, (row) => row.number('hour'))
      const closed = open.filter((hour) => hour + HOUR_MS <= closedUpTo)
      const rules = { ...DEFAULT_NAME_RULES, ...names() }
      const due = closed.slice(0, HOURS_AT_ONCE)
      if (due.length > 0) await settleHours(db, due, rules)
      const going = open.slice(closed.length)
      if (going.length > 0 && isTime(tidiedAt, TIDY_EVERY_MS, now)) {
        tidiedAt = now
        await settleHours(db, going, null)
        // Now, while nothing waits: else the merge that fills the log would do it.
        await db.checkpoint()
      }
      if (due.length > 0 || !isTime(packedAt, PACK_EVERY_MS, now)) return closed.length > due.length
      const hasPacked = await packNextStretch(db, now)
      // What was left behind is free to be written over by the next one.
      if (hasPacked) await db.checkpoint()
      else packedAt = now
      return hasPacked
    },
  }
}

/** Without `rules` nothing is folded, and the hours stay open. */
export async function settleHours(db: Database, hours: readonly EpochMs[], rules: NameRules | null): Promise<void> {
  if (hours.length === 0) return
  await db.inTransaction(async (transaction) => {
    for (const hour of hours) await settleHour(transaction, hour, rules)
    await unpackWeeks(transaction, hours)
    if (rules === null) return
    await replaceRollupsOf(transaction, hours)
    await transaction.run('delete from open_hours where hour in (select unnest($hours))', { hours: hours.map(time) })
  })
  if (rules !== null) forgetHours(db, hours)
}

async function settleHour(transaction: Transaction, hour: EpochMs, rules: NameRules | null): Promise<void> {
  if (rules !== null) {
    await foldBuilds(transaction, hour, rules)
    await foldValues(transaction, hour, rules)
  }
  const range = { from: time(hour), to: time(hour + HOUR_MS) }
  for (const { table, column, sums, order } of TABLES) {
    const within = `${column} >= $from and ${column} < $to`
    await transaction.run(
      `create or replace temp table settled as
       select * exclude (${sums.join(', ')}), ${sums.map((sum) => `sum(${sum})::bigint as ${sum}`).join(', ')}
       from ${table} where ${within} group by all having ${sums.map((sum) => `sum(${sum}) <> 0`).join(' or ')}`,
      range,
    )
    await transaction.run(`delete from ${table} where ${within}`, range)
    await transaction.run(`insert into ${table} by name from settled order by ${order}`)
  }
  await transaction.run('drop table settled')
}

/** In this order within an hour, what is alike stands together: it takes least room, and is found soonest. */
const TABLES = [
  {
    table: 'hourly_counts',
    column: 'hour',
    sums: ['submissions', 'recovered', 'bytes'],
    order: 'hour, channel, app_name, app_version, build_id, reason, outcome, problem, source, automation',
  },
  { table: 'minute_counts', column: 'minute', sums: ['submissions'], order: 'minute, channel, outcome, problem' },
  {
    table: 'attribute_counts',
    column: 'hour',
    sums: ['submissions'],
    order: 'hour, channel, attribute, value, source',
  },
  { table: 'discarded_counts', column: 'hour', sums: ['submissions', 'bytes'], order: 'all' },
] as const

const NAMELESS_PARAMS = { nameless: NAMELESS }

/**
 * The largest keep their names, by submissions, then by name; and whatever others send, so do the newest builds of each channel that
 * hold a share of it and aren't dated later than the hour, and those in which a watched problem is found.
 */
async function foldBuilds(transaction: Transaction, hour: EpochMs, rules: NameRules): Promise<void> {
  const { settledNamesPerHour, pinnedBuilds, watchedProblems } = rules
  const ofBuild = 'channel, app_name, app_version, build_id'
  await transaction.run(
    `create or replace temp table folded as
     with sums as (
       select ${ofBuild}, sum(submissions) as submissions,
         coalesce(sum(submissions) filter (where list_contains($watched, problem)), 0) as watched
       from hourly_counts where hour = $hour group by all),
     shares as (
       select *, submissions >= $share * sum(submissions) over (partition by channel)
           and regexp_matches(build_id, '^[0-9]{8}') and build_id[:14] <= $end[:least(14, len(build_id))] as is_share,
         watched > 0 and watched >= $share * sum(watched) over (partition by channel) as is_watched
       from sums where not list_contains($nameless, build_id)),
     places as (
       select *, row_number() over (partition by channel order by submissions desc, build_id, app_version, app_name) as place,
         row_number() over (partition by channel, is_share order by build_id desc, app_version desc, app_name) as newest
       from shares)
     select ${ofBuild} from places where place > $kept and not is_watched and not (is_share and newest <= $pinned)`,
    {
      ...NAMELESS_PARAMS,
      hour: time(hour),
      watched: ['', ...watchedProblems],
      share: PINNED_SHARE_RATIO,
      kept: settledNamesPerHour,
      pinned: pinnedBuilds,
      end: isoSeconds(hour + HOUR_MS).replaceAll(/\D/g, ''),
    },
  )
  await transaction.run(
    `update hourly_counts counts set app_version = $other, build_id = $other from folded
     where counts.hour = $hour and counts.channel = folded.channel and counts.app_name = folded.app_name
       and counts.app_version = folded.app_version and counts.build_id = folded.build_id`,
    { hour: time(hour), other: OTHER },
  )
  await transaction.run('drop table folded')
}

async function foldValues(transaction: Transaction, hour: EpochMs, { settledNamesPerHour }: NameRules): Promise<void> {
  await transaction.run(
    `create or replace temp table folded as
     with sums as (
       select channel, attribute, value, sum(submissions) as submissions from attribute_counts
       where hour = $hour and not list_contains($nameless, value) group by all)
     select channel, attribute, value from sums
     qualify row_number() over (partition by channel, attribute order by submissions desc, value) > $kept`,
    { ...NAMELESS_PARAMS, hour: time(hour), kept: settledNamesPerHour },
  )
  await transaction.run(
    `update attribute_counts counts set value = $other from folded
     where counts.hour = $hour and counts.channel = folded.channel and counts.attribute = folded.attribute
       and counts.value = folded.value`,
    { hour: time(hour), other: OTHER },
  )
  await transaction.run('drop table folded')
}

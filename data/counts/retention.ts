import { noteRemovedDays } from '../archive/removed-days.ts'
import { LIVE_SOURCE } from '../domain/dimensions.ts'
import { importReceiver } from '../domain/import-source.ts'
import { DAY_MS, type EpochMs, HOUR_MS, isoDate, startOfDay } from '../domain/time.ts'
import type { Database, Transaction } from './database.ts'
import { time } from './values.ts'

export interface CountsRetention {
  readonly now: EpochMs
  readonly keepMinuteHours: number
  /** Whole days besides today, of what was received live; null or absent: for ever. */
  readonly keepHourDays?: number | null
  /** Of what was received live; what was imported stays until it is imported anew. */
  readonly keepAttributeDays: number
}

/** Segment names never recur, and the raw segment of an archived one is long gone. */
const KEEP_LEDGER_DAYS = 30
const KEEP_TASK_RUNS_DAYS = 90

/** Rows of segments that were archived and merged earlier are forgotten. */
export function ledgerKeptFrom(now: EpochMs): EpochMs {
  return now - KEEP_LEDGER_DAYS * DAY_MS
}

/** Forgets what the settings don't keep any longer. Coverage, incidents and mails are kept. Returns the rows removed. */
export function trimCounts(db: Database, options: CountsRetention): Promise<number> {
  const { now, keepMinuteHours, keepAttributeDays } = options
  const rules = [
    { table: 'minute_counts', where: 'minute < $before', before: now - keepMinuteHours * HOUR_MS },
    {
      table: 'attribute_counts',
      where: `source = '${LIVE_SOURCE}' and hour < $before`,
      before: now - keepAttributeDays * DAY_MS,
    },
    {
      table: 'converted_files',
      // Names of imports recur, when somebody brings the same log in again: they are never forgotten. And the newest row
      // is what the journal's end is found by, however long nothing came.
      where: `state = 'archived' and merged_at < $before and not starts_with(receiver, '${importReceiver('')}')
        and merged_at < (select max(merged_at) from converted_files)`,
      before: ledgerKeptFrom(now),
    },
    { table: 'task_runs', where: 'ended_at < $before', before: now - KEEP_TASK_RUNS_DAYS * DAY_MS },
  ]
  return db.inTransaction(async (transaction) => {
    let removed = 0
    for (const { table, where, before } of rules) {
      removed += await transaction.run(`delete from ${table} where ${where}`, { before: time(before) })
    }
    return removed + (await trimHours(transaction, options))
  })
}

const HOURLY = [
  { table: 'hourly_counts', time: 'hour' },
  { table: 'channel_counts', time: 'hour' },
  { table: 'channel_days', time: 'day' },
  { table: 'discarded_counts', time: 'hour' },
] as const

/** Whoever holds the archive against the counts must know that they are gone. */
async function trimHours(transaction: Transaction, { now, keepHourDays = null }: CountsRetention): Promise<number> {
  if (keepHourDays === null) return 0
  const before = startOfDay(now - keepHourDays * DAY_MS)
  let removed = 0
  for (const { table, time: column } of HOURLY) {
    removed += await transaction.run(`delete from ${table} where source = '${LIVE_SOURCE}' and ${column} < $before`, {
      before: time(before),
    })
  }
  if (removed > 0) await noteRemovedDays(transaction, [{ keep: 'counts', problem: null, before: isoDate(before) }])
  return removed + (await transaction.run('delete from late_hours where hour < $before', { before: time(before) }))
}

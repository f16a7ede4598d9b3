import { LIVE_SOURCE } from '../domain/dimensions.ts'
import { importReceiver } from '../domain/import-source.ts'
import { DAY_MS, type EpochMs, HOUR_MS } from '../domain/time.ts'
import type { Database } from './database.ts'
import { time } from './values.ts'

export interface CountsRetention {
  readonly now: EpochMs
  readonly keepMinuteHours: number
  /** Of what was received live; what was imported stays until it is imported anew. */
  readonly keepAttributeDays: number
}

/** Segment names never recur, and the raw segment of an archived one is long gone. */
const KEEP_LEDGER_DAYS = 30
const KEEP_TASK_RUNS_DAYS = 90

/** Forgets what nobody asks for any more. Hourly counts, coverage, incidents and mails are kept. Returns the rows removed. */
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
      // Names of imports recur, when somebody brings the same log in again: they are never forgotten.
      where: `state = 'archived' and merged_at < $before and not starts_with(receiver, '${importReceiver('')}')`,
      before: now - KEEP_LEDGER_DAYS * DAY_MS,
    },
    { table: 'task_runs', where: 'ended_at < $before', before: now - KEEP_TASK_RUNS_DAYS * DAY_MS },
  ]
  return db.inTransaction(async (transaction) => {
    let removed = 0
    for (const { table, where, before } of rules) {
      removed += await transaction.run(`delete from ${table} where ${where}`, { before: time(before) })
    }
    return removed
  })
}

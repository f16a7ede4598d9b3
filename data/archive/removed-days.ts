import { z } from 'zod'
import type { Database, Transaction } from '../counts/database.ts'
import { type EpochMs, isoDate } from '../domain/time.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { Keep } from './part-name.ts'

/** Retention removed what there was of these days: it isn't missing, whatever the settings say by now. */
export interface RemovedDays {
  /** `counts`: nothing was removed of the archive, but what it could be held against. */
  readonly keep: Keep | 'counts'
  /** Null: whatever its problem. Only the quarantine tells problems apart. */
  readonly problem: string | null
  /** `2014-01-16`: the first day that was left. */
  readonly before: string
}

/** The same in the journal. */
export const RemovedDaysBody = z.object({
  keep: z.enum(['archive', 'quarantine', 'counts']),
  problem: z.string().nullable(),
  before: z.string(),
})

export function removedDaysEntries(removed: readonly RemovedDays[], writtenAt: EpochMs): JournalEntry[] {
  return removed.map((body) => ({ kind: 'removed_days', key: `${body.keep} ${body.problem ?? ANY}`, writtenAt, body }))
}

/** To be called in the transaction that removes it. */
export async function noteRemovedDays(transaction: Transaction, removed: readonly RemovedDays[]): Promise<void> {
  for (const { keep, problem, before } of removed) {
    await transaction.run(
      `insert into removed_days values ($keep, $problem, $before)
       on conflict do update set before = greatest(before, excluded.before)`,
      { keep, problem: problem ?? ANY, before },
    )
  }
}

export function readRemovedDays(db: Pick<Database, 'read'>): Promise<RemovedDays[]> {
  return db.read('select keep, problem, before from removed_days', {}, (row) => {
    const problem = row.text('problem')
    return {
      keep: KEPT.find((keep) => keep === row.text('keep')) ?? 'quarantine',
      problem: problem === ANY ? null : problem,
      before: row.text('before'),
    }
  })
}

/** In the quarantine as in the archive: what was converted later is there, under whatever problem it has now. */
export function isWhollyKept(time: EpochMs, problem: string, removed: readonly RemovedDays[]): boolean {
  const date = isoDate(time)
  return !removed.some((gone) => date < gone.before && (gone.problem === null || gone.problem === problem))
}

const ANY = '*'
const KEPT = ['archive', 'quarantine', 'counts'] as const

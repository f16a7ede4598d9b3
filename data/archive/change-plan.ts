import type { Database, Transaction } from '../counts/database.ts'
import { time } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'
import type { Journal } from '../journal/journal.ts'
import { KEEPS, parsePartFileName } from './part-name.ts'
import type { Storage } from './storage.ts'

/** Why files of the archive are replaced. */
export type ChangeKind = 'reprocess' | 'compact' | 'forget' | 'import' | 'retention'

/** Gives the change its number, before anything of it is written: no other part or change ever gets that. */
export function planChange(db: Database, kind: ChangeKind, now: EpochMs): Promise<number> {
  return db.inTransaction(async (transaction) => {
    const [part = 1] = await transaction.read(
      'select coalesce(max(part), 0) + 1 as part from archive_parts',
      {},
      (row) => row.number('part'),
    )
    await transaction.append('archive_parts', [[part, now, null, 'change']])
    await transaction.append('archive_changes', [[part, kind, now, null, 'planned']])
    return part
  })
}

export async function markChangeDone(transaction: Transaction, part: number, now: EpochMs): Promise<void> {
  await transaction.run(`update archive_changes set state = 'done', done_at = $now where part = $part`, {
    part,
    now: time(now),
  })
}

/**
 * Takes back what an unfinished change wrote. The journal is told first: it may say already that the change is done, which a
 * database that is made anew would believe.
 */
export async function abandonChange(
  part: number,
  {
    db,
    storage,
    journal,
    now,
  }: {
    readonly db: Database
    readonly storage: Storage
    readonly journal: Journal | null
    readonly now: () => EpochMs
  },
): Promise<void> {
  await journal?.append([{ kind: 'change', key: String(part), writtenAt: now(), body: { state: 'abandoned' } }])
  const stored = (await Promise.all(KEEPS.map((keep) => storage.list(keep)))).flat()
  for (const name of stored) if (parsePartFileName(name)?.part === part) await storage.remove(name)
  await db.inTransaction((transaction) =>
    transaction.run(`update archive_changes set state = 'abandoned' where part = $part`, { part }),
  )
}

/** Numbers of the changes that were begun and never came to their end. */
export function readUnfinishedChanges(db: Database): Promise<number[]> {
  return db.read(`select part from archive_changes where state = 'planned' order by part`, {}, (row) =>
    row.number('part'),
  )
}

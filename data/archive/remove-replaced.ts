import type { Database } from '../counts/database.ts'
import type { Readings } from './readings.ts'
import type { Storage } from './storage.ts'

/**
 * Removes the files that were replaced, unless somebody reads just now: then it is for the next time. Killed anywhere and called
 * again, it goes on. Answers their names.
 */
export async function removeReplaced(db: Database, storage: Storage, readings?: Readings): Promise<string[]> {
  if (readings?.isAny === true) return []
  const names = await db.read(`select name from archive_files where state = 'replaced' order by name`, {}, (row) =>
    row.text('name'),
  )
  if (names.length === 0) return names
  for (const name of names) await storage.remove(name)
  await db.inTransaction((transaction) =>
    transaction.run(`delete from archive_files where state = 'replaced' and name in (select unnest($names))`, {
      names,
    }),
  )
  return names
}

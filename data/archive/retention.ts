import type { Database } from '../counts/database.ts'
import { DAY_MS, type EpochMs, isoDate } from '../domain/time.ts'
import { readArchiveFiles, replaceArchiveFiles } from './archive-files.ts'
import { KEEPS, type Keep } from './part-name.ts'
import type { Readings } from './readings.ts'
import { removeReplaced } from './remove-replaced.ts'
import type { Storage } from './storage.ts'

/** Whole days that are kept besides today, or null: for ever. */
export type KeepDays = Readonly<Record<Keep, number | null>>

export interface ArchiveInHand {
  readonly db: Database
  readonly storage: Storage
  readonly readings?: Readings
}

/** Removes the parts of days that are over; to be called in turn (`ArchiveTurn`). Returns their names. */
export async function trimArchive(archive: ArchiveInHand, keepDays: KeepDays, now: EpochMs): Promise<string[]> {
  const { db, storage, readings } = archive
  const removed: string[] = []
  for (const keep of KEEPS) {
    const days = keepDays[keep]
    if (days === null) continue
    const toDate = isoDate(now - (days + 1) * DAY_MS)
    const names = (await readArchiveFiles(db, { keep, toDate })).map(({ name }) => name)
    await db.inTransaction((transaction) => replaceArchiveFiles(transaction, names))
    removed.push(...names)
  }
  await removeReplaced(db, storage, readings)
  return removed
}

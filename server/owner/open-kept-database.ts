import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { segmentOfConvertedFile } from '../../data/converted/converted-file.ts'
import { checkDatabase } from '../../data/counts/check-database.ts'
import { type Database, type DatabaseOptions, openDatabase } from '../../data/counts/database.ts'
import { DatabaseError } from '../../data/counts/database-error.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import { catchUpWithJournal } from '../../data/recovery/catch-up.ts'
import { isAnythingKept } from '../../data/recovery/kept-before.ts'
import { setDatabaseAside } from '../../data/recovery/set-aside.ts'
import { listClaimed } from '../../data/spool/claims.ts'
import { listUnmerged } from '../../data/spool/unmerged.ts'
import { RESTORE_MARK } from '../backup/restore-mark.ts'
import type { Settings } from '../settings/schema.ts'
import type { StateFolders } from './state-folders.ts'

/** What the person who reads it at night can do, and that it costs nothing. */
const ADVICE =
  'run "tidewatch rebuild", which makes it anew from archive, quarantine and journal; until then "tidewatch serve --role receive" receives'

/**
 * Opens the database, every block of which can be read. Throws DatabaseError in one sentence that names what to do: `lost` where it isn't
 * there though something is kept, `corrupt` where it is damaged, upon which it was set aside; and others as openDatabase.
 */
export async function openKeptDatabase(
  folders: StateFolders,
  now: EpochMs,
  limits: DatabaseLimits = {},
): Promise<Database> {
  if (existsSync(join(folders.restoring, RESTORE_MARK))) {
    throw new DatabaseError(
      'lost',
      `${folders.state}: a backup was not wholly restored: run "tidewatch restore DIR" again`,
    )
  }
  if (!existsSync(folders.database) && (await isAnythingKept(folders))) {
    throw new DatabaseError('lost', `${folders.database} is gone, and what it counted is still there: ${ADVICE}`)
  }
  try {
    return await openChecked(folders, limits)
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.kind !== 'corrupt') throw error
    const aside = relative(folders.state, await setDatabaseAside(folders.database, folders.damaged, now))
    throw new DatabaseError(
      'corrupt',
      `${folders.database} is damaged, and was set aside in ${aside}: ${ADVICE}`,
      error,
    )
  }
}

/** What the database may take of the machine. */
export type DatabaseLimits = Pick<DatabaseOptions, 'memoryLimitMegabytes' | 'threads'>

export function databaseLimits({ memoryLimit, threads }: Settings['counts']): DatabaseLimits {
  return { memoryLimitMegabytes: Math.floor(memoryLimit / 1e6), threads }
}

async function openChecked(folders: StateFolders, limits: DatabaseLimits): Promise<Database> {
  const database = await openDatabase(folders.database, { ...limits, readableFolders: readableFolders(folders) })
  try {
    await checkDatabase(database)
    return database
  } catch (error) {
    await database.close().catch(() => undefined)
    throw error
  }
}

/** Where SQL may read, and in `exchange` write. */
export function readableFolders({ archive, quarantine, exchange, imported, retired }: StateFolders): readonly string[] {
  return [archive, quarantine, exchange, imported, retired]
}

/**
 * Puts back what a lost end of the database's log took with it; answers how many entries of the journal that were. Throws DatabaseError
 * (`behind`) with what to do where that isn't possible.
 */
export async function catchUp(database: Database, folders: StateFolders, coverageToleranceMs: number): Promise<number> {
  try {
    return await catchUpWithJournal({
      db: database,
      journal: folders.journal,
      coverageToleranceMs,
      readWaiting: (segments) => readWaiting(folders, segments),
    })
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.kind !== 'behind') throw error
    throw new DatabaseError('behind', `${folders.database}: ${error.message}: ${ADVICE}`, error)
  }
}

/** Those of `segments` that are still to be merged, or were set aside as damaged, which was told then. */
export async function readWaiting(
  { spool, converted, corrupted }: StateFolders,
  segments: readonly string[],
): Promise<ReadonlySet<string>> {
  if (segments.length === 0) return new Set()
  const present = new Set([
    ...(await listUnmerged(spool)).map(({ segment }) => segment),
    ...(await listClaimed(spool)),
    ...[...(await readdir(converted)), ...(await readdir(corrupted))].flatMap(
      (name) => segmentOfConvertedFile(name) ?? [],
    ),
  ])
  return new Set(segments.filter((segment) => present.has(segment)))
}

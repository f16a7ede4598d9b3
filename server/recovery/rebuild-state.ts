import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type RebuiltCounts, rebuildCounts } from '../../data/archive/rebuild-counts.ts'
import { createDirectoryStorage } from '../../data/archive/storage.ts'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { DatabaseError } from '../../data/counts/database-error.ts'
import { ledgerKeptFrom } from '../../data/counts/retention.ts'
import { DAY_MS, type EpochMs } from '../../data/domain/time.ts'
import { makeFolderDurably, renameDurably } from '../../data/files/durable.ts'
import { moveUnlessGone, newFolder, setDatabaseAside } from '../../data/recovery/set-aside.ts'
import { takeBackUnknown } from '../../data/recovery/take-back-unknown.ts'
import { openSeen } from '../../data/seen/seen-store.ts'
import { catchUp, openKeptDatabase, readableFolders, readWaiting } from '../owner/open-kept-database.ts'
import { makeStateFolders, type StateFolders } from '../owner/state-folders.ts'

export interface RebuildStateOptions {
  readonly folders: StateFolders
  readonly now: EpochMs
  readonly coverageToleranceMs: number
  readonly duplicateWindowMs: number
  readonly keepMinuteMs: number
  /** Also where the database that is there is whole and up to date. */
  readonly anyway: boolean
}

export type Rebuilt =
  /** Nothing was done: the database is whole, and up to date with the journal. */
  | { readonly kind: 'sound' }
  | {
      readonly kind: 'rebuilt'
      readonly counts: RebuiltCounts
      /** Folder that holds what was there before, relative to nothing; null: there was nothing. */
      readonly aside: string | null
      /** Files that an earlier start had moved out of the archive, and that are back. */
      readonly takenBack: number
    }

/** One statement may read an archive of years. */
const LONGEST_STATEMENT_MS = 7 * DAY_MS
/** The names of all segments of some years are held against each other. */
const MOST_SPILL_MEGABYTES = 16_384

/**
 * Makes the database anew, and what is remembered of documents, beside what is there; only when all of it is whole does it take
 * its place, and what was there is set aside. Killed anywhere and called again, it begins anew. Throws DatabaseError `locked` where a service
 * has the state directory.
 */
export async function rebuildState(options: RebuildStateOptions): Promise<Rebuilt> {
  const { folders, now, anyway } = options
  await makeStateFolders(folders)
  const old = await openOld(options)
  try {
    if (old?.isSound === true && !anyway) return { kind: 'sound' }
    const filled = await fill(options)
    await old?.database.close()
    const aside = await putInPlace(folders, now)
    return { kind: 'rebuilt', aside, ...filled }
  } finally {
    await old?.database.close()
  }
}

/** The database that is there, which keeps everybody else away as long as it is open; null where it isn't there, or is set aside as damaged. */
async function openOld({ folders, now, coverageToleranceMs }: RebuildStateOptions) {
  let database: Database
  try {
    database = await openKeptDatabase(folders, now)
  } catch (error) {
    if (error instanceof DatabaseError && (error.kind === 'lost' || error.kind === 'corrupt')) return null
    throw error
  }
  try {
    await catchUp(database, folders, coverageToleranceMs)
    return { database, isSound: true }
  } catch (error) {
    if (error instanceof DatabaseError && error.kind === 'behind') return { database, isSound: false }
    await database.close()
    throw error
  }
}

async function fill(options: RebuildStateOptions) {
  const { folders, now, coverageToleranceMs, duplicateWindowMs, keepMinuteMs } = options
  const database = await openNew(folders)
  const seen = await openSeen({ folder: join(folders.rebuilding, 'seen') })
  try {
    const storage = createDirectoryStorage(folders.state)
    const takenBack = await takeBackUnknown(storage, folders.journal, folders.rebuilding)
    const counts = await rebuildCounts({
      db: database,
      root: folders.state,
      storage,
      journal: folders.journal,
      coverageToleranceMs,
      seen,
      rememberFrom: now - duplicateWindowMs,
      ledgerFrom: ledgerKeptFrom(now),
      minutesFrom: now - keepMinuteMs,
      keptImports: folders.imported,
      readWaiting: (segments) => readWaiting(folders, segments),
    })
    return { counts, takenBack }
  } finally {
    await database.close()
    await seen.close()
  }
}

async function openNew(folders: StateFolders): Promise<Database> {
  await refuseBesideAnother(join(folders.rebuilding, 'tidewatch.duckdb'))
  await rm(folders.rebuilding, { recursive: true, force: true })
  await makeFolderDurably(folders.rebuilding)
  return openDatabase(join(folders.rebuilding, 'tidewatch.duckdb'), {
    readableFolders: readableFolders(folders),
    writeTimeoutMs: LONGEST_STATEMENT_MS,
    spillLimitMegabytes: MOST_SPILL_MEGABYTES,
  })
}

/** Two people may be told to rebuild at the same time: what one of them is making is not for the other to throw away. */
async function refuseBesideAnother(begun: string): Promise<void> {
  if (!existsSync(begun)) return
  try {
    await (await openDatabase(begun)).close()
  } catch (error) {
    if (!(error instanceof DatabaseError) || (error.kind !== 'locked' && error.kind !== 'open_twice')) return
    throw new DatabaseError('locked', `another "tidewatch rebuild" is at work: wait for it (${error.message})`, error)
  }
}

/** The database last: while it isn't there, every start says that it is lost. Answers where the old one is. */
async function putInPlace(folders: StateFolders, now: EpochMs): Promise<string | null> {
  const isThere = existsSync(folders.database) || existsSync(`${folders.database}.wal`)
  const aside = isThere ? await setDatabaseAside(folders.database, folders.damaged, now) : null
  if (existsSync(folders.seen))
    await moveUnlessGone(folders.seen, join(aside ?? (await newFolder(folders.damaged, now)), 'seen'))
  await renameDurably(join(folders.rebuilding, 'seen'), folders.seen)
  await renameDurably(join(folders.rebuilding, 'tidewatch.duckdb'), folders.database)
  await rm(folders.rebuilding, { recursive: true, force: true })
  return aside
}

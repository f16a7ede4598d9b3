import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { checkDatabase } from '../../data/counts/check-database.ts'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { DatabaseError } from '../../data/counts/database-error.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import { makeFolderDurably, syncFolder, writeFileDurably } from '../../data/files/durable.ts'
import { moveUnlessGone, newFolder } from '../../data/recovery/set-aside.ts'
import { openSeen } from '../../data/seen/seen-store.ts'
import { makeStateFolders, type StateFolders, stateFolders } from '../owner/state-folders.ts'
import { keptDocuments } from '../recovery/kept-documents.ts'
import { copyDurably, isNeverChanged, linkOrCopy } from './copy-file.ts'
import { BackupDamaged, type Manifest, readManifest, verifyFiles } from './manifest.ts'
import { RESTORE_MARK } from './restore-mark.ts'

export interface RestoreOptions {
  readonly folders: StateFolders
  /** The backup's folder. */
  readonly backup: string
  readonly now: EpochMs
  readonly duplicateWindowMs: number
}

export interface Restored {
  readonly madeAt: EpochMs
  readonly files: number
  /** Folder that holds what was there before; null: nothing was. */
  readonly aside: string | null
}

/** Of these a restored state has what the backup has and nothing else; the spool's submissions stay, and are counted afterwards. */
const REPLACED = [
  'archive',
  'quarantine',
  'converted',
  'journal',
  'seen',
  'mail',
  'histograms',
  'imported',
  'retired',
  'unknown',
  'corrupted',
]

/**
 * Puts a backup in the place of what the state directory has, which is moved aside and never deleted. The backup is held against its
 * manifest first, copied beside what is there, and its database opened and read; until all of that is done nothing has changed. Killed
 * after that, the service doesn't start, and the same command does it again. Throws BackupDamaged, and DatabaseError
 * where somebody has the state directory.
 */
export async function restoreState(options: RestoreOptions): Promise<Restored> {
  const { folders, backup, now } = options
  const manifest = await readManifest(backup)
  await verifyFiles(backup, manifest)
  await makeStateFolders(folders)
  const lock = await openPresent(folders)
  try {
    await copyIn(backup, manifest, folders)
    await proveRestored(options, manifest)
  } finally {
    await lock?.close()
  }
  const aside = await putInPlace(folders, now)
  return { madeAt: manifest.madeAt, files: manifest.files.length, aside }
}

/** Keeps everybody else away; null where there is no database, or none that opens. */
async function openPresent({ database }: StateFolders): Promise<Database | null> {
  if (!existsSync(database)) return null
  try {
    return await openDatabase(database)
  } catch (error) {
    if (error instanceof DatabaseError && error.kind !== 'locked' && error.kind !== 'open_twice') return null
    throw error
  }
}

async function copyIn(backup: string, { files }: Manifest, { restoring }: StateFolders): Promise<void> {
  await rm(restoring, { recursive: true, force: true })
  await makeFolderDurably(restoring)
  for (const { name } of files) {
    const [from, to] = [join(backup, name), join(restoring, name)]
    await (isNeverChanged(name) ? linkOrCopy(from, to) : copyDurably(from, to))
  }
  for (const entry of await readdir(restoring, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) await syncFolder(join(entry.parentPath, entry.name))
  }
}

/** Opens and reads the database, and remembers its documents anew: which copies came is told from what is restored. */
async function proveRestored(
  { folders, backup, duplicateWindowMs }: RestoreOptions,
  { madeAt }: Manifest,
): Promise<void> {
  const restored = stateFolders(folders.restoring)
  const readable = { readableFolders: [restored.archive, restored.quarantine] }
  let database: Database
  try {
    database = await openDatabase(restored.database, readable)
  } catch (error) {
    if (error instanceof DatabaseError) throw new BackupDamaged(backup, error.message)
    throw error
  }
  try {
    await checkDatabase(database)
    const seen = await openSeen({ folder: restored.seen })
    try {
      await seen.restore(keptDocuments(database, restored, madeAt - duplicateWindowMs))
    } finally {
      await seen.close()
    }
  } finally {
    await database.close()
  }
}

/** From the mark to the end every start refuses; the database comes last. */
async function putInPlace(folders: StateFolders, now: EpochMs): Promise<string | null> {
  const { restoring, state } = folders
  await writeFileDurably(join(restoring, RESTORE_MARK), '')
  const names = (await readdir(restoring)).filter((name) => name !== RESTORE_MARK)
  const aside = await newFolder(folders.before, now)
  let isAnyAside = false
  for (const name of new Set(['tidewatch.duckdb.wal', 'tidewatch.duckdb', ...REPLACED, ...names])) {
    if (await moveUnlessGone(join(state, name), join(aside, name))) isAnyAside = true
  }
  const isDatabase = (name: string) => name === 'tidewatch.duckdb'
  for (const name of [...names.filter((each) => !isDatabase(each)), ...names.filter(isDatabase)]) {
    await rename(join(restoring, name), join(state, name))
  }
  await mkdir(folders.converted, { recursive: true })
  await syncFolder(state)
  await rm(restoring, { recursive: true, force: true })
  return isAnyAside ? aside : null
}

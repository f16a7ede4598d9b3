import { Readings } from '../../data/archive/readings.ts'
import { recoverParts } from '../../data/archive/recover-parts.ts'
import { createDirectoryStorage, type Storage } from '../../data/archive/storage.ts'
import { type ArchiveTurn, createArchiveTurn } from '../../data/archive/turn.ts'
import type { WriteOptions } from '../../data/archive/write-part.ts'
import type { Database } from '../../data/counts/database.ts'
import { readMergedOf } from '../../data/counts/read-ledger.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import { type Journal, openJournal } from '../../data/journal/journal.ts'
import { keepImports } from '../../data/recovery/kept-imports.ts'
import type { SeenDocuments } from '../../data/seen/seen-documents.ts'
import { openSeen } from '../../data/seen/seen-store.ts'
import { listClaimed, removeClaimed } from '../../data/spool/claims.ts'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import { makeRawFolders } from '../../data/spool/raw-keep.ts'
import { clearReprocessing } from '../../data/spool/reprocess-segment.ts'
import { listUnmerged } from '../../data/spool/unmerged.ts'
import type { Logger } from '../log.ts'
import { catchUp, type DatabaseLimits, openKeptDatabase } from './open-kept-database.ts'
import { makeStateFolders, type StateFolders } from './state-folders.ts'

/** The state directory in the hands of its one owner. */
export interface OpenState {
  readonly folders: StateFolders
  readonly database: Database
  readonly journal: Journal
  /** The documents by which copies are told. */
  readonly seen: SeenDocuments
  readonly storage: Storage
  /** What writing parts needs. */
  readonly write: WriteOptions & { readonly readings: Readings }
  /** Whoever changes the archive takes his turn. */
  readonly turn: ArchiveTurn
  close(): Promise<void>
}

export interface StateOptions {
  /** See removeClaimed. */
  readonly keptAt: (segment: string) => string | null
  readonly coverageToleranceMs: number
  readonly limits?: DatabaseLimits
}

/**
 * Opens everything that is kept and mends what a crash may have left half done. Throws DatabaseError (`locked`: another
 * process owns this state directory; `lost`, `corrupt`, `behind`: the database has to be made anew first, and nothing else was
 * touched) and Node's own errors.
 */
export async function openState(
  folders: StateFolders,
  log: Logger,
  now: () => EpochMs,
  options: StateOptions,
): Promise<OpenState> {
  await makeStateFolders(folders)
  await makeSpoolFolders(folders.spool)
  await makeRawFolders(folders.raw)
  const database = await openKeptDatabase(folders, now(), options.limits)
  try {
    const replayed = await catchUp(database, folders, options.coverageToleranceMs)
    if (replayed > 0)
      log.warn({ entries: replayed }, 'the database had lost its last changes; the journal gave them back')
  } catch (error) {
    await database.close()
    throw error
  }
  const journal = await openJournal(folders.journal)
  const seen = await openSeen({
    folder: folders.seen,
    onDamage: ({ file, bytes }) =>
      log.error(
        { file: file.path, bytes },
        'some documents can not be read any more: copies of them may be counted again',
      ),
    onError: (error) => log.error({ error }, 'remembered documents could not be sorted; it is tried again'),
  })
  const storage = createDirectoryStorage(folders.state)
  const write = { db: database, storage, folders, journal, now, readings: new Readings() }
  const state: OpenState = {
    folders,
    database,
    journal,
    seen,
    storage,
    write,
    turn: createArchiveTurn(),
    async close() {
      await database.close()
      await seen.close()
      await journal.close()
    },
  }
  try {
    await mend(state, log, options.keptAt)
    await keepImports({ db: database, folder: folders.imported, exchange: folders.exchange })
    return state
  } catch (error) {
    await state.close()
    throw error
  }
}

async function mend(
  { folders, database, write }: OpenState,
  log: Logger,
  keptAt: (segment: string) => string | null,
): Promise<void> {
  // Whoever reprocessed is gone; what it had taken is whole, and the rest is where it was.
  await clearReprocessing(folders.spool, folders.converted)
  // Receivers wait for this, and clients for them.
  const recovery = await recoverParts(write, { finishesParts: false })
  if (recovery.unknown.length > 0 || recovery.leftOver.length > 0) {
    log.warn({ unknown: recovery.unknown, leftOver: recovery.leftOver.length }, 'the archive was mended')
  }
  for (const { part, error } of recovery.failed) {
    log.error(
      { part, error },
      'something of the archive could not be mended; it is kept, and tried again at the next start',
    )
  }
  // The counts of a segment came in, and the process ended before the segment went.
  const unmerged = (await listUnmerged(folders.spool)).map(({ segment }) => segment)
  const left = new Set([...unmerged, ...(await listClaimed(folders.spool))])
  await removeClaimed(folders.spool, await readMergedOf(database, [...left]), keptAt)
}

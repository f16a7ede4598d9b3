import { join } from 'node:path'
import type { Transaction } from '../counts/database.ts'
import { type ArchiveFile, addArchiveFiles, archiveFileOf, replaceArchiveFiles } from './archive-files.ts'
import { abandonChange, type ChangeKind, markChangeDone, planChange } from './change-plan.ts'
import { removeReplaced } from './remove-replaced.ts'
import { createParquetStage, type ParquetStage } from './stage/parquet-stage.ts'
import type { WriteOptions } from './write-part.ts'

export interface ArchiveChange {
  readonly kind: ChangeKind
  /** Kept files that aren't there afterwards. */
  readonly removes: readonly ArchiveFile[]
  /**
   * Puts all rows that are there afterwards into `stage`. Answers how many more they are than those of the files that go
   * (fewer: negative), by its own reckoning: where the files say otherwise nothing is changed.
   */
  fill(stage: ParquetStage): Promise<number>
  /** What the change, of the number `part`, means for the counts, in the transaction that makes it true. */
  settle?(transaction: Transaction, part: number): Promise<void>
}

export interface DoneChange {
  /** Its number, which the new files bear. */
  readonly part: number
  readonly added: readonly ArchiveFile[]
}

/**
 * Replaces files of the archive by others, wholly or not at all: the plan stands in the database before anything is written; the
 * new files are staged, synced and put in their places, where nobody reads them yet; then one transaction makes them the archive and
 * says what that means for the counts. What goes is removed when nobody reads it any more. Killed before the transaction, the change
 * is taken back at the next start (`recoverParts`), killed after it, its end is.
 *
 * To be called in turn (`ArchiveTurn`), with files that were read in the same turn. Throws where it couldn't be done; then nothing
 * has changed.
 */
export async function changeArchive(change: ArchiveChange, options: WriteOptions): Promise<DoneChange> {
  const { db, storage, journal, now, readings } = options
  const part = await planChange(db, change.kind, now())
  try {
    const added = await writeFiles(part, change, options)
    await db.inTransaction(async (transaction) => {
      const removes = change.removes.map(({ name }) => name)
      await replaceArchiveFiles(transaction, removes)
      await addArchiveFiles(transaction, added)
      await change.settle?.(transaction, part)
      await markChangeDone(transaction, part, now())
      const body = { state: 'done', change: change.kind, removes, files: added.map(({ name }) => name) }
      await journal?.append([{ kind: 'change', key: String(part), writtenAt: now(), body }])
    })
    // From here on the database alone knows which files count: better in the file than in the log.
    await db.checkpoint()
    // It is done: what can't be removed now is removed by the archive's next run, which tells why it can't.
    await removeReplaced(db, storage, readings).catch(() => undefined)
    return { part, added }
  } catch (error) {
    if (await isPlanned(part, options)) await abandonChange(part, options)
    throw error
  }
}

async function writeFiles(part: number, change: ArchiveChange, options: WriteOptions): Promise<ArchiveFile[]> {
  const { storage, folders } = options
  const stage = await createParquetStage(join(folders.staging, `change-${part}`), {
    maxFileBytes: options.maxFileBytes ?? 64 * 1024 * 1024,
    memoryLimitMegabytes: options.memoryLimitMegabytes ?? 512,
  })
  try {
    const more = await change.fill(stage)
    const staged = await stage.writeFiles()
    const expected = rowsOf(change.removes) + more
    const written = rowsOf(staged)
    if (written !== expected) throw new Error(`${written} rows instead of ${expected}: the archive is left as it was`)
    const files: ArchiveFile[] = []
    for (const file of staged) {
      const added = archiveFileOf(file, part)
      await storage.write(added.name, file.path)
      files.push(added)
    }
    return files
  } finally {
    await stage.remove()
  }
}

function rowsOf(files: readonly { readonly rows: number }[]): number {
  return files.reduce((sum, { rows }) => sum + rows, 0)
}

/** Whether the transaction didn't come to be: an error after it undoes nothing. */
async function isPlanned(part: number, { db }: WriteOptions): Promise<boolean> {
  const states = await db.read('select state from archive_changes where part = $part', { part }, (row) =>
    row.text('state'),
  )
  return states[0] === 'planned'
}

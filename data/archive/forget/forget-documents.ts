import { join } from 'node:path'
import type { Database } from '../../counts/database.ts'
import { type ArchiveFile, readArchiveFiles } from '../archive-files.ts'
import { changeArchive } from '../change-archive.ts'
import { KEEPS } from '../part-name.ts'
import type { ArchiveTurn } from '../turn.ts'
import type { WriteOptions } from '../write-part.ts'
import { forgottenEntry, noteForgotten } from './forgotten-counts.ts'
import { countRows, type DocumentRow, nameDocuments, readRowsOfDocuments } from './rows-of-documents.ts'

export interface ForgetOptions {
  readonly write: WriteOptions
  readonly turn: ArchiveTurn
  /** The state directory. */
  readonly root: string
  /** A database of its own in memory, which may read the archive's files. */
  readonly reader: Database
  /** Told after each step what was done so far. */
  readonly onProgress?: (forgotten: Forgotten) => void
  /** Between two steps it ends early: what is done is done, and the same request goes on from there. */
  readonly signal?: AbortSignal
  /** Files of so many bytes together are looked through, and where needed rewritten, in one turn. Default 128 MiB. */
  readonly stepBytes?: number
}

export interface Forgotten {
  readonly rows: number
  readonly rewrittenFiles: number
  readonly searchedFiles: number
}

const STEP_BYTES = 128 * 1024 * 1024

/**
 * Takes everything that brought one of the documents out of archive and quarantine: the files that hold such rows are replaced by
 * others without them. Counts stay as they are. Step by step, so that the archive goes on meanwhile, until no file is left that wasn't
 * looked through; what waits for its part has to be archived first. Killed anywhere and called again, it does the rest.
 */
export async function forgetDocuments(ids: readonly string[], options: ForgetOptions): Promise<Forgotten> {
  const { turn, write, reader, signal, onProgress } = options
  await nameDocuments(reader, ids)
  const clean = new Set<string>()
  let forgotten: Forgotten = { rows: 0, rewrittenFiles: 0, searchedFiles: 0 }
  const step = async (): Promise<boolean> => {
    const files = await nextFiles(write.db, clean, options.stepBytes ?? STEP_BYTES)
    if (files.length === 0) return false
    const rows = await readRowsOfDocuments(reader, options.root, files)
    const held = files.filter(({ name }) => rows.some(({ file }) => file === name))
    const added = rows.length === 0 ? [] : await removeRows(held, rows, options)
    for (const { name } of [...files, ...added]) clean.add(name)
    forgotten = {
      rows: forgotten.rows + rows.length,
      rewrittenFiles: forgotten.rewrittenFiles + held.length,
      searchedFiles: forgotten.searchedFiles + files.length,
    }
    return true
  }
  while (signal?.aborted !== true && (await turn.take(step))) onProgress?.(forgotten)
  return forgotten
}

/** The first files that weren't looked through yet, oldest day first, of one kind. */
async function nextFiles(db: Database, clean: ReadonlySet<string>, mostBytes: number): Promise<ArchiveFile[]> {
  for (const keep of KEEPS) {
    const step: ArchiveFile[] = []
    let bytes = 0
    for (const file of await readArchiveFiles(db, { keep })) {
      if (clean.has(file.name)) continue
      if (step.length > 0 && bytes + file.bytes > mostBytes) break
      step.push(file)
      bytes += file.bytes
    }
    if (step.length > 0) return step
  }
  return []
}

async function removeRows(
  removes: readonly ArchiveFile[],
  rows: readonly DocumentRow[],
  { write, root }: ForgetOptions,
): Promise<readonly ArchiveFile[]> {
  const counts = await countRows(write.db, rows)
  const { added } = await changeArchive(
    {
      kind: 'forget',
      removes,
      async fill(stage) {
        for (const { name, partition } of removes) {
          const gone = rows.filter(({ file }) => file === name)
          await stage.copy({ partition, path: join(root, name) }, gone)
        }
        return -rows.length
      },
      async settle(transaction, part) {
        await noteForgotten(transaction, part, counts)
        await write.journal?.append([forgottenEntry(part, counts, write.now())])
      },
    },
    write,
  )
  return added
}

import { join } from 'node:path'
import { readArchiveFiles } from '../../data/archive/archive-files.ts'
import { compact, readCompactions } from '../../data/archive/compact.ts'
import { forgetDocuments } from '../../data/archive/forget/forget-documents.ts'
import { openArchiveReader } from '../../data/archive/reading/archive-reader.ts'
import { Readings } from '../../data/archive/readings.ts'
import { recoverParts } from '../../data/archive/recover-parts.ts'
import { createDirectoryStorage, type Storage } from '../../data/archive/storage.ts'
import { createArchiveTurn } from '../../data/archive/turn.ts'
import { openDatabase } from '../../data/counts/database.ts'
import { TEST_HOUR } from '../../data/counts/testing/converted-index.ts'
import { DAY_MS } from '../../data/domain/time.ts'
import { type Journal, openJournal } from '../../data/journal/journal.ts'

/**
 * A process that kills itself: mends the archive of its first argument as the owner does at its start, forgets `FORGOTTEN` and puts
 * all files of a day together. Its second argument says before or after which write, removal or journal entry it dies, counted
 * from 1; 0: it doesn't, and ends with 0.
 */
const FORGOTTEN = 'b2'

async function changeEverything(root: string, dieAt: number): Promise<void> {
  let steps = 0
  const step = () => {
    steps++
    if (steps === dieAt) process.kill(process.pid, 'SIGKILL')
  }
  const around = async <T>(work: () => Promise<T>): Promise<T> => {
    step()
    const result = await work()
    step()
    return result
  }
  const directory = createDirectoryStorage(root)
  const storage: Storage = {
    ...directory,
    write: (name, staged) => around(() => directory.write(name, staged)),
    remove: (name) => around(() => directory.remove(name)),
  }
  const file = await openJournal(join(root, 'journal'))
  const journal: Journal = { ...file, append: (entries) => around(() => file.append(entries)) }
  const db = await openDatabase(join(root, 'counts.duckdb'), { readableFolders: [root] })
  const folders = {
    converted: join(root, 'converted'),
    staging: join(root, 'staging'),
    corrupted: join(root, 'corrupted'),
  }
  const write = { db, storage, journal, folders, now: () => TEST_HOUR + 9 * DAY_MS, readings: new Readings() }
  const { failed } = await recoverParts(write)
  if (failed.length > 0) throw failed[0]?.error
  const reader = await openArchiveReader(root)
  await forgetDocuments([FORGOTTEN], { write, turn: createArchiveTurn(), root, reader: reader.db })
  const limits = { now: write.now(), afterDays: 1, fileBytes: 1 << 20 }
  for (const one of await readCompactions(db, limits)) await compact(one, { write, root, fileBytes: limits.fileBytes })
  const files = await readArchiveFiles(db, { keep: 'archive' })
  if (dieAt === 0 && files.length !== 1) throw new Error(`${files.length} files are left: ${JSON.stringify(files)}`)
  await reader.close()
  await db.close()
  await file.close()
}

const [, script, root, dieAt] = process.argv
if (root !== undefined && script?.endsWith('killed-change.js')) await changeEverything(root, Number(dieAt))

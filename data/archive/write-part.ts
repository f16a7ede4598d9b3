import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ConvertedFileDamaged,
  convertedFilePath,
  readStoredContents,
  type StoredEntry,
} from '../converted/converted-file.ts'
import type { Database } from '../counts/database.ts'
import type { EpochMs } from '../domain/time.ts'
import { type BegunEarly, beginEarly } from '../files/begun-early.ts'
import { makeFolderDurably, renameDurably, syncFolder } from '../files/durable.ts'
import { isNotFound } from '../files/is-not-found.ts'
import type { Journal } from '../journal/journal.ts'
import { type ArchiveFile, addArchiveFiles, archiveFileOf } from './archive-files.ts'
import { KEEPS, parsePartFileName } from './part-name.ts'
import { markBegun, markDone, type PlannedFile, readPlan } from './plan-part.ts'
import type { Readings } from './readings.ts'
import { createParquetStage, type ParquetStage } from './stage/parquet-stage.ts'
import type { Storage } from './storage.ts'

export interface ArchiveFolders {
  /** Converted files, as the converter leaves them. */
  readonly converted: string
  /** Parts in the making; on the same disk as a directory storage. */
  readonly staging: string
  /** Converted files that can't be read any more, kept aside for people. */
  readonly corrupted: string
}

export interface WriteOptions {
  readonly db: Database
  readonly storage: Storage
  readonly folders: ArchiveFolders
  readonly journal: Journal | null
  readonly now: () => EpochMs
  /** Whoever reads the archive beside this. */
  readonly readings?: Readings
  /** Content of one Parquet file before compression. Default 64 MiB. */
  readonly maxFileBytes?: number
  /** Default 512: a file of 64 MiB is sorted and written in that. */
  readonly memoryLimitMegabytes?: number
}

export interface WrittenPart {
  readonly part: number
  /** Names in the storage. */
  readonly files: readonly string[]
  readonly rows: number
  /** Segments whose converted file can't be read: set aside, and not in this part. */
  readonly damaged: readonly string[]
}

/**
 * Writes a planned part: staged, synced, put in place, marked done, and only then its converted files go. Killed anywhere
 * and called again, it writes the same files under the same names, and what an earlier attempt wrote beyond them (of a
 * converted file that was readable then) goes. Null where the part is done already.
 */
export async function writePart(part: number, options: WriteOptions): Promise<WrittenPart | null> {
  const { db, storage, folders, journal, now } = options
  const damaged: string[] = []
  for (;;) {
    const plan = await readPlan(db, part)
    if (plan === null) return null
    const stage = await createParquetStage(join(folders.staging, `part-${part}`), {
      maxFileBytes: options.maxFileBytes ?? 64 * 1024 * 1024,
      memoryLimitMegabytes: options.memoryLimitMegabytes ?? 512,
    })
    try {
      const unreadable = await fillStage(stage, plan.files, folders.converted)
      if (unreadable !== null) {
        await setAside(db, unreadable, folders)
        damaged.push(unreadable)
        continue
      }
      const staged = await stage.writeFiles()
      const before = plan.isBegun ? await filesOfPart(storage, part) : []
      if (!plan.isBegun) await db.inTransaction((transaction) => markBegun(transaction, part))
      const added: ArchiveFile[] = []
      for (const file of staged) {
        const placed = archiveFileOf(file, part)
        await storage.write(placed.name, file.path)
        added.push(placed)
      }
      const files = added.map(({ name }) => name)
      for (const name of before) if (!files.includes(name)) await storage.remove(name)
      const segments = plan.files.map((planned) => planned.segment)
      await db.inTransaction(async (transaction) => {
        await markDone(transaction, part, now())
        await addArchiveFiles(transaction, added)
        const entry = { kind: 'part', key: String(part), writtenAt: now(), body: { segments, files } }
        await journal?.append([entry])
      })
      // From here on the database alone knows of these submissions' counts: better in the file than in the log.
      await db.checkpoint()
      await removeConverted(folders.converted, segments)
      return { part, files, rows: staged.reduce((sum, file) => sum + file.rows, 0), damaged }
    } finally {
      await stage.remove()
    }
  }
}

async function filesOfPart(storage: Storage, part: number): Promise<string[]> {
  const stored = (await Promise.all(KEEPS.map((keep) => storage.list(keep)))).flat()
  return stored.filter((name) => parsePartFileName(name)?.part === part)
}

/** Returns the segment whose converted file can't be read, null where all could. */
async function fillStage(stage: ParquetStage, plan: readonly PlannedFile[], folder: string): Promise<string | null> {
  for await (const { segment, duplicateFrames, entries } of readAhead(plan, folder)) {
    const duplicates = new Set(duplicateFrames)
    try {
      for await (const entry of entries) {
        if (!duplicates.has(entry.record.frame)) await stage.add(segment, entry)
      }
    } catch (error) {
      if (error instanceof ConvertedFileDamaged || isNotFound(error)) return segment
      throw error
    }
  }
  return null
}

/** While one file is read, the next is opened and its first contents are inflated. */
async function* readAhead(plan: readonly PlannedFile[], folder: string) {
  const begin = (file: PlannedFile) => beginEarly(readStoredContents(convertedFilePath(folder, file.segment)))
  let current: BegunEarly<StoredEntry> | null = null
  let next: BegunEarly<StoredEntry> | null = null
  try {
    for (const [place, file] of plan.entries()) {
      current = next ?? begin(file)
      const following = plan[place + 1]
      next = following === undefined ? null : begin(following)
      yield { ...file, entries: current.values }
    }
  } finally {
    await current?.close()
    await next?.close()
  }
}

/** One file that a disk has spoilt must not hold back all others: it leaves the part, and people are told. */
async function setAside(db: Database, segment: string, folders: ArchiveFolders): Promise<void> {
  await makeFolderDurably(folders.corrupted)
  try {
    await renameDurably(convertedFilePath(folders.converted, segment), convertedFilePath(folders.corrupted, segment))
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
  await db.inTransaction((transaction) =>
    transaction.run(`update converted_files set state = 'damaged', part = null where segment = $segment`, { segment }),
  )
}

/** The converted files of archived segments; those that are gone already are no error. */
export async function removeConverted(folder: string, segments: readonly string[]): Promise<void> {
  for (const segment of segments) await rm(convertedFilePath(folder, segment), { force: true })
  await syncFolder(folder)
}

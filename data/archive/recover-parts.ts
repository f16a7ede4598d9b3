import { createWriteStream } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { segmentOfConvertedFile } from '../converted/converted-file.ts'
import type { Database } from '../counts/database.ts'
import type { EpochMs } from '../domain/time.ts'
import { makeFolderDurably } from '../files/durable.ts'
import { isNotFound } from '../files/is-not-found.ts'
import type { Journal } from '../journal/journal.ts'
import { abandonChange, readUnfinishedChanges } from './change-plan.ts'
import { KEEPS, parsePartFileName, parseUnknownFileName, UNKNOWN, unknownFileName } from './part-name.ts'
import { leaveOutNumbers, readOwnParts, readUnfinishedParts } from './plan-part.ts'
import { removeReplaced } from './remove-replaced.ts'
import type { Storage } from './storage.ts'
import { removeConverted, type WriteOptions, type WrittenPart, writePart } from './write-part.ts'

export interface Recovery {
  /** Parts that were planned before the crash and are written now. */
  readonly written: readonly WrittenPart[]
  /** Names of files whose part the database doesn't know; they are out of the archive, under `unknown/…`. */
  readonly unknown: readonly string[]
  /** Segments whose converted file was left over after their part was done. */
  readonly leftOver: readonly string[]
  /** What could not be done for a part now, a full disk the likeliest cause; nothing of it is lost. */
  readonly failed: readonly FailedPart[]
}

interface FailedPart {
  readonly part: number
  readonly error: unknown
}

/**
 * Brings archive and database in step after a crash; to be called before anything else is archived or read. A change that
 * didn't come to its end is taken back, what a finished one replaced is removed.
 *
 * A part is in the database before anything of it is written, so no crash leaves a file that the database doesn't know. Where
 * one is found, the database was lost or is an older copy: the part may hold the only copy of its submissions, so it is moved
 * out of the archive and not destroyed, and no part is given its number again.
 *
 * A part that can't be written or moved is told in `failed` and holds nothing else up: it is tried again by the archive's next
 * run, or at the next start. Throws only where the database can't be read, or can't be told which numbers are taken.
 *
 * Without `finishesParts` unfinished parts are all left to that run: one with hundreds of days takes minutes, and nobody needs it at
 * once, for its submissions are still found in their converted files.
 */
export async function recoverParts(
  options: WriteOptions,
  { finishesParts = true }: { readonly finishesParts?: boolean } = {},
): Promise<Recovery> {
  const { db, storage, folders, journal, now } = options
  await emptyFolder(folders.staging)
  const failed: FailedPart[] = []
  for (const part of await readUnfinishedChanges(db)) {
    try {
      await abandonChange(part, options)
    } catch (error) {
      failed.push({ part, error })
    }
  }
  await removeReplaced(db, storage)
  const strangers = await findUnknown(db, storage)
  const aside = await storage.list(UNKNOWN)
  await leaveOutNumbersOf(db, { strangers, aside, journal, now: now() })
  const unknown: string[] = []
  for (const { name, part } of strangers) {
    try {
      await moveAside(storage, name, { taken: aside, staging: folders.staging })
      unknown.push(name)
    } catch (error) {
      failed.push({ part, error })
    }
  }
  const written: WrittenPart[] = []
  for (const part of finishesParts ? await readUnfinishedParts(db) : []) {
    try {
      const result = await writePart(part, options)
      if (result !== null) written.push(result)
    } catch (error) {
      failed.push({ part, error })
    }
  }
  const leftOver = await removeLeftOver(db, folders.converted)
  return { written, unknown, leftOver, failed }
}

/** The folder itself stays: to make it anew needs room on the disk, to empty it doesn't. */
async function emptyFolder(folder: string): Promise<void> {
  await makeFolderDurably(folder)
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true })
}

interface UnknownFile {
  readonly name: string
  readonly part: number
}

async function findUnknown(db: Database, storage: Storage): Promise<UnknownFile[]> {
  const known = new Set(await db.read('select name from archive_files', {}, (row) => row.text('name')))
  const unfinished = new Set([...(await readUnfinishedParts(db)), ...(await readUnfinishedChanges(db))])
  const stored = (await Promise.all(KEEPS.map((keep) => storage.list(keep)))).flat()
  return stored.flatMap((name) => {
    const part = parsePartFileName(name)?.part
    return part === undefined || known.has(name) || unfinished.has(part) ? [] : [{ name, part }]
  })
}

interface TakenNumbers {
  readonly strangers: readonly UnknownFile[]
  /** Names in the storage's `unknown/`. */
  readonly aside: readonly string[]
  readonly journal: Journal | null
  readonly now: EpochMs
}

/**
 * The journal is long and read only where the database may be behind it: new, or a stranger to some of the files. That knows
 * the parts without files too, and those whose days are over.
 */
async function leaveOutNumbersOf(db: Database, { strangers, aside, journal, now }: TakenNumbers): Promise<void> {
  const isBehind = strangers.length > 0 || (await readOwnParts(db)).length === 0
  const journalled = isBehind && journal !== null ? await journalledNumbers(journal) : []
  const numbers = [...strangers.map(({ part }) => part), ...aside.map(parseUnknownFileName), ...journalled]
  const highest = numbers.reduce<number>((most, part) => Math.max(most, part ?? 0), 0)
  if (highest > 0) await leaveOutNumbers(db, highest, now)
}

async function journalledNumbers(journal: Journal): Promise<number[]> {
  return [...(await journal.keys('part')), ...(await journal.keys('change'))].map(Number)
}

/**
 * The storage may be anywhere, so this is a copy and a removal; a crash between the two leaves a second copy, never none. A name
 * that is taken stays what it is.
 */
async function moveAside(
  storage: Storage,
  name: string,
  { taken, staging }: { readonly taken: readonly string[]; readonly staging: string },
): Promise<void> {
  let copy = 0
  while (taken.includes(unknownFileName(name, copy))) copy += 1
  const staged = join(staging, basename(name))
  try {
    await pipeline(storage.read(name), createWriteStream(staged))
    await storage.write(unknownFileName(name, copy), staged)
  } finally {
    // Half a copy on a full disk would be in the way of the next part.
    await rm(staged, { force: true })
  }
  await storage.remove(name)
}

async function removeLeftOver(db: Database, folder: string): Promise<string[]> {
  const present = await convertedSegments(folder)
  if (present.length === 0) return []
  const archived = await db.read(
    `select segment from converted_files where state = 'archived' and segment in (select unnest($present))`,
    { present },
    (row) => row.text('segment'),
  )
  if (archived.length > 0) await removeConverted(folder, archived)
  return archived
}

async function convertedSegments(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).map(segmentOfConvertedFile).filter((segment) => segment !== null)
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

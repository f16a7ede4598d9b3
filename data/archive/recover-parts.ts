import { createWriteStream } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Database } from '../counts/database.ts'
import { makeFolderDurably } from '../files/durable.ts'
import { KEEPS, parsePartFileName } from './part-name.ts'
import { readUnfinishedParts } from './plan-part.ts'
import { isMissing, type Storage } from './storage.ts'
import { removeConverted, type WriteOptions, type WrittenPart, writePart } from './write-part.ts'

export interface Recovery {
  /** Parts that were planned before the crash and are written now. */
  readonly written: readonly WrittenPart[]
  /** Names of files whose part the database doesn't know; they are out of the archive, under `unknown/…`. */
  readonly unknown: readonly string[]
  /** Segments whose converted file was left over after their part was done. */
  readonly leftOver: readonly string[]
}

/**
 * Brings archive and database in step after a crash; to be called before anything else is archived.
 *
 * A part is in the database before anything of it is written, so no crash leaves a part that the database doesn't know. Where
 * one is found, the database was lost or is an older copy: the part may hold the only copy of its submissions, so it is moved
 * out of the archive and not destroyed.
 */
export async function recoverParts(options: WriteOptions): Promise<Recovery> {
  const { db, storage, folders } = options
  await rm(folders.staging, { recursive: true, force: true })
  await makeFolderDurably(folders.staging)
  const unknown = await setUnknownAside(db, storage, folders.staging)
  const written: WrittenPart[] = []
  for (const part of await readUnfinishedParts(db)) {
    const result = await writePart(part, options)
    if (result !== null) written.push(result)
  }
  const leftOver = await removeLeftOver(db, folders.converted)
  return { written, unknown, leftOver }
}

async function setUnknownAside(db: Database, storage: Storage, staging: string): Promise<string[]> {
  const known = new Set(await db.read('select part from archive_parts', {}, (row) => row.number('part')))
  const unknown: string[] = []
  for (const keep of KEEPS) {
    for (const name of await storage.list(keep)) {
      const parsed = parsePartFileName(name)
      if (parsed === null || known.has(parsed.part)) continue
      await moveAside(storage, name, staging)
      unknown.push(name)
    }
  }
  return unknown
}

/** The storage may be anywhere, so this is a copy and a removal; a repeat after a crash does it again. */
async function moveAside(storage: Storage, name: string, staging: string): Promise<void> {
  const staged = join(staging, basename(name))

  await pipeline(storage.read(name), createWriteStream(staged))
  await storage.write(`unknown/${name}`, staged)
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
    const names = await readdir(folder)
    return names.filter((name) => name.endsWith('.converted')).map((name) => basename(name, '.converted'))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

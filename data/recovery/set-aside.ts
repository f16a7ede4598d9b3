import { join } from 'node:path'
import type { EpochMs } from '../domain/time.ts'
import { makeFolderDurably, renameDurably } from '../files/durable.ts'
import { isNotFound } from '../files/is-not-found.ts'

/** What a database consists of: without its log it would be another one. */
const DATABASE_SUFFIXES = ['.wal', ''] as const

/**
 * Moves the database out of the way, into a folder below `aside` that is named by the time; answers that folder. The log goes first: a
 * crash between the two leaves a database without its log behind, never a log for another database. Nothing to move is no error.
 */
export async function setDatabaseAside(database: string, aside: string, now: EpochMs): Promise<string> {
  const folder = await newFolder(aside, now)
  for (const suffix of DATABASE_SUFFIXES)
    await moveUnlessGone(`${database}${suffix}`, join(folder, `tidewatch.duckdb${suffix}`))
  return folder
}

/** A folder named by the time, which nothing else has. */
export async function newFolder(aside: string, now: EpochMs): Promise<string> {
  const folder = join(aside, new Date(now).toISOString().replaceAll(':', '-'))
  await makeFolderDurably(folder)
  return folder
}

/** False where there was nothing. A folder is moved as it is. */
export async function moveUnlessGone(from: string, to: string): Promise<boolean> {
  try {
    await renameDurably(from, to)
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}

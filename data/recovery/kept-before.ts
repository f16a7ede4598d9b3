import { readdir } from 'node:fs/promises'
import { isNotFound } from '../files/is-not-found.ts'

/**
 * Whether something was ever kept here: a part of the archive, an entry of the journal, a damaged database that was set aside. Then
 * a database that isn't there was lost, and a new one would take what is kept for none of its own.
 */
export async function isAnythingKept(folders: {
  readonly archive: string
  readonly quarantine: string
  readonly journal: string
  readonly damaged: string
}): Promise<boolean> {
  const kept = [
    ...(await filesBelow(folders.archive)),
    ...(await filesBelow(folders.quarantine)),
    ...(await filesBelow(folders.damaged)),
  ].some((name) => name.endsWith('.parquet') || name.endsWith('.duckdb'))
  return kept || (await filesBelow(folders.journal)).some((name) => /\.jsonl(\.gz)?$/.test(name))
}

async function filesBelow(folder: string): Promise<string[]> {
  try {
    return await readdir(folder, { recursive: true })
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

import { readdir, rmdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { EpochMs } from '../domain/time.ts'
import { isNotFound } from './is-not-found.ts'

/**
 * Removes the files of `folder`, and of the folders in it, that were last written before `before`, and folders that are left empty.
 * Answers how many files that were. A folder that isn't there has none.
 */
export async function trimFolder(folder: string, before: EpochMs): Promise<number> {
  let removed = 0
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      removed += await trimFolder(path, before)
      if (isOld(await stat(path), before)) await rmdirIfEmpty(path)
    } else if (entry.isFile() && isOld(await stat(path), before)) {
      await unlink(path)
      removed++
    }
  }
  return removed
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

function isOld({ mtimeMs }: { readonly mtimeMs: number }, before: EpochMs): boolean {
  return mtimeMs < before
}

async function rmdirIfEmpty(path: string): Promise<void> {
  if ((await readdir(path)).length === 0) await rmdir(path)
}

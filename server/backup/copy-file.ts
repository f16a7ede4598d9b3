import { constants } from 'node:fs'
import { copyFile, link, stat, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolderDurably } from '../../data/files/durable.ts'
import { syncFile } from '../../data/files/sync-file.ts'

/**
 * Files that are never changed once they have their name. On one disk a second name is all that a copy of them needs; and a folder of
 * years is backed up in seconds.
 */
const NEVER_CHANGED = [
  'archive/',
  'quarantine/',
  'converted/',
  'mail/',
  'histograms/',
  'imported/',
  'retired/',
  'unknown/',
]

export function isNeverChanged(name: string): boolean {
  return NEVER_CHANGED.some((folder) => name.startsWith(folder))
}

/** Copies `from` to the new file `to`, synced but for its folder; only its first `bytes`, where these are given. Mode and content are kept. */
export async function copyDurably(from: string, to: string, bytes: number | null = null): Promise<void> {
  await makeFolderDurably(dirname(to))
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  if (bytes !== null && (await stat(to)).size > bytes) await truncate(to, bytes)
  await syncFile(to)
}

/** As copyDurably, for a file that is never changed. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  await makeFolderDurably(dirname(to))
  try {
    await link(from, to)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK' && code !== 'ENOTSUP') throw error
    await copyDurably(from, to)
  }
}

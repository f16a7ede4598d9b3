import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Durable means file *and* folder are synced; these are the only places that rename. Errors are Node's own. */

/** Makes the entries of `folder` (created, renamed, removed files) survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes what was written to the file `path` survive a power cut, under whatever name it has then. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Creates `folder` and its parents, and makes the new entries survive a power cut. */
export async function makeFolderDurably(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

/** Syncs the file `from`, moves it to `to` (replacing what is there) on the same disk, and syncs the folders. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await syncFile(from)
  await rename(from, to)
  await syncFolder(dirname(to))
  if (dirname(from) !== dirname(to)) await syncFolder(dirname(from))
}

/** Moves `from` to `to` on the same disk. After a power cut it may be at either of both. */
export async function renameUnsynced(from: string, to: string): Promise<void> {
  await rename(from, to)
}

/**
 * Writes `bytes` as the file `path`: readers see the old content or the whole new one, and after this resolves, the new
 * one survives a power cut. The aside file is `<path>.aside-<pid>`.
 */
export async function writeFileDurably(path: string, bytes: Uint8Array | string, mode = 0o644): Promise<void> {
  const aside = `${path}.aside-${process.pid}`
  const handle = await open(aside, 'w', mode)
  try {
    await handle.writeFile(bytes)
  } finally {
    await handle.close()
  }
  await renameDurably(aside, path)
}

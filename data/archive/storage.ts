import { createReadStream } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolderDurably, renameDurably, syncFolder } from '../files/durable.ts'
import { isNotFound } from '../files/is-not-found.ts'

/**
 * Where parts are kept. A name is a path with `/` (`archive/submission_date=2014-01-16/channel=nightly/part-7.parquet`);
 * folders come and go with what is in them.
 */
export interface Storage {
  /** Names that begin with the folder `under`, sorted; none where there is no such folder. */
  list(under: string): Promise<string[]>
  read(name: string): AsyncIterable<Uint8Array>
  /**
   * Takes the file `staged` in as `name`, in the place of what is there; `staged` is gone afterwards. Readers see nothing or the
   * whole file, and once this resolves it survives a power cut.
   */
  write(name: string, staged: string): Promise<void>
  /** Nothing to remove is no error. */
  remove(name: string): Promise<void>
}

/** Keeps parts in the folder `root`. What is staged must lie on the same disk. */
export function createDirectoryStorage(root: string): Storage {
  return {
    async list(under) {
      const names: string[] = []
      for (const entry of await entriesBelow(join(root, under))) names.push(`${under}/${entry}`)
      return names.sort()
    },
    read: (name) => createReadStream(join(root, name)),
    async write(name, staged) {
      const path = join(root, name)
      await makeFolderDurably(dirname(path))
      await renameDurably(staged, path)
    },
    async remove(name) {
      const path = join(root, name)
      await rm(path, { force: true })
      try {
        await syncFolder(dirname(path))
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
    },
  }
}

/** Files in `folder` and below, as paths relative to it with `/`. */
async function entriesBelow(folder: string, before = ''): Promise<string[]> {
  try {
    const found: string[] = []
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = `${before}${entry.name}`
      if (entry.isDirectory()) found.push(...(await entriesBelow(join(folder, entry.name), `${path}/`)))
      else found.push(path)
    }
    return found
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

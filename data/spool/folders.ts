import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolderDurably } from '../files/durable.ts'
import { isNotFound } from '../files/is-not-found.ts'

/** The folders that what is received goes through, in the flow's order: a segment moves from one to the next and never back. */
export const SPOOL_FOLDERS = ['open', 'closed', 'claimed'] as const

/** Where segments wait that an import brought in; from here they go to `claimed` as well. */
export const IMPORT_FOLDER = 'import'

/** Where segments wait of what is kept and to be converted once more. */
export const REPROCESS_FOLDER = 'reprocess'

type SpoolFolder = (typeof SPOOL_FOLDERS)[number] | typeof IMPORT_FOLDER | typeof REPROCESS_FOLDER

/** Makes the folders of the spool at `spool` where they are missing. */
export async function makeSpoolFolders(spool: string): Promise<void> {
  for (const folder of [...SPOOL_FOLDERS, IMPORT_FOLDER, REPROCESS_FOLDER]) await makeFolderDurably(join(spool, folder))
}

/** Names of the files in `folder`; none where the folder isn't there yet. */
export async function filesIn(spool: string, folder: SpoolFolder): Promise<string[]> {
  try {
    const entries = await readdir(join(spool, folder), { withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

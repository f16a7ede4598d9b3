import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase } from '../../counts/database.ts'
import { KEEPS } from '../part-name.ts'

/** A database without tables of its own that reads the archive's files: whoever reads much doesn't take memory from the counts. */
export interface ArchiveReader {
  readonly db: Database
  close(): Promise<void>
}

const READ_TIMEOUT_MS = 3_600_000

/** `root`: the state directory. `writable`: folders that answers may be written to as files. What doesn't fit in memory goes to the system's folder for such. */
export async function openArchiveReader(root: string, writable: readonly string[] = []): Promise<ArchiveReader> {
  const spillFolder = await mkdtemp(join(tmpdir(), 'tidewatch-reader-'))
  const remove = () => rm(spillFolder, { recursive: true, force: true })
  try {
    const db = await openDatabase(':memory:', {
      readableFolders: [...KEEPS.map((keep) => join(root, keep)), ...writable],
      spillFolder,
      readConnections: 1,
      readTimeoutMs: READ_TIMEOUT_MS,
      writeTimeoutMs: READ_TIMEOUT_MS,
    })
    return {
      db,
      async close() {
        await db.close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

import { stat } from 'node:fs/promises'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import { closeOrphans } from '../../data/spool/orphans.ts'
import type { Logger } from '../log.ts'

/**
 * Makes the spool ready for a writer, as far as possible, and answers what makes the folders that are missing later.
 * That is only done while the spool itself is there, on the disk on which it was: where a disk was unmounted, what is
 * received would land in the folder beneath, out of sight of everybody once it is mounted again.
 */
export async function prepareSpool(spool: string, log: Logger): Promise<() => Promise<void>> {
  try {
    await makeSpoolFolders(spool)
    const orphans = await closeOrphans(spool)
    if (orphans.length > 0) log.info({ segments: orphans }, 'closed the segments that dead receivers left open')
  } catch (error) {
    log.error({ error, spool }, 'the spool could not be made ready')
  }
  const disk = await diskOf(spool)
  return async () => {
    const now = await diskOf(spool)
    if (now !== null && (disk === null || now === disk)) await makeSpoolFolders(spool)
  }
}

function diskOf(folder: string): Promise<number | null> {
  return stat(folder).then(
    ({ dev }) => dev,
    () => null,
  )
}

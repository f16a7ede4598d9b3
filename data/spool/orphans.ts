import { join } from 'node:path'
import { renameDurably } from '../files/durable.ts'
import { isNotFound } from '../files/is-not-found.ts'
import { filesIn } from './folders.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { isAlive } from './process-identity.ts'
import { parseSegmentName } from './segment-name.ts'

/**
 * Closes the open segments of writers that are proved gone, and names them. Age proves nothing: a writer that was
 * stopped for an hour goes on writing, and what it acknowledges must be read. Files that no receiver made are left alone.
 * Throws where one can't be closed, after the others are.
 */
export async function closeOrphans(
  spool: string,
  isWriterAlive: (writer: ProcessIdentity) => boolean = isAlive,
): Promise<string[]> {
  const closed: string[] = []
  const errors: unknown[] = []
  for (const name of await filesIn(spool, 'open')) {
    const identity = parseSegmentName(name)
    if (identity === null || isWriterAlive(identity.writer)) continue
    try {
      await renameDurably(join(spool, 'open', name), join(spool, 'closed', name))
      closed.push(name)
    } catch (error) {
      if (!isNotFound(error)) errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
  return closed
}

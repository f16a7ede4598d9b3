import { setTimeout as sleep } from 'node:timers/promises'
import { filesIn } from '../../data/spool/folders.ts'
import { identityOf } from '../../data/spool/process-identity.ts'
import { parseSegmentName } from '../../data/spool/segment-name.ts'

/** Another service receives into this spool. */
export class AlreadyReceiving extends Error {}

/**
 * Sees that no running process receives into the spool under one of these names: two would share a name in coverage, and
 * nobody could tell who was missing. The receivers of a service that was killed may need a second to end, so it is looked
 * at for `patienceMs`. What another pid namespace left behind can't be seen running, and is nothing to stop for. Throws
 * AlreadyReceiving.
 */
export async function seeThatNobodyReceives(
  spool: string,
  names: readonly string[],
  patienceMs = 3_000,
): Promise<void> {
  const impatientAt = performance.now() + patienceMs
  while (await anyReceives(spool, names)) {
    if (performance.now() >= impatientAt) throw new AlreadyReceiving(`another service receives into ${spool}`)
    await sleep(RETRY_MS)
  }
}

const RETRY_MS = 100

/** Who receives always has an open segment, and its name tells the process. */
async function anyReceives(spool: string, names: readonly string[]): Promise<boolean> {
  const segments = (await filesIn(spool, 'open')).map(parseSegmentName)
  return segments.some((segment) => {
    if (segment === null || !names.includes(segment.receiver)) return false
    return identityOf(Number.parseInt(segment.writer, 10)) === segment.writer
  })
}

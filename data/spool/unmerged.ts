import type { EpochMs } from '../domain/time.ts'
import { segmentOfClaim } from './claims.ts'
import { filesIn, SPOOL_FOLDERS } from './folders.ts'
import { parseSegmentName } from './segment-name.ts'

/** A segment whose counts aren't in yet, wherever it stands: open, closed, claimed or converted. */
export interface UnmergedSegment {
  readonly segment: string
  readonly receiver: string
  /** No frame in it, nor in any later segment of its receiver, was received before. */
  readonly createdAt: EpochMs
  /** Where it was seen last. */
  readonly folder: (typeof SPOOL_FOLDERS)[number]
}

/**
 * The segments whose frames may not be counted yet, oldest first. The folders are read in the flow's order, so a segment
 * that moves on meanwhile is seen at least once. A take-over renames it within `claimed/`, and a reading that runs then
 * may meet neither name: that folder is read twice. Files of the 2013 server aren't among them: they bring the past, for
 * which the present doesn't wait.
 */
export async function listUnmerged(spool: string, readFolder: typeof filesIn = filesIn): Promise<UnmergedSegment[]> {
  const segments = new Map<string, UnmergedSegment>()
  for (const folder of [...SPOOL_FOLDERS, 'claimed'] as const) {
    for (const name of await readFolder(spool, folder)) {
      const segment = segmentOfClaim(name)
      const identity = parseSegmentName(segment)
      if (identity === null) continue
      segments.set(segment, { segment, receiver: identity.receiver, createdAt: identity.createdAt, folder })
    }
  }
  return [...segments.values()].sort((a, b) => a.createdAt - b.createdAt)
}

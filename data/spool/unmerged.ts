import type { EpochMs } from '../domain/time.ts'
import { segmentOfClaim } from './claims.ts'
import { filesIn, SPOOL_FOLDERS } from './folders.ts'
import { parseSegmentName } from './segment-name.ts'

/** A segment that isn't merged yet: what of it was received, was received at `createdAt` or later. */
export interface UnmergedSegment {
  readonly segment: string
  readonly receiver: string
  readonly createdAt: EpochMs
}

/**
 * The segments whose frames may not be counted yet, oldest first. The folders are read in the flow's order, so a segment
 * that moves meanwhile is seen at least once. Files of the 2013 server aren't among them: they bring the past, for which
 * the present doesn't wait.
 */
export async function listUnmerged(spool: string): Promise<UnmergedSegment[]> {
  const segments = new Map<string, UnmergedSegment>()
  for (const folder of SPOOL_FOLDERS) {
    for (const name of await filesIn(spool, folder)) {
      const segment = segmentOfClaim(name)
      const identity = parseSegmentName(segment)
      if (identity === null) continue
      segments.set(segment, { segment, receiver: identity.receiver, createdAt: identity.createdAt })
    }
  }
  return [...segments.values()].sort((a, b) => a.createdAt - b.createdAt)
}

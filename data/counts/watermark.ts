import { type EpochMs, MINUTE_MS } from '../domain/time.ts'
import type { UnmergedSegment } from '../spool/unmerged.ts'

/** How far the watermark stays behind the clock when no receiver lives. */
const IDLE_LAG_MS = MINUTE_MS

/**
 * The receipt time up to which everything is counted: the creation of the oldest segment that isn't merged. A live
 * receiver always has an open one; one that is gone leaves the list when its last segment is merged. Without any it is
 * the clock less a minute.
 *
 * Never ahead of the clock (also where that was put back), and else never behind `previous` (null at the start): once an hour
 * is complete it stays so, and what a receiver with a slow clock brings later counts as late.
 */
export function watermark(
  unmerged: readonly Pick<UnmergedSegment, 'createdAt'>[],
  now: EpochMs,
  previous: EpochMs | null = null,
): EpochMs {
  const reached = unmerged.length === 0 ? now - IDLE_LAG_MS : oldest(unmerged, now)
  return previous === null ? reached : Math.min(now, Math.max(previous, reached))
}

function oldest(unmerged: readonly Pick<UnmergedSegment, 'createdAt'>[], now: EpochMs): EpochMs {
  return unmerged.reduce((time, segment) => Math.min(time, segment.createdAt), now)
}

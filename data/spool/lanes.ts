import { parseSegmentName } from './segment-name.ts'

/**
 * Who goes first: a lane's segments are taken when none of an earlier lane waits. All but `live` are work that can wait, and
 * never occupies everybody; converting anew what is kept (reprocessing) would stand between these two.
 */
export const LANES = ['live', 'import'] as const
export type Lane = (typeof LANES)[number]

/** The lane of a segment, which its name tells wherever it stands: what no receiver of ours wrote was brought in. */
export function laneOf(segment: string): Lane {
  return parseSegmentName(segment) === null ? 'import' : 'live'
}

/** By lane, then oldest first; names without a creation time by name. */
export function byTurn(a: string, b: string): number {
  return LANES.indexOf(laneOf(a)) - LANES.indexOf(laneOf(b)) || ageOf(a) - ageOf(b) || (a < b ? -1 : 1)
}

function ageOf(segment: string): number {
  return parseSegmentName(segment)?.createdAt ?? 0
}

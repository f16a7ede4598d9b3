import { parseSegmentName } from './segment-name.ts'

/**
 * Who goes first: a lane's segments are taken when none of an earlier lane waits. All but `live` are work that can wait, and
 * never occupies everybody: `reprocess` is what is kept and converted once more, `import` what is brought in.
 */
export const LANES = ['live', 'reprocess', 'import'] as const
export type Lane = (typeof LANES)[number]

/** The lane of a segment, which its name tells wherever it stands: what no receiver of ours wrote was brought in. */
export function laneOf(segment: string): Lane {
  if (parseSegmentName(segment) !== null) return 'live'
  return REPROCESS_NAME.test(segment) ? 'reprocess' : 'import'
}

/** `id`: 16 hexadecimal digits. */
export function reprocessName(id: string): string {
  return `${id}.reprocess`
}

const REPROCESS_NAME = /^[0-9a-f]{16}\.reprocess$/

/** By lane, then oldest first; names without a creation time by name. */
export function byTurn(a: string, b: string): number {
  return LANES.indexOf(laneOf(a)) - LANES.indexOf(laneOf(b)) || ageOf(a) - ageOf(b) || (a < b ? -1 : 1)
}

function ageOf(segment: string): number {
  return parseSegmentName(segment)?.createdAt ?? 0
}

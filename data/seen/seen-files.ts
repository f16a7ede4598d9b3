import { join } from 'node:path'
import { DAY_MS, type EpochMs, isoDate } from '../domain/time.ts'

/** `tail`: batches in the order of merging; `run`: sorted. */
export type SeenFileKind = 'tail' | 'run'

/** A file of remembered documents. */
export interface SeenFile {
  readonly kind: SeenFileKind
  /** Start of the UTC day on which its documents were remembered, or of the last such day. */
  readonly day: EpochMs
  /** Numbers every file of the folder; a later one has a higher number. */
  readonly number: number
  readonly path: string
}

const NAME = /^(?<date>\d{4}-\d\d-\d\d)-(?<number>\d{8,15})\.(?<kind>tail|run)$/

export function seenFile(folder: string, kind: SeenFileKind, day: EpochMs, number: number): SeenFile {
  return { kind, day, number, path: join(folder, `${isoDate(day)}-${String(number).padStart(8, '0')}.${kind}`) }
}

/** Null for what is none of ours. */
export function parseSeenFile(folder: string, name: string): SeenFile | null {
  const groups = NAME.exec(name)?.groups
  const day = Date.parse(`${groups?.date}T00:00:00Z`)
  if (groups === undefined || Number.isNaN(day)) return null
  return { kind: groups.kind === 'tail' ? 'tail' : 'run', day, number: Number(groups.number), path: join(folder, name) }
}

export const ASIDE = '.aside'

/** Until when a file is needed, by the day on which it was remembered and the latest receipt of a document in it. */
export function neededUntil(day: EpochMs, lastReceived: EpochMs): EpochMs {
  return Math.max(day + DAY_MS, lastReceived)
}

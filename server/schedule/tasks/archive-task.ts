import { planPart, readUnfinishedParts } from '../../../data/archive/plan-part.ts'
import { removeReplaced } from '../../../data/archive/remove-replaced.ts'
import type { ArchiveTurn } from '../../../data/archive/turn.ts'
import { type WriteOptions, type WrittenPart, writePart } from '../../../data/archive/write-part.ts'
import { everyMinutes } from '../period.ts'
import type { Task } from '../task.ts'

export interface ArchiveTaskOptions {
  readonly write: WriteOptions
  readonly turn: ArchiveTurn
  /** Read at each run, so that a reload of the settings is followed. */
  readonly limits: () => { readonly partMaxAgeMs: number; readonly partMaxBytes: number }
  readonly onPart: (part: WrittenPart) => void
}

/** Makes the parts that are due, every minute. */
export function createArchiveTask(options: ArchiveTaskOptions): Task {
  return {
    name: 'archive',
    schedule: everyMinutes(1),
    dependsOn: [],
    // A part takes all that waits: there is nothing to make up for.
    backfill: false,
    run: (_period, signal) => archiveWaiting(options, signal),
  }
}

/**
 * Makes parts until none is due; with `everything`, until nothing waits, as a clean stop does. A part that a failure left unfinished is
 * finished first.
 */
export async function archiveWaiting(
  { write, turn, limits, onPart }: ArchiveTaskOptions,
  signal: AbortSignal,
  { everything = false }: { readonly everything?: boolean } = {},
): Promise<void> {
  const finish = async (part: number) => {
    const written = await writePart(part, write)
    if (written !== null) onPart(written)
  }
  const makeNext = async (): Promise<boolean> => {
    const { partMaxAgeMs, partMaxBytes } = limits()
    const maxAgeMs = everything ? Number.NEGATIVE_INFINITY : partMaxAgeMs
    const part = await planPart(write.db, { now: write.now(), maxAgeMs, maxBytes: partMaxBytes })
    if (part !== null) await finish(part)
    return part !== null
  }
  await turn.take(async () => {
    for (const part of await readUnfinishedParts(write.db)) await finish(part)
  })
  let isMore = true
  while (isMore && !signal.aborted) isMore = await turn.take(makeNext)
  await turn.take(() => removeReplaced(write.db, write.storage, write.readings))
}

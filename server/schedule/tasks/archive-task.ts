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

/** So many in a row that can't be written aren't each at fault: a full disk is, say, and nothing more is tried for now. */
const MOST_FAILURES_IN_A_ROW = 3

/**
 * Makes parts until none is due; with `everything`, until nothing waits, as a clean stop does. Parts that a failure left unfinished are
 * finished first. One that can't be written holds up no other: it is told at the end, by what this throws, and tried again the next time.
 */
export async function archiveWaiting(
  { write, turn, limits, onPart }: ArchiveTaskOptions,
  signal: AbortSignal,
  { everything = false }: { readonly everything?: boolean } = {},
): Promise<void> {
  const failures: Error[] = []
  let inARow = 0
  const goesOn = () => !signal.aborted && inARow < MOST_FAILURES_IN_A_ROW
  const finish = async (part: number) => {
    try {
      const written = await writePart(part, write)
      inARow = 0
      if (written !== null) onPart(written)
    } catch (error) {
      inARow += 1
      failures.push(partFailure(part, error))
    }
  }
  const makeNext = async (): Promise<boolean> => {
    const { partMaxAgeMs, partMaxBytes } = limits()
    const maxAgeMs = everything ? Number.NEGATIVE_INFINITY : partMaxAgeMs
    const part = await planPart(write.db, { now: write.now(), maxAgeMs, maxBytes: partMaxBytes })
    if (part !== null) await finish(part)
    return part !== null
  }
  for (const part of await turn.take(() => readUnfinishedParts(write.db))) {
    if (goesOn()) await turn.take(() => finish(part))
  }
  let isMore = true
  while (isMore && goesOn()) isMore = await turn.take(makeNext)
  await turn.take(() => removeReplaced(write.db, write.storage, write.readings))
  const [first] = failures
  if (first !== undefined) throw failures.length === 1 ? first : new AggregateError(failures, messagesOf(failures))
}

function partFailure(part: number, cause: unknown): Error {
  return new Error(`part ${part} of the archive can't be written: ${cause instanceof Error ? cause.message : cause}`, {
    cause,
  })
}

function messagesOf(failures: readonly Error[]): string {
  return failures.map(({ message }) => message).join('; ')
}

import { access } from 'node:fs/promises'
import { type ProgressSample, withSample } from '../../alerts/stalled/progress.ts'
import type { ProgressWatch, WaitingSegments } from '../../alerts/stalled/stalled-trouble.ts'
import { convertedFilePath } from '../../data/converted/converted-file.ts'
import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import { isNotFound } from '../../data/files/is-not-found.ts'
import type { UnmergedSegment } from '../../data/spool/unmerged.ts'

export interface ProgressWatchOptions {
  /** Folder of the converted files. */
  readonly converted: string
  tellAfterMs(): number
  readonly now: () => EpochMs
  /** Up to when everything is counted. */
  countedUpTo(): EpochMs
  /** Start of the newest judged hour; null: there is none yet. */
  judgedHour(): EpochMs | null
  /** Oldest first, as of the last look into the spool. */
  unmerged(): readonly UnmergedSegment[]
}

/** Remembers how the flow came on, so that it can be told when it doesn't. In memory: a new process has to watch for itself. */
export function createProgressWatch(options: ProgressWatchOptions): { look(): Promise<ProgressWatch> } {
  let samples: readonly ProgressSample[] = []
  return {
    async look() {
      const judgedHour = options.judgedHour()
      samples = withSample(samples, {
        at: options.now(),
        countedUpTo: options.countedUpTo(),
        judgedUpTo: judgedHour === null ? null : judgedHour + HOUR_MS,
      })
      return { samples, tellAfterMs: options.tellAfterMs(), waiting: await waitingOf(options) }
    },
  }
}

/** A segment keeps its claim until it is merged; whose turn it is tells whether its converted file is there. */
async function waitingOf({ unmerged, converted }: ProgressWatchOptions): Promise<WaitingSegments> {
  const segments = unmerged()
  const [oldest] = segments
  // With nothing in the spool the counts follow the clock, so whatever is behind isn't merged.
  if (oldest === undefined) return { stage: 'merging', segments: 0, oldest: null }
  const waiting = { segments: segments.length, oldest: oldest.segment }
  if (oldest.folder === 'open') return { stage: 'receiving', ...waiting }
  const isConverted = await isThere(convertedFilePath(converted, oldest.segment))
  return { stage: isConverted ? 'merging' : 'converting', ...waiting }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}

import type { MergeResult } from '../../data/counts/merge.ts'
import { watermark } from '../../data/counts/watermark.ts'
import { type EpochMs, HOUR_MS, isoSeconds } from '../../data/domain/time.ts'
import { filesIn } from '../../data/spool/folders.ts'
import { listUnmerged, type UnmergedSegment } from '../../data/spool/unmerged.ts'
import type { Freshness } from '../api/types.ts'

/** How far the counts have come, as it was last looked. */
export interface Pipeline {
  /** The receipt time up to which everything is counted. */
  watermark(): EpochMs
  freshness(): Freshness
  /** Segments that aren't counted yet, oldest first. */
  unmerged(): readonly UnmergedSegment[]
  /** Looks into the spool; call it after a merge. */
  look(): Promise<void>
}

export async function createPipeline(options: {
  readonly spool: string
  readonly now: () => EpochMs
  readonly mode: Freshness['mode']
  /** Null: the disk isn't filling, or that isn't known. */
  readonly hoursUntilFull: () => number | null
  /** Start of the newest judged hour; null: none was. */
  readonly judgedHour: () => EpochMs | null
}): Promise<Pipeline> {
  const { spool, now, mode, hoursUntilFull, judgedHour } = options
  let unmerged: readonly UnmergedSegment[] = []
  let waiting: readonly UnmergedSegment[] = []
  let countedUpTo: EpochMs | null = null

  async function look(): Promise<void> {
    // The clock is read first: what is received while the folders are read is later than that.
    const lookedAt = now()
    const open = new Set(await filesIn(spool, 'open'))
    unmerged = await listUnmerged(spool)
    waiting = unmerged.filter(({ segment }) => !open.has(segment))
    countedUpTo = watermark(unmerged, lookedAt, countedUpTo)
  }

  await look()
  return {
    watermark: () => countedUpTo ?? now(),
    unmerged: () => unmerged,
    look,
    freshness() {
      const [oldest] = waiting
      const judged = judgedHour()
      return {
        counted_up_to: isoSeconds(countedUpTo ?? now()),
        judged_up_to: judged === null ? null : isoSeconds(judged + HOUR_MS),
        now: isoSeconds(now()),
        receivers: [...new Set(unmerged.map(({ receiver }) => receiver))].sort(),
        waiting_segments: waiting.length,
        oldest_waiting_seconds: oldest === undefined ? 0 : Math.max(0, Math.round((now() - oldest.createdAt) / 1000)),
        hours_until_full: hoursUntilFull(),
        mode,
      }
    },
  }
}

/** What pages are told of merged segments: which channels and hours to ask for again. */
export class ChangedCounts {
  readonly #channels = new Set<string>()
  readonly #hours = new Set<EpochMs>()

  add(result: MergeResult): void {
    if (result.channels.length === 0) return
    for (const channel of result.channels) this.#channels.add(channel)
    for (const hour of result.hours) this.#hours.add(hour)
  }

  /** What was added since the last time; null: nothing. */
  take(): { readonly channels: readonly string[]; readonly hours: readonly string[] } | null {
    if (this.#channels.size === 0) return null
    const changed = {
      channels: [...this.#channels].sort(),
      hours: [...this.#hours].sort((a, b) => a - b).map(isoSeconds),
    }
    this.#channels.clear()
    this.#hours.clear()
    return changed
  }
}

import type { JudgeShell } from '../../alerts/shell/judge-shell.ts'
import type { Database } from '../../data/counts/database.ts'
import { readAwaitedSpecifications } from '../../data/counts/queries/read-awaited-specifications.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import type { UnmergedSegment } from '../../data/spool/unmerged.ts'
import type { ArchiveWatch } from '../archive/archive-watch.ts'
import type { DiskGauge } from './disk-gauge.ts'
import { createProgressWatch } from './progress-watch.ts'

export interface ClockWatchesOptions {
  readonly database: Database
  readonly judge: Pick<
    JudgeShell,
    'judgedHour' | 'watchProgress' | 'watchSpecifications' | 'lookAtMinutes' | 'watchDisk' | 'watchArchive'
  >
  readonly disk: Pick<DiskGauge, 'takeWatch'>
  readonly archive: Pick<ArchiveWatch, 'take'>
  /** Folder of the converted files. */
  readonly converted: string
  readonly pipeline: { watermark(): EpochMs; unmerged(): readonly UnmergedSegment[] }
  readonly now: () => EpochMs
  /** What is behind by more than this is told; null: nothing is told by the clock, which isn't the world's (a demonstration). */
  tellStalledAfterMs(): number | null
  readonly onError: (error: unknown) => void
}

const SPECIFICATIONS_EVERY_MS = MINUTE_MS
const MINUTES_EVERY_MS = 5 * MINUTE_MS

/** What is judged by the clock rather than by hours that are complete: trouble of our own, and channels that stop. */
export interface ClockWatches {
  /** Numbers of the incidents that changed. One watch that fails keeps none of the others from telling. */
  look(): Promise<readonly number[]>
}

export function createClockWatches(options: ClockWatchesOptions): ClockWatches {
  const { database, judge, disk, archive, pipeline, now } = options
  const progress = createProgressWatch({
    converted: options.converted,
    tellAfterMs: () => options.tellStalledAfterMs() ?? Number.POSITIVE_INFINITY,
    now,
    countedUpTo: () => pipeline.watermark(),
    judgedHour: () => judge.judgedHour(),
    unmerged: () => pipeline.unmerged(),
  })
  let lookedTo = Number.NEGATIVE_INFINITY
  let specificationsAt = Number.NEGATIVE_INFINITY

  async function lookAtSpecifications(): Promise<readonly number[]> {
    if (now() - specificationsAt < SPECIFICATIONS_EVERY_MS) return []
    specificationsAt = now()
    const to = pipeline.watermark()
    const found = await readAwaitedSpecifications(database, { from: to - HOUR_MS, to })
    return (await judge.watchSpecifications({ now: now(), ...found })).changedIncidents
  }

  /** Only the newest minutes: what the ones before showed an hour ago, hours tell by now. */
  async function lookAtMinutes(): Promise<readonly number[]> {
    const to = Math.floor(pipeline.watermark() / MINUTES_EVERY_MS) * MINUTES_EVERY_MS
    if (to <= lookedTo) return []
    lookedTo = to
    return (await judge.lookAtMinutes(to)).changedIncidents
  }

  async function lookAtDisk(): Promise<readonly number[]> {
    const watch = disk.takeWatch()
    return watch === null ? [] : (await judge.watchDisk(watch)).changedIncidents
  }

  async function lookAtArchive(): Promise<readonly number[]> {
    const changed: number[] = []
    for (let checked = archive.take(); checked !== null; checked = archive.take()) {
      changed.push(...(await judge.watchArchive(checked)).changedIncidents)
    }
    return changed
  }

  const ofLiveClock = [
    async () => (await judge.watchProgress(await progress.look())).changedIncidents,
    lookAtSpecifications,
    lookAtMinutes,
  ]
  const ofAnyClock = [lookAtDisk, lookAtArchive]

  return {
    async look() {
      const changed: number[] = []
      for (const watch of [...(options.tellStalledAfterMs() === null ? [] : ofLiveClock), ...ofAnyClock]) {
        try {
          changed.push(...(await watch()))
        } catch (error) {
          options.onError(error)
        }
      }
      return changed
    },
  }
}

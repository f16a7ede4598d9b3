import { statfs } from 'node:fs/promises'
import { DISK_MEMORY_MS, type DiskForecast, type DiskSample, forecastDisk } from '../../alerts/disk/disk-forecast.ts'
import type { DiskWatch } from '../../alerts/disk/disk-trouble.ts'
import type { Database } from '../../data/counts/database.ts'
import { readDiskSamples, storeDiskSample } from '../../data/disk/disk-samples.ts'
import { type EpochMs, MINUTE_MS } from '../../data/domain/time.ts'
import { startWorkLoop } from './work-loop.ts'

/** How full the disk of the state directory is, and was. */
export interface DiskGauge {
  /** Null before the first look. */
  forecast(): DiskForecast | null
  /** What the judge decides from whether anybody is to be told; null: it was asked since the last look. */
  takeWatch(): DiskWatch | null
  stop(): Promise<void>
}

export interface DiskGaugeOptions {
  readonly database: Database
  /** On the disk that is meant. */
  readonly folder: string
  /** With less free, submissions are refused. */
  minFreeBytes(): number
  /** A disk that will be full within this is told. */
  tellWithinHours(): number
  readonly now: () => EpochMs
  readonly onError: (error: unknown) => void
}

const LOOK_EVERY_MS = MINUTE_MS
/** Fewer are kept in the database than in memory: they only save learning the rate anew after a restart. */
const STORED_EVERY_MS = 10 * MINUTE_MS

/** Looks at the disk once a minute, and at once; remembers a day, also over a restart. */
export async function openDiskGauge(options: DiskGaugeOptions): Promise<DiskGauge> {
  const { database, folder, now, onError } = options
  let samples: readonly DiskSample[] = await readDiskSamples(database, now() - DISK_MEMORY_MS)
  let known: { readonly minFreeBytes: number; readonly forecast: DiskForecast | null } | null = null

  async function look(): Promise<void> {
    const { bavail, bsize } = await statfs(folder)
    const at = now()
    const sample = { at, freeBytes: bavail * bsize }
    // A clock that was put back must not leave samples of the future.
    samples = [...samples.filter((one) => one.at < at && one.at >= at - DISK_MEMORY_MS), sample]
    known = null
    if (isDue(sample)) await storeDiskSample(database, sample, at - DISK_MEMORY_MS)
  }

  let taken: DiskSample | undefined
  let storedAt = samples.at(-1)?.at ?? Number.NEGATIVE_INFINITY
  function isDue({ at }: DiskSample): boolean {
    if (at - storedAt < STORED_EVERY_MS && at >= storedAt) return false
    storedAt = at
    return true
  }

  const loop = startWorkLoop(look, { everyMs: LOOK_EVERY_MS, onError })
  return {
    forecast() {
      const minFreeBytes = options.minFreeBytes()
      if (known?.minFreeBytes !== minFreeBytes) {
        known = { minFreeBytes, forecast: forecastDisk(samples, minFreeBytes, samples.at(-1)?.at ?? 0) }
      }
      return known.forecast
    },
    takeWatch() {
      const newest = samples.at(-1)
      if (newest === undefined || newest === taken) return null
      taken = newest
      return {
        samples,
        minFreeBytes: options.minFreeBytes(),
        tellWithinHours: options.tellWithinHours(),
        now: newest.at,
      }
    },
    stop: () => loop.stop(),
  }
}

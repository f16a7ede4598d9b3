import { medianSorted } from 'simple-statistics'
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'

/** Free space on the disk of the state directory at one moment. */
export interface DiskSample {
  readonly at: EpochMs
  readonly freeBytes: number
}

/** How full the disk is, and when submissions will have to be refused if it goes on filling as it does. */
export interface DiskForecast {
  readonly at: EpochMs
  readonly freeBytes: number
  /** With less free than this, submissions are refused: that is what *full* means here. */
  readonly minFreeBytes: number
  /** 0: it is full. Null: it isn't filling, or so slowly, or seen for so short a time, that nothing can be said. */
  readonly hoursUntilFull: number | null
}

/** Older samples say nothing more. */
export const DISK_MEMORY_MS = DAY_MS

/**
 * The stretches before now over which a rate is measured. The long ones see through the day's tide and through what comes and
 * goes (parts of the archive are written every quarter of an hour, what they replace goes then); the short ones see a disk
 * that began to fill just now.
 */
const STRETCHES_MS = [10 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS, DAY_MS]
/**
 * A rate that was seen for ten minutes says something of an hour, not of next week. So a stretch speaks only where a sixth of
 * what is left went in it, and what merely comes and goes stays unsaid.
 */
const TRUSTED_TIMES = 6
/** Samples needed at least, and their span, for a stretch to be known. */
const LEAST_SAMPLES = 6
const LEAST_SPAN_RATIO = 0.8
/** Slopes are taken between all pairs; more samples would say no more. */
const MOST_SAMPLES = 60

/**
 * Looks ahead from `samples` (ascending in time; those after `now` are left out). The soonest end among those that the
 * stretches foretell, each no further ahead than `trustedTimes` its own length. Null where there is no sample.
 */
export function forecastDisk(
  samples: readonly DiskSample[],
  minFreeBytes: number,
  now: EpochMs,
  trustedTimes = TRUSTED_TIMES,
): DiskForecast | null {
  const known = samples.filter(({ at }) => at <= now && at >= now - DISK_MEMORY_MS)
  const newest = known.at(-1)
  if (newest === undefined) return null
  const leftBytes = newest.freeBytes - minFreeBytes
  const hours = STRETCHES_MS.flatMap((stretchMs) => hoursBy(known, stretchMs, leftBytes, trustedTimes))
  const hoursUntilFull = leftBytes <= 0 ? 0 : hours.length === 0 ? null : Math.min(...hours)
  return { at: newest.at, freeBytes: newest.freeBytes, minFreeBytes, hoursUntilFull }
}

/** None where the stretch isn't known, nothing fills over it, or the end is further than it can see. */
function hoursBy(
  samples: readonly DiskSample[],
  stretchMs: number,
  leftBytes: number,
  trustedTimes: number,
): readonly number[] {
  const newestAt = samples.at(-1)?.at ?? 0
  const within = samples.filter(({ at }) => at >= newestAt - stretchMs)
  const spanMs = newestAt - (within[0]?.at ?? newestAt)
  if (within.length < LEAST_SAMPLES || spanMs < LEAST_SPAN_RATIO * stretchMs) return []
  const bytesPerHour = -medianSlope(thinned(within)) * HOUR_MS
  if (bytesPerHour <= 0) return []
  const hours = leftBytes / bytesPerHour
  return hours * HOUR_MS <= trustedTimes * stretchMs ? [hours] : []
}

/**
 * The median of the slopes between all pairs of samples (Theil 1950, Sen 1968), in bytes per millisecond: a file that is
 * deleted, or a copy that lies about for a while, moves a least-squares line and not this one.
 */
function medianSlope(samples: readonly DiskSample[]): number {
  const slopes: number[] = []
  for (const [index, one] of samples.entries()) {
    for (const other of samples.slice(index + 1)) {
      if (other.at > one.at) slopes.push((other.freeBytes - one.freeBytes) / (other.at - one.at))
    }
  }
  return slopes.length === 0 ? 0 : medianSorted(slopes.sort((a, b) => a - b))
}

/** At most MOST_SAMPLES of them, evenly chosen, the newest among them. */
function thinned(samples: readonly DiskSample[]): readonly DiskSample[] {
  const step = Math.ceil(samples.length / MOST_SAMPLES)
  return samples.filter((_, index) => (samples.length - 1 - index) % step === 0)
}

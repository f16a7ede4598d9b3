import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'

/** An hour by its number since 1970: whole, so that windows are plain arithmetic. */
export type HourNumber = number

export const DAY_HOURS = 24
export const WEEK_HOURS = 168

/** Seasons and levels are learnt from so many hours before the day they are for. */
export const LEARNING_HOURS = 5 * WEEK_HOURS
/** Noise is learnt from the residuals of so many hours before the day it is for. */
export const NOISE_HOURS = 4 * WEEK_HOURS
/**
 * Nothing older than this ever matters to a verdict, so that a judge that was restarted, and has read no more than this,
 * says the same as one that never stopped: residuals of four weeks, each against a season of the five weeks before it.
 */
export const JUDGE_WINDOW_HOURS = LEARNING_HOURS + NOISE_HOURS + 3 * DAY_HOURS

/** Places in a ring: a power of two that holds the window. */
export const RING_HOURS = 2048

/** Where `hour` stands in a ring. */
export function place(hour: HourNumber): number {
  return hour & (RING_HOURS - 1)
}

export function toHourNumber(time: EpochMs): HourNumber {
  return Math.floor(time / HOUR_MS)
}

export function toTime(hour: HourNumber): EpochMs {
  return hour * HOUR_MS
}

/** Number of the first hour of the day that holds `hour`. */
export function midnightOf(hour: HourNumber): HourNumber {
  return Math.floor(hour / DAY_HOURS) * DAY_HOURS
}

/** 0 to 167, 0 is Monday 00:00. 1970-01-01 was a Thursday. */
export function slotOf(hour: HourNumber): number {
  return (hour + 3 * DAY_HOURS) % WEEK_HOURS
}

/** Reads a typed array where the index is known to be inside; TypeScript can't know. */
export function at(values: Float64Array | Uint8Array | Int32Array, index: number): number {
  return values[index] ?? 0
}

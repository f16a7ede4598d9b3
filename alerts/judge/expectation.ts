import type { Expectation } from '../finding.ts'
import { holidayLoss } from './holidays.ts'
import { type ChannelMemory, type SeriesMemory, WINDOWS } from './memory.ts'
import { shownMovement } from './noise.ts'
import { levelBefore } from './tide-sums.ts'
import { at, DAY_HOURS, type HourNumber, place, slotOf, toTime } from './window.ts'

/** 99 of 100 normal hours lie within so many standard deviations, */
const BAND_DEVIATIONS = 2.58
/** and counts lean upwards by this much against a normal distribution (Cornish and Fisher's first term for a Poisson). */
const BAND_SKEW = (BAND_DEVIATIONS ** 2 - 1) / 6
/** Hours in which all channels move together are foreseen less exactly, by this part of the movement. */
const MOVEMENT_DOUBT = 0.45
const THREE_HOURS = WINDOWS.indexOf(3)
const WHOLE_DAY = WINDOWS.indexOf(DAY_HOURS)

/**
 * Submissions expected in `hour` (up to and with the judged one), at the level before it or, where given, before `levelBefore`,
 * siblings' movement included; NaN where nothing is known.
 */
export function expectedCount(series: SeriesMemory, hour: HourNumber, levelBefore: HourNumber = hour): number {
  const shared = shownMovement(at(series.shared, place(hour) * WINDOWS.length + THREE_HOURS))
  return usualCount(series, hour, levelBefore) * Math.exp(shared)
}

/** The same without what the siblings do: season and own level, as known at `judged`. */
export function usualCount(series: SeriesMemory, hour: HourNumber, judged: HourNumber): number {
  if (series.sums === null) return Number.NaN
  return levelBefore(series.sums, Math.min(hour, judged)) * at(series.sums.season, slotOf(hour))
}

/** What is expected of the hour that is judged, which isn't a loss of all channels; null where nothing is known yet. */
export function expectationOf(channel: ChannelMemory, hour: HourNumber, isEverywhere: boolean): Expectation | null {
  const [all] = channel.series
  if (all === undefined) return null
  if (isEverywhere) return expectation(channel, all, hour, usualCount(all, hour, hour), 0)
  const shared = shownMovement(at(all.shared, place(hour) * WINDOWS.length + THREE_HOURS))
  return expectation(channel, all, hour, expectedCount(all, hour), shared)
}

/** For the tide table: the rest of today and two days more, from any hour of the day. */
const FORECAST_HOURS = 72

/** The 72 hours after `hour`: season and level as now known, and the siblings' last day taken to go on. */
export function forecastOf(channel: ChannelMemory, hour: HourNumber): readonly Expectation[] {
  const [all] = channel.series
  if (all === undefined) return []
  const shared = shownMovement(at(all.shared, place(hour) * WINDOWS.length + WHOLE_DAY))
  return Array.from({ length: FORECAST_HOURS }, (_, ahead) => hour + 1 + ahead).flatMap((ahead) => {
    const mid = usualCount(all, ahead, hour) * Math.exp(shared)
    return expectation(channel, all, ahead, mid, shared) ?? []
  })
}

/** `mid` with the range that 99 of 100 normal hours lie within. */
export function bandAround(series: SeriesMemory, mid: number, shared: number): { low: number; high: number } {
  const band = series.noise?.band ?? 1
  const level = series.sums === null ? 1 : Math.max(1, levelBefore(series.sums, series.sums.filledTo))
  const dispersion = Math.max(band ** 2 - 1 / level, 1e-4) + (MOVEMENT_DOUBT * shared) ** 2
  const reach = BAND_DEVIATIONS * Math.sqrt(mid + dispersion * mid ** 2)
  return { low: Math.max(0, mid - reach + BAND_SKEW), high: mid + reach + BAND_SKEW }
}

/** A known holiday widens the band downwards by what it may cost. */
function expectation(
  { name, holidays }: ChannelMemory,
  series: SeriesMemory,
  hour: HourNumber,
  mid: number,
  shared: number,
): Expectation | null {
  if (Number.isNaN(mid)) return null
  const { low, high } = bandAround(series, mid, shared)
  return { channel: name, hour: toTime(hour), mid, low: low * (1 - holidayLoss(holidays, hour)), high }
}

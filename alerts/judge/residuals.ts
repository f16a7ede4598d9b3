import { type ChannelMemory, type JudgeMemory, type SeriesMemory, WINDOWS } from './memory.ts'
import { learnSeasons } from './season.ts'
import { weightedMedian } from './statistics.ts'
import { createTideSums, fillTideSums, isSeasonKnown, windowSums } from './tide-sums.ts'
import { at, DAY_HOURS, type HourNumber, midnightOf, NOISE_HOURS, place } from './window.ts'

/** Of a window's hours, so many must be known for it to say anything. */
const LEAST_KNOWN = 0.6
/** What two channels differ by on any day, as a standard deviation of logs: no sibling is believed more exactly. */
const SIBLING_SPREAD = 0.015
/** Fewer siblings than this can't tell a common movement from their own trouble. */
const LEAST_SIBLINGS = 2

/**
 * Brings residuals up to `hour`, together with the seasons and sums that they are against: only what is missing, day by
 * day, each day's hours against the season learnt before that day.
 */
export function updateResiduals(memory: JudgeMemory, hour: HourNumber): void {
  const earliest = midnightOf(hour) - NOISE_HOURS - DAY_HOURS
  const from = memory.residualsTo === null ? earliest : Math.max(earliest, memory.residualsTo + 1)
  for (let midnight = midnightOf(Math.min(from, hour)); midnight <= hour; midnight += DAY_HOURS) {
    const last = Math.min(hour, midnight + DAY_HOURS - 1)
    prepareDay(memory, midnight, last)
    for (let h = Math.max(from, midnight); h <= last; h++) computeHour(memory.channels, h)
  }
  memory.residualsTo = hour
}

function prepareDay(memory: JudgeMemory, midnight: HourNumber, last: HourNumber): void {
  if (memory.seasonsOf !== midnight) {
    learnSeasons(memory.channels, midnight)
    for (const channel of memory.channels) {
      for (const series of channel.series) series.sums = series.season && createTideSums(series.season, midnight)
    }
    memory.seasonsOf = midnight
  }
  for (const channel of memory.channels) {
    for (const series of channel.series) {
      if (series.sums !== null) {
        fillTideSums(series.sums, { counts: series.counts, known: channel.known, good: channel.good }, last)
      }
    }
  }
}

function computeHour(channels: readonly ChannelMemory[], hour: HourNumber): void {
  for (const channel of channels) {
    for (const series of channel.series) compareWithPast(channel, series, hour)
    compareReasons(channel, hour)
  }
  for (const channel of channels) {
    for (const series of channel.series) compareWithSiblings(channels, channel, series, hour)
  }
}

/** Fills `residuals`, and `unexplained` with a mark: NaN unless the whole window is good and the season known, so that it may teach noise. */
function compareWithPast(channel: ChannelMemory, series: SeriesMemory, hour: HourNumber): void {
  for (const [position, hours] of WINDOWS.entries()) {
    const index = place(hour) * WINDOWS.length + position
    series.residuals[index] = Number.NaN
    series.unexplained[index] = Number.NaN
    if (series.sums === null || channel.known[place(hour)] !== 1) continue
    const window = windowSums(series.sums, hour, hours)
    if (window.knownHours < LEAST_KNOWN * hours) continue
    const residual = Math.log((window.seen + 0.5) / (window.expected + 0.5))
    series.residuals[index] = residual
    if (window.isGood && isSeasonKnown(series.sums)) series.unexplained[index] = residual
  }
}

/** Fills `shares`: how a reason moved against the rest of its channel; the channel's own noise cancels. */
function compareReasons(channel: ChannelMemory, hour: HourNumber): void {
  const [all, ...reasons] = channel.series
  for (const reason of reasons) {
    for (const [position, hours] of WINDOWS.entries()) {
      const index = place(hour) * WINDOWS.length + position
      reason.shares[index] = Number.NaN
      if (all?.sums == null || reason.sums === null || Number.isNaN(at(reason.residuals, index))) continue
      const whole = windowSums(all.sums, hour, hours)
      const part = windowSums(reason.sums, hour, hours)
      const expected = whole.expected - part.expected
      if (expected < 0.05 * whole.expected) continue
      const rest = Math.log((Math.max(0, whole.seen - part.seen) + 0.5) / (expected + 0.5))
      reason.shares[index] = at(reason.residuals, index) - rest
    }
  }
}

/** Fills `shared`, and takes out of `unexplained` what the siblings did as well. */
function compareWithSiblings(
  channels: readonly ChannelMemory[],
  channel: ChannelMemory,
  series: SeriesMemory,
  hour: HourNumber,
): void {
  for (let position = 0; position < WINDOWS.length; position++) {
    const index = place(hour) * WINDOWS.length + position
    const { middle: shared, spread } = sharedResidual(channels, channel, series.reason, hour, position)
    series.shared[index] = shared
    series.sharedSpread[index] = spread
    if (Number.isNaN(at(series.unexplained, index)) || Number.isNaN(shared)) continue
    const residual = at(series.residuals, index)
    series.unexplained[index] = nearerToZero(residual, beyondShared(residual, shared, WINDOWS[position] ?? 1))
  }
}

/**
 * Weighted median of what the siblings' same series did, and of how far they were from it; NaN with fewer than two that are
 * without an incident.
 */
function sharedResidual(
  channels: readonly ChannelMemory[],
  channel: ChannelMemory,
  reason: string,
  hour: HourNumber,
  position: number,
): { readonly middle: number; readonly spread: number } {
  const index = place(hour) * WINDOWS.length + position
  const values: number[] = []
  const weights: number[] = []
  for (const sibling of channels) {
    if (sibling === channel || sibling.good[place(hour)] !== 1) continue
    const series = sibling.series.find((own) => own.reason === reason) ?? sibling.series[0]
    if (series?.sums == null) continue
    const residual = at(series.residuals, index)
    if (Number.isNaN(residual)) continue
    const { expected } = windowSums(series.sums, hour, WINDOWS[position] ?? 1)
    values.push(residual)
    weights.push(1 / (1 / Math.max(expected, 0.1) + SIBLING_SPREAD ** 2))
  }
  if (values.length < LEAST_SIBLINGS) return { middle: Number.NaN, spread: Number.NaN }
  const middle = weightedMedian(values, weights)
  return {
    middle,
    spread: weightedMedian(
      values.map((value) => Math.abs(value - middle)),
      weights,
    ),
  }
}

/**
 * How far `residual`, over a window of so many hours, lies from what the siblings' movement can excuse; 0 within. Holidays hit
 * channels unequally: when all have lost a part, one may have lost 40 % to 150 % as much, and over whole days to 190 %, as
 * holidays begin and end at other hours for everybody. Movements below 3 % excuse nothing more than themselves.
 */
export function beyondShared(residual: number, shared: number, hours: number): number {
  const leeway = Math.min(1, Math.max(0, (Math.abs(shared) - 0.03) / 0.05))
  const near = (1 - 0.6 * leeway) * shared
  const far = furthest(shared, 1 + (hours < DAY_HOURS ? 0.5 : 0.9) * leeway)
  const low = Math.min(near, far)
  const high = Math.max(near, far)
  return residual < low ? residual - low : residual > high ? residual - high : 0
}

/** A loss of `times` the part that the siblings lost: of half, not of its logarithm. */
function furthest(shared: number, times: number): number {
  if (shared >= 0) return times * shared
  return Math.min(times * shared, Math.log(1 - Math.min(MOST_EXCUSED, times * (1 - Math.exp(shared)))))
}

/** No holiday takes more. */
const MOST_EXCUSED = 0.9

function nearerToZero(a: number, b: number): number {
  if (a * b <= 0) return 0
  return Math.abs(a) < Math.abs(b) ? a : b
}

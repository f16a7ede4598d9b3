import type { RateBaseline } from './memory.ts'
import { firstFound, type Look, type Probe, UNWATCHED } from './probe.ts'
import { leastDeviations, leastRatio, logUnlikely, type RateSensitivity } from './sensitivity.ts'
import { logTailBound, sortedQuantile } from './statistics.ts'
import { at, DAY_HOURS, type HourNumber, NOISE_HOURS, place } from './window.ts'

/** A part of what comes that should stay as small as it usually is: the invalid ones, or those discarded. */
export interface RatedSeries {
  /** Rings: 1 where the hour can be judged, and where it teaches. */
  readonly rated: Uint8Array
  readonly clean: Uint8Array
  readonly whole: (hour: HourNumber) => number
  readonly part: (hour: HourNumber) => number
}

/**
 * By window in hours: how far the rate must be above the usual one: in deviations of its own past, in points (0.01 is one
 * of a hundred), and as a multiple of the usual rate.
 */
const RATE_WINDOWS = [
  { hours: 1, deviations: 8, points: 0.01, multiple: 1.5 },
  { hours: 3, deviations: 7, points: 0.006, multiple: 1.4 },
  { hours: 6, deviations: 6, points: 0.005, multiple: 0.9 },
  { hours: 12, deviations: 6, points: 0.004, multiple: 0.5 },
  { hours: 24, deviations: 6, points: 0.004, multiple: 0.5 },
] as const
const CLOSING_WINDOW = 2
const LEAST_PART = 8
const LEAST_WHOLE = 50
/** A clump or two more than usual is chance. */
const LEAST_CLUMPS = 3
/** Clients that always fail come in clumps: the counts must be this unlikely although their mean may stray. */
const LOG_UNLIKELY = -18
const CLUMPING = 0.02
/** Clumps are of many sizes: that so few of them are as large as this must be as unlikely, too. */
const LOG_UNLIKELY_IN_CLUMPS = -10
/** So many hours of past rates are needed to know the usual one. */
const LEAST_PAST_HOURS = 3 * DAY_HOURS

/** The usual rate by window, from the four weeks before `midnight` outside incidents, and how far it strays. */
export function learnRates(series: RatedSeries, midnight: HourNumber): RateBaseline {
  const start = midnight - NOISE_HOURS
  const whole = new Float64Array(NOISE_HOURS + 1)
  const part = new Float64Array(NOISE_HOURS + 1)
  const clean = new Int32Array(NOISE_HOURS + 1)
  for (let i = 0; i < NOISE_HOURS; i++) {
    const isClean = at(series.clean, place(start + i))
    whole[i + 1] = at(whole, i) + isClean * series.whole(start + i)
    part[i + 1] = at(part, i) + isClean * series.part(start + i)
    clean[i + 1] = at(clean, i) + isClean
  }
  const rates = new Float64Array(NOISE_HOURS)
  const baselines = RATE_WINDOWS.map(({ hours }) => {
    let known = 0
    // Long windows overlap: every third part of one says as much as every hour.
    const step = Math.max(1, Math.floor(hours / 3))
    for (let i = hours; i <= NOISE_HOURS; i += step) {
      const all = at(whole, i) - at(whole, i - hours)
      if (at(clean, i) - at(clean, i - hours) < hours || all < LEAST_WHOLE) continue
      rates[known++] = (at(part, i) - at(part, i - hours)) / all
    }
    if (known * step < LEAST_PAST_HOURS) return { usual: Number.NaN, spread: Number.NaN }
    const sorted = rates.subarray(0, known).sort()
    const usual = sortedQuantile(sorted, 0.5)
    for (let i = 0; i < known; i++) sorted[i] = Math.abs(at(sorted, i) - usual)
    const deviations = sorted.sort()
    const spread = Math.max(1.4826 * sortedQuantile(deviations, 0.5), sortedQuantile(deviations, 0.97) / 2.17)
    return { usual, spread }
  })
  return {
    usual: baselines.map(({ usual }) => usual),
    spreads: baselines.map(({ spread }) => spread),
    clump: learnClump(series, start),
  }
}

/**
 * Clients that always fail send again and again, so that their submissions come in clumps: an hour's count then strays much
 * further than chance would have it (a compound Poisson distribution), and its tail is as that of a count of clumps.
 */
function learnClump(series: RatedSeries, start: HourNumber): number {
  const { whole, part } = cleanSums(series, start)
  if (!(part > 0)) return 1
  let squares = 0
  for (let hour = start; hour < start + NOISE_HOURS; hour++) {
    if (series.clean[place(hour)] !== 1) continue
    squares += (series.part(hour) - (part / whole) * series.whole(hour)) ** 2
  }
  return Math.max(1, squares / part)
}

function cleanSums(series: RatedSeries, start: HourNumber): { whole: number; part: number } {
  let whole = 0
  let part = 0
  for (let hour = start; hour < start + NOISE_HOURS; hour++) {
    if (series.clean[place(hour)] !== 1) continue
    whole += series.whole(hour)
    part += series.part(hour)
  }
  return { whole, part }
}

/**
 * Upper bound of the log of the probability of `count` where `mean` is expected and they come in clumps: as for counts of
 * clumps.
 */
export function logClumpedTail(count: number, mean: number, clump: number, dispersion: number): number {
  return logTailBound(count / clump, mean / clump, dispersion)
}

/**
 * The same for clumps whose sizes differ as much as chance lets them (geometric ones: the tail of a Pólya-Aeppli distribution, by
 * Chernoff's bound). Where few are expected, one that is large says little, though as many of the usual size would.
 */
export function logUnequalClumpsTail(count: number, mean: number, clump: number): number {
  if (count <= mean) return 0
  // Of sizes from 1 on with a mean of m, the variance of the count over its mean is 2 m - 1.
  const ends = 2 / (clump + 1)
  const goesOn = 1 - ends
  const clumps = mean * ends
  const half = count * goesOn + (clumps * ends) / 2
  // Where the bound is least: the smaller root of count (1 - goesOn z)² = clumps ends z, written so that nothing cancels.
  const z = count / (half + Math.sqrt(Math.max(0, half ** 2 - (count * goesOn) ** 2)))
  return clumps * ((ends * z) / (1 - goesOn * z) - 1) - count * Math.log(z)
}

/** The first window at whose end the rate is too high, and how many times the margin it is above the usual; null: none. */
export function risenRate(
  series: RatedSeries,
  baseline: RateBaseline,
  hour: HourNumber,
  sensitivity: RateSensitivity = {},
  watch?: RateWatch,
): { readonly windowHours: number; readonly excess: number } | null {
  const { clump } = baseline
  return firstFound(RATE_WINDOWS.entries(), watch?.probe, ([position, { hours, deviations: usualDeviations }]) => {
    const trial = watch?.probe.begin({ ...watch.look, windowHours: hours }) ?? UNWATCHED
    const usual = baseline.usual[position] ?? Number.NaN
    const { whole, part } = sumsOf(series, hour, hours)
    if (!trial.needs('measured', !Number.isNaN(usual), 0, 1) || Number.isNaN(usual)) return null
    if (!trial.needs('submissions', whole >= LEAST_WHOLE, whole, LEAST_WHOLE)) return null
    const above = part / whole - usual
    const { size, significance } = rateMargin(baseline, position, whole, sensitivity)
    const deviations = leastDeviations(sensitivity, usualDeviations)
    if (!trial.needs('points', above > size, above, size)) return null
    if (!trial.needs('noise', above > significance, (above / significance) * deviations, deviations)) return null
    const least = Math.max(LEAST_PART, LEAST_CLUMPS * clump)
    if (!trial.needs('affected', part >= least, part, least)) return null
    const foreseen = 1.3 * whole * Math.max(usual, 0.2 / whole)
    const chance = logClumpedTail(part, foreseen, clump, CLUMPING)
    const unlikely = logUnlikely(sensitivity, LOG_UNLIKELY)
    if (!trial.needs('chance', chance <= unlikely, chance, unlikely)) return null
    const ofClumps = logUnequalClumpsTail(part, foreseen, clump)
    const unlikelyOfClumps = logUnlikely(sensitivity, LOG_UNLIKELY_IN_CLUMPS)
    if (!trial.needs('chance', ofClumps <= unlikelyOfClumps, ofClumps, unlikelyOfClumps) || !trial.isMet) return null
    return { windowHours: hours, excess: above / Math.max(size, significance) }
  })
}

/** Somebody wants to know what is measured of a rate. */
export interface RateWatch {
  readonly probe: Probe
  readonly look: Omit<Look, 'windowHours'>
}

interface RateMargin {
  /** Both must be exceeded. */
  readonly size: number
  readonly significance: number
}

function rateMargin(baseline: RateBaseline, position: number, whole: number, sensitivity: RateSensitivity): RateMargin {
  const limits = RATE_WINDOWS[position]
  const usual = baseline.usual[position] ?? Number.NaN
  const spread = baseline.spreads[position] ?? Number.NaN
  if (limits === undefined) return { size: Number.NaN, significance: Number.NaN }
  const deviation = Math.max(spread, Math.sqrt((usual * (1 - usual)) / whole))
  const { worth } = sensitivity
  return {
    size: worth === undefined ? Math.max(limits.points, limits.multiple * usual) : leastRatio(worth, limits.hours, 0),
    significance: leastDeviations(sensitivity, limits.deviations) * deviation,
  }
}

/** The usual rate and what may be above it in an hour of an incident that is over. */
export function tolerableRate(
  baseline: RateBaseline,
  wholePerHour: number,
  sensitivity: RateSensitivity = {},
): { usual: number; slack: number } {
  const usual = baseline.usual[CLOSING_WINDOW] ?? Number.NaN
  const { hours } = RATE_WINDOWS[CLOSING_WINDOW]
  const { size, significance } = rateMargin(baseline, CLOSING_WINDOW, Math.max(1, wholePerHour * hours), sensitivity)
  return { usual, slack: 0.6 * Math.max(size, significance) }
}

function sumsOf(series: RatedSeries, hour: HourNumber, hours: number): { whole: number; part: number } {
  let whole = 0
  let part = 0
  for (let h = hour - hours + 1; h <= hour; h++) {
    if (series.rated[place(h)] !== 1) continue
    whole += series.whole(h)
    part += series.part(h)
  }
  return { whole, part }
}

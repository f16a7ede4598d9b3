import type { Problem } from '../../data/domain/outcome.ts'
import { isInvalid, OUTCOME_OF_PROBLEM } from '../../data/domain/outcome.ts'
import type { ChannelCounts } from './builds.ts'
import type { Alarm } from './detect-volume.ts'
import type { ChannelMemory, JudgeMemory, RateBaseline } from './memory.ts'
import { logTailBound, sortedQuantile } from './statistics.ts'
import { at, DAY_HOURS, type HourNumber, midnightOf, NOISE_HOURS, place } from './window.ts'

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
const LEAST_INVALID = 8
const LEAST_RECEIVED = 50
/** Clients that always fail come in clumps: the counts must be this unlikely although their mean may stray. */
const LOG_UNLIKELY = -18
const CLUMPING = 0.02
/** So many hours of past rates are needed to know the usual one. */
const LEAST_PAST_HOURS = 3 * DAY_HOURS

const BUILD_WINDOWS = [1, 2, 3] as const
const LEAST_BUILD_RECEIVED = 30
const BUILD_FACTOR = 4
const BUILD_POINTS = 0.1
/** One build's clients are few and alike, so that their failures clump much more than a channel's. */
const BUILD_CLUMPING = 0.3
const BUILD_LOG_UNLIKELY = -14

/** Whether submissions with `problem` are invalid by the time they are first counted. */
export function isInvalidProblem(problem: Problem): boolean {
  return isInvalid(OUTCOME_OF_PROBLEM[problem], problem, 0)
}

/** The usual invalid rates of today, from the four weeks before it outside incidents. Call before the noise is marked as learnt. */
export function updateRates(
  memory: JudgeMemory,
  channel: ChannelMemory,
  source: ChannelCounts,
  hour: HourNumber,
): void {
  if (memory.noiseOf === midnightOf(hour)) return
  const rates = new Map<string, RateBaseline>()
  rates.set('', learnRates(channel, source, source.counts.invalid, midnightOf(hour)))
  for (const [problem, values] of source.counts.problems) {
    if (isInvalidProblem(problem)) rates.set(problem, learnRates(channel, source, values, midnightOf(hour)))
  }
  channel.invalidRates = rates
}

function learnRates(
  channel: ChannelMemory,
  { counts, before }: ChannelCounts,
  invalid: Float64Array,
  midnight: HourNumber,
): RateBaseline {
  const start = midnight - NOISE_HOURS
  const received = new Float64Array(NOISE_HOURS + 1)
  const failed = new Float64Array(NOISE_HOURS + 1)
  const clean = new Int32Array(NOISE_HOURS + 1)
  for (let i = 0; i < NOISE_HOURS; i++) {
    const isClean = at(channel.clean, place(start + i))
    received[i + 1] = at(received, i) + isClean * at(counts.received, start + i - before)
    failed[i + 1] = at(failed, i) + isClean * at(invalid, start + i - before)
    clean[i + 1] = at(clean, i) + isClean
  }
  const rates = new Float64Array(NOISE_HOURS)
  const baselines = RATE_WINDOWS.map(({ hours }) => {
    let known = 0
    // Long windows overlap: every third part of one says as much as every hour.
    const step = Math.max(1, Math.floor(hours / 3))
    for (let i = hours; i <= NOISE_HOURS; i += step) {
      const all = at(received, i) - at(received, i - hours)
      if (at(clean, i) - at(clean, i - hours) < hours || all < LEAST_RECEIVED) continue
      rates[known++] = (at(failed, i) - at(failed, i - hours)) / all
    }
    if (known * step < LEAST_PAST_HOURS) return { usual: Number.NaN, spread: Number.NaN }
    const sorted = rates.subarray(0, known).sort()
    const usual = sortedQuantile(sorted, 0.5)
    for (let i = 0; i < known; i++) sorted[i] = Math.abs(at(sorted, i) - usual)
    const deviations = sorted.sort()
    const spread = Math.max(1.4826 * sortedQuantile(deviations, 0.5), sortedQuantile(deviations, 0.97) / 2.17)
    return { usual, spread }
  })
  return { usual: baselines.map(({ usual }) => usual), spreads: baselines.map(({ spread }) => spread) }
}

/**
 * Invalid submissions of one channel at `hour`: one alarm for each problem that rises; where none does by itself, one for all
 * together; where that doesn't either, one for the build whose submissions fail.
 */
export function detectInvalid(channel: ChannelMemory, source: ChannelCounts, hour: HourNumber): readonly Alarm[] {
  if (channel.rated[place(hour)] !== 1) return []
  const byProblem = [...channel.invalidRates].flatMap(([problem, baseline]) => {
    const values = problem === '' ? source.counts.invalid : source.counts.problems.get(problem as Problem)
    return values === undefined ? [] : (detectRate(channel, source, { problem, values, baseline }, hour) ?? [])
  })
  const ofProblems = byProblem.filter((alarm) => alarm.series.problem !== undefined)
  if (ofProblems.length > 0) return ofProblems.sort((a, b) => b.excess - a.excess)
  if (byProblem.length > 0) return byProblem
  const worst = detectBuilds(channel, source, hour)
  return worst === null ? [] : [worst]
}

interface RatedSeries {
  /** `''`: all problems together. */
  readonly problem: string
  readonly values: Float64Array
  readonly baseline: RateBaseline
}

function detectRate(
  channel: ChannelMemory,
  source: ChannelCounts,
  series: RatedSeries,
  hour: HourNumber,
): Alarm | null {
  for (const [position, { hours }] of RATE_WINDOWS.entries()) {
    const usual = series.baseline.usual[position] ?? Number.NaN
    const window = rateWindow(channel, source, series.values, hour, hours)
    if (Number.isNaN(usual) || window.invalid < LEAST_INVALID || window.received < LEAST_RECEIVED) continue
    const margin = rateMargin(series.baseline, position, window.received)
    const above = window.invalid / window.received - usual
    if (above <= margin) continue
    const foreseen = 1.3 * window.received * Math.max(usual, 0.2 / window.received)
    if (logTailBound(window.invalid, foreseen, CLUMPING) > LOG_UNLIKELY) continue
    const key = series.problem === '' ? {} : { problem: series.problem }
    return { kind: 'invalid', channel: channel.name, series: key, windowHours: hours, excess: above / margin }
  }
  return null
}

function rateMargin(baseline: RateBaseline, position: number, received: number): number {
  const limits = RATE_WINDOWS[position]
  const usual = baseline.usual[position] ?? Number.NaN
  const spread = baseline.spreads[position] ?? Number.NaN
  if (limits === undefined) return Number.NaN
  const deviation = Math.max(spread, Math.sqrt((usual * (1 - usual)) / received))
  return Math.max(limits.deviations * deviation, limits.points, limits.multiple * usual)
}

/** The usual invalid rate and what may be above it in an hour of an incident that is over. */
export function tolerableRate(baseline: RateBaseline, receivedPerHour: number): { usual: number; slack: number } {
  const usual = baseline.usual[CLOSING_WINDOW] ?? Number.NaN
  const { hours } = RATE_WINDOWS[CLOSING_WINDOW]
  return { usual, slack: 0.6 * rateMargin(baseline, CLOSING_WINDOW, Math.max(1, receivedPerHour * hours)) }
}

function rateWindow(
  channel: ChannelMemory,
  { counts, before }: ChannelCounts,
  values: Float64Array,
  hour: HourNumber,
  hours: number,
) {
  let received = 0
  let invalid = 0
  for (let h = hour - hours + 1; h <= hour; h++) {
    if (channel.rated[place(h)] !== 1) continue
    received += at(counts.received, h - before)
    invalid += at(values, h - before)
  }
  return { received, invalid }
}

/** A build whose submissions fail much more often than its channel's, and than its own did when it was older. */
function detectBuilds(channel: ChannelMemory, source: ChannelCounts, hour: HourNumber): Alarm | null {
  const usual = channel.invalidRates.get('')?.usual[0] ?? Number.NaN
  if (Number.isNaN(usual)) return null
  let worst: Alarm | null = null
  for (const build of channel.builds.firstSeen.keys()) {
    const own = source.counts.builds.get(build)
    if (own === undefined) continue
    for (const hours of BUILD_WINDOWS) {
      const { received, invalid } = buildRate(channel, own, source.before, hour, hours)
      if (received < LEAST_BUILD_RECEIVED || invalid <= (usual + BUILD_POINTS) * received) continue
      const past = buildRate(channel, own, source.before, hour - 2 * DAY_HOURS, 12 * DAY_HOURS)
      const base = Math.max(usual, past.received > 500 ? past.invalid / past.received : 0)
      const limit = Math.max(BUILD_FACTOR * base, base + BUILD_POINTS)
      if (invalid <= limit * received) continue
      if (logTailBound(invalid, 1.3 * received * base + 1, BUILD_CLUMPING) > BUILD_LOG_UNLIKELY) continue
      const excess = invalid / received / limit
      if (worst === null || excess > worst.excess) {
        worst = { kind: 'invalid', channel: channel.name, series: { buildId: build }, windowHours: hours, excess }
      }
    }
  }
  return worst
}

interface Failing {
  readonly received: Float64Array
  readonly invalid: Float64Array
}

function buildRate(channel: ChannelMemory, build: Failing, before: HourNumber, hour: HourNumber, hours: number) {
  let received = 0
  let invalid = 0
  for (let h = Math.max(before, hour - hours + 1); h <= hour; h++) {
    if (channel.rated[place(h)] !== 1) continue
    received += at(build.received, h - before)
    invalid += at(build.invalid, h - before)
  }
  return { received, invalid }
}

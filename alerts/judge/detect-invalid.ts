import type { Problem } from '../../data/domain/outcome.ts'
import { isInvalid, OUTCOME_OF_PROBLEM } from '../../data/domain/outcome.ts'
import type { ChannelCounts } from './builds.ts'
import type { Alarm } from './detect-volume.ts'
import type { ChannelMemory, JudgeMemory, RateBaseline } from './memory.ts'
import { type Probe, UNWATCHED } from './probe.ts'
import { learnRates, logClumpedTail, type RatedSeries, risenRate } from './rates.ts'
import { logUnlikely, ofInvalid } from './sensitivity.ts'
import { at, DAY_HOURS, type HourNumber, midnightOf, NOISE_HOURS, place } from './window.ts'

const BUILD_WINDOWS = [1, 2, 3] as const
const LEAST_BUILD_RECEIVED = 30
const BUILD_FACTOR = 4
const BUILD_POINTS = 0.1
/** One build's clients are few and alike, so that their failures clump much more than a channel's. */
const BUILD_CLUMPING = 0.15
const BUILD_LOG_UNLIKELY = -14

/** Whether submissions with `problem` are invalid by the time they are first counted. */
export function isInvalidProblem(problem: Problem): boolean {
  return isInvalid(OUTCOME_OF_PROBLEM[problem], problem, 0)
}

/** The usual invalid rates of today. Call before the noise is marked as learnt. */
export function updateRates(
  memory: JudgeMemory,
  channel: ChannelMemory,
  source: ChannelCounts,
  hour: HourNumber,
): void {
  const midnight = midnightOf(hour)
  if (memory.noiseOf === midnight) return
  const rates = new Map<string, RateBaseline>()
  rates.set('', learnRates(ratedSeries(channel, source, source.counts.invalid), midnight))
  for (const [problem, values] of source.counts.problems) {
    if (!isInvalidProblem(problem)) continue
    const clean = cleanOf(channel, problem, midnight)
    rates.set(problem, learnRates({ ...ratedSeries(channel, source, values), clean }, midnight))
  }
  channel.invalidRates = rates
}

/** Hours that teach what is usual of `problem`: incidents of other problems say nothing of it, and may last for weeks. */
function cleanOf({ clean, heard, invalidTroubles }: ChannelMemory, problem: Problem, midnight: HourNumber): Uint8Array {
  const own = invalidTroubles.filter((trouble) => trouble.problem === undefined || trouble.problem === problem)
  if (own.length === invalidTroubles.length) return clean
  const ring = heard.slice()
  for (let hour = midnight - NOISE_HOURS; hour < midnight; hour++) {
    if (own.some(({ from, to }) => from <= hour && hour < to)) ring[place(hour)] = 0
  }
  return ring
}

function ratedSeries(channel: ChannelMemory, { counts, before }: ChannelCounts, values: Float64Array): RatedSeries {
  return {
    rated: channel.rated,
    clean: channel.clean,
    whole: (hour) => at(counts.received, hour - before),
    part: (hour) => at(values, hour - before),
  }
}

/**
 * Invalid submissions of one channel at `hour`: one alarm for each problem that rises; where none does by itself, one for all
 * together; where that doesn't either, one for the build whose submissions fail.
 */
export function detectInvalid(
  channel: ChannelMemory,
  source: ChannelCounts,
  hour: HourNumber,
  probe?: Probe,
): readonly Alarm[] {
  if (channel.rated[place(hour)] !== 1) return []
  const byProblem = [...channel.invalidRates].flatMap(([problem, baseline]): Alarm[] => {
    const values = problem === '' ? source.counts.invalid : source.counts.problems.get(problem as Problem)
    if (values === undefined) return []
    const series = problem === '' ? {} : { problem }
    const watch = probe && { probe, look: { detector: 'invalid' as const, channel: channel.name, series } }
    const risen = risenRate(ratedSeries(channel, source, values), baseline, hour, ofInvalid(channel.sensitivity), watch)
    return risen === null ? [] : [{ kind: 'invalid', channel: channel.name, series, ...risen }]
  })
  const ofProblems = byProblem.filter((alarm) => alarm.series.problem !== undefined)
  const told = ofProblems.length > 0 ? ofProblems.sort((a, b) => b.excess - a.excess) : byProblem
  if (told.length > 0 && probe === undefined) return told
  const worst = detectBuilds(channel, source, hour, probe)
  if (told.length > 0) return told
  return worst === null ? [] : [worst]
}

/** A build whose submissions fail much more often than its channel's, and than its own did when it was older. */
function detectBuilds(
  channel: ChannelMemory,
  source: ChannelCounts,
  hour: HourNumber,
  probe: Probe | undefined,
): Alarm | null {
  const baseline = channel.invalidRates.get('')
  const usual = usualRate(channel)
  if (Number.isNaN(usual)) return null
  let worst: Alarm | null = null
  for (const build of channel.builds.firstSeen.keys()) {
    const own = source.counts.builds.get(build)
    if (own === undefined) continue
    for (const hours of BUILD_WINDOWS) {
      const found = lookAtBuild({ channel, source, build, own, usual, clump: baseline?.clump ?? 1 }, hour, hours, probe)
      if (found !== null && (worst === null || found.excess > worst.excess)) worst = found
    }
  }
  return worst
}

interface BuildLookedAt {
  readonly channel: ChannelMemory
  readonly source: ChannelCounts
  readonly build: string
  readonly own: Failing
  /** The channel's usual rate, and how many of what fails come together. */
  readonly usual: number
  readonly clump: number
}

function lookAtBuild(
  { channel, source, build, own, usual, clump }: BuildLookedAt,
  hour: HourNumber,
  hours: number,
  probe: Probe | undefined,
): Alarm | null {
  const { received, invalid } = buildRate(channel, own, source.before, hour, hours)
  // Hundreds of builds that nobody runs any more are no answer to anybody's question.
  const isAsked = received >= LEAST_BUILD_RECEIVED
  const look = { channel: channel.name, series: { buildId: build }, windowHours: hours }
  const trial = (isAsked ? probe?.begin({ detector: 'invalid_build', ...look }) : undefined) ?? UNWATCHED
  if (!trial.needs('submissions', isAsked, received, LEAST_BUILD_RECEIVED)) return null
  const above = invalid / received - usual
  if (!trial.needs('points', invalid > (usual + BUILD_POINTS) * received, above, BUILD_POINTS)) return null
  const past = buildRate(channel, own, source.before, hour - 2 * DAY_HOURS, 12 * DAY_HOURS)
  const base = Math.max(usual, past.received > 500 ? past.invalid / past.received : 0)
  const limit = Math.max(BUILD_FACTOR * base, base + BUILD_POINTS)
  if (!trial.needs('points', invalid > limit * received, invalid / received - base, limit - base)) return null
  const foreseen = 1.3 * received * base + 1
  const chance = logClumpedTail(invalid, foreseen, clump, BUILD_CLUMPING)
  const unlikely = logUnlikely(channel.sensitivity, BUILD_LOG_UNLIKELY)
  if (!trial.needs('chance', chance <= unlikely, chance, unlikely) || !trial.isMet) return null
  return { kind: 'invalid', ...look, excess: invalid / received / limit }
}

/** Of all problems together; where an incident of one has left nothing to learn that from, as the sum of the others. */
function usualRate({ invalidRates }: ChannelMemory): number {
  const whole = invalidRates.get('')?.usual[0] ?? Number.NaN
  if (!Number.isNaN(whole)) return whole
  const known = [...invalidRates.values()]
    .map(({ usual }) => usual[0] ?? Number.NaN)
    .filter((rate) => !Number.isNaN(rate))
  return known.length === 0 ? Number.NaN : known.reduce((sum, rate) => sum + rate, 0)
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

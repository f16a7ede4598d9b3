import type { Problem } from '../../data/domain/outcome.ts'
import { OUTCOME_OF_PROBLEM } from '../../data/domain/outcome.ts'
import type { Contribution, Explanation } from '../finding.ts'
import type { ChannelCounts } from '../judge/builds.ts'
import { isInvalidProblem } from '../judge/detect-invalid.ts'
import { at, type HourNumber, place, WEEK_HOURS } from '../judge/window.ts'
import { formatPercent } from '../sentence/format.ts'
import type { TroubleToExplain } from './explain-volume.ts'

const MOST_CARRIERS = 5
/** A build is blamed when so many of its submissions are invalid, and so many of them were seen. */
const BLAMED_RATIO = 0.5
const LEAST_INVALID = 8
const BUILDS_BEFORE_HOURS = 36
/** An attribute's value is new when the week before had less than this part of what the trouble has of it. */
const NEW_RATIO = 0.02
/** A new value is to blame when there are about as many of it as are invalid. */
const ALIKE = 0.6

/**
 * What is invalid since the trouble's start, on all its channels: which problem, from which build on, and which attribute value
 * came with it. All of `troubles` have the same series.
 */
export function explainInvalid(troubles: readonly TroubleToExplain[]): Explanation {
  const total = sumOver(troubles, ({ counts }) => counts.invalid)
  const received = sumOver(troubles, ({ counts }) => counts.received)
  const problems = new Set(
    troubles.flatMap(({ source }) => [...source.counts.problems.keys()]).filter(isInvalidProblem),
  )
  const byProblem = [...problems]
    .map((problem) => {
      const invalid = sumOver(troubles, ({ counts }) => counts.problems.get(problem))
      return { problem, ...contribution('problem', problem, received, invalid, total) }
    })
    .filter(({ seen }) => seen > 0)
    .sort((a, b) => b.seen - a.seen)
  const wanted = troubles[0]?.series.problem
  const worst = byProblem.find(({ problem }) => problem === wanted) ?? byProblem[0]
  if (worst === undefined) return { sentence: '', carriers: [] }
  const builds = invalidBuilds(troubles, worst.problem)
  const value = newAttributeValue(troubles, worst.seen)
  const first = builds[0]?.value
  const parts = [
    `${formatPercent(worst.shareRatio)} of what is invalid is ${worst.value}${first === undefined ? '' : `, from builds from ${first} on`}.`,
    value === null ? '' : `A new ${spokenAttribute(value.value)} came with ${first === undefined ? 'it' : 'them'}.`,
    OUTCOME_OF_PROBLEM[worst.problem] === 'quarantined'
      ? `Nothing is lost: what is ${worst.value} waits in quarantine.`
      : '',
  ]
  const carriers = [worst, ...(value === null ? [] : [value]), ...builds, ...byProblem.filter((own) => own !== worst)]
  return {
    sentence: parts.filter(Boolean).join(' '),
    carriers: carriers.slice(0, MOST_CARRIERS).map(withoutProblem),
    ...(first === undefined ? {} : { firstBuildId: first }),
  }
}

function withoutProblem({ dimension, value, expected, seen, shareRatio }: Contribution): Contribution {
  return { dimension, value, expected, seen, shareRatio }
}

/** Builds that fail with `problem`, the first seen first; none where the trouble isn't new builds'. */
function invalidBuilds(troubles: readonly TroubleToExplain[], problem: Problem): Contribution[] {
  const all = sumOver(troubles, ({ counts }) => counts.problems.get(problem))
  const start = Math.min(...troubles.map((trouble) => trouble.start))
  const firstSeen = new Map<string, HourNumber>()
  for (const { channel } of troubles) {
    for (const [build, seen] of channel.builds.firstSeen)
      firstSeen.set(build, Math.min(seen, firstSeen.get(build) ?? seen))
  }
  const failing = [...firstSeen]
    .flatMap(([build, seen]) => {
      const invalid = sumOver(troubles, ({ counts }) => counts.builds.get(build)?.problems.get(problem))
      const received = sumOver(troubles, ({ counts }) => counts.builds.get(build)?.received)
      return invalid < LEAST_INVALID || invalid < BLAMED_RATIO * received ? [] : [{ build, seen, invalid, received }]
    })
    .sort((a, b) => a.seen - b.seen || (a.build < b.build ? -1 : 1))
  const isNew = failing.every(({ seen }) => seen >= start - BUILDS_BEFORE_HOURS)
  return isNew
    ? failing.map(({ build, received, invalid }) => contribution('build', build, received, invalid, all))
    : []
}

/** An attribute's value that wasn't there before and comes about as often as something is invalid. */
function newAttributeValue(troubles: readonly TroubleToExplain[], invalid: number): Contribution | null {
  const pairs = new Map<string, { attribute: string; value: string }>()
  for (const { source } of troubles) {
    for (const [attribute, values] of source.counts.attributes) {
      for (const value of values.keys()) pairs.set(`${attribute}=${value}`, { attribute, value })
    }
  }
  const fresh = [...pairs].flatMap(([name, { attribute, value }]) => {
    const countsOf = ({ counts }: ChannelCounts) => counts.attributes.get(attribute)?.get(value)
    const seen = sumOver(troubles, countsOf)
    const isAlike = seen >= ALIKE * invalid && invalid >= ALIKE * seen
    if (!isAlike || weekBefore(troubles, countsOf) > NEW_RATIO * seen) return []
    return [contribution('attribute', name, seen, Math.min(seen, invalid), invalid)]
  })
  return fresh.sort((a, b) => b.seen - a.seen)[0] ?? null
}

type Pick = (source: ChannelCounts) => Float64Array | undefined

function sumOver(troubles: readonly TroubleToExplain[], pick: Pick): number {
  return troubles.reduce((total, trouble) => total + sum(pick(trouble.source), trouble, trouble.start, trouble.hour), 0)
}

function weekBefore(troubles: readonly TroubleToExplain[], pick: Pick): number {
  return troubles.reduce(
    (total, trouble) => total + sum(pick(trouble.source), trouble, trouble.start - WEEK_HOURS, trouble.start - 1),
    0,
  )
}

function sum(values: Float64Array | undefined, trouble: TroubleToExplain, from: HourNumber, to: HourNumber): number {
  if (values === undefined) return 0
  let total = 0
  for (let h = from; h <= to; h++)
    if (trouble.channel.rated[place(h)] === 1) total += at(values, h - trouble.source.before)
  return total
}

/** For invalid kinds `expected` is what was received, `seen` what was invalid of it. */
function contribution(
  dimension: Contribution['dimension'],
  value: string,
  received: number,
  invalid: number,
  all: number,
): Contribution {
  return { dimension, value, expected: received, seen: invalid, shareRatio: all > 0 ? Math.min(1, invalid / all) : 0 }
}

/** `revision_prefix=https://hg.example.org` → `revision prefix, https://hg.example.org,` */
function spokenAttribute(value: string): string {
  const equals = value.indexOf('=')
  return `${value.slice(0, equals).replaceAll('_', ' ')}, ${value.slice(equals + 1)},`
}

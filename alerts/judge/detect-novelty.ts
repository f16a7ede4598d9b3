import { OTHER, UNKNOWN } from '../../data/domain/dimensions.ts'
import type { Problem } from '../../data/domain/outcome.ts'
import type { ChannelCounts } from './builds.ts'
import type { Alarm } from './detect-volume.ts'
import type { ChannelMemory } from './memory.ts'
import { type Probe, UNWATCHED } from './probe.ts'
import { LEARNING_DAYS } from './verdict.ts'
import { at, DAY_HOURS, type HourNumber, JUDGE_WINDOW_HOURS, place, WEEK_HOURS } from './window.ts'

/** A value is seen from the hour in which it has more than this of its channel, and more than that at all: as builds are. */
const SEEN_RATIO = 0.002
const SEEN_SUBMISSIONS = 3
/** It spreads when in each of so many hours in a row it has this part of its channel, and this many in all: a laboratory's tests are fewer. */
const SPREAD_HOURS = 3
const SPREAD_RATIO = 0.01
const SPREAD_SUBMISSIONS = 60
/** What was seen longer ago isn't new, however long it took to spread. */
const NEW_FOR_HOURS = WEEK_HOURS
/** It is news for so long, then it is usual. */
export const NEWS_HOURS = DAY_HOURS
/** An attribute in which so many others came new in the weeks before has new values as a rule (versions of something). */
const USUAL_RENEWALS = 2
/** What is invalid beyond the usual and what has the value are of one kind when neither is less than this part of the other. */
const ALIKE = 0.6

export interface NoveltyContext {
  /** The channel's invalid submissions are told of already: then a value that carries them is named there. */
  readonly isInvalidTold: boolean
  readonly probe?: Probe | undefined
}

/**
 * Values of attributes that the channel never sent before, as far back as the judge looks, and that spread. What carries invalid
 * submissions is the cause of another incident, and no incident of its own.
 */
export function detectNovelty(
  channel: ChannelMemory,
  source: ChannelCounts,
  hour: HourNumber,
  { isInvalidTold, probe }: NoveltyContext,
): readonly Alarm[] {
  const alarms: Alarm[] = []
  for (const [attribute, values] of source.counts.attributes) {
    for (const [value, counts] of values) {
      if (value === OTHER || value === UNKNOWN || value === '') continue
      const sought = { channel, source, values, counts }
      const found = lookAtValue(sought, { attribute, value }, hour, probe)
      if (found === null) continue
      if (isInvalidTold && carriesInvalid(sought, found.start, hour)) probe?.passedOver(found, 'quicker')
      else alarms.push(found)
    }
  }
  return alarms.sort((a, b) => b.excess - a.excess)
}

interface SoughtValue {
  readonly channel: ChannelMemory
  readonly source: ChannelCounts
  /** All values of its attribute, */
  readonly values: ReadonlyMap<string, Float64Array>
  /** and its own. */
  readonly counts: Float64Array
}

function lookAtValue(
  sought: SoughtValue,
  series: { readonly attribute: string; readonly value: string },
  hour: HourNumber,
  probe: Probe | undefined,
): (Alarm & { readonly start: HourNumber }) | null {
  const { channel, source, counts } = sought
  if (isSeen(source, counts, hour - WEEK_HOURS - 1) || !isSeen(source, counts, hour)) return null
  const seenFrom = firstSeen(sought, hour - JUDGE_WINDOW_HOURS + 1, hour)
  if (seenFrom === null || hour - seenFrom > NEW_FOR_HOURS) return null
  const look = { detector: 'novelty' as const, channel: channel.name, series, windowHours: SPREAD_HOURS }
  const trial = probe?.begin(look) ?? UNWATCHED
  const { submissions, leastRatio } = spreadOf(sought, hour)
  if (!trial.needs('spread', leastRatio >= SPREAD_RATIO, leastRatio, SPREAD_RATIO)) return null
  if (!trial.needs('submissions', submissions >= SPREAD_SUBMISSIONS, submissions, SPREAD_SUBMISSIONS)) return null
  const days = knownDays(sought, hour - JUDGE_WINDOW_HOURS + 1, seenFrom)
  if (!trial.needs('reference_days', days >= LEARNING_DAYS, days, LEARNING_DAYS)) return null
  if (!trial.isMet || hour - spreadFrom(sought, seenFrom, hour) >= NEWS_HOURS) return null
  if (renewals(sought, seenFrom, hour) >= USUAL_RENEWALS) return null
  const { name } = channel
  const excess = leastRatio / SPREAD_RATIO
  return { kind: 'novelty', channel: name, series, windowHours: SPREAD_HOURS, excess, start: seenFrom }
}

function isSeen({ counts, before }: ChannelCounts, values: Float64Array, hour: HourNumber): boolean {
  const count = at(values, hour - before)
  return count > SEEN_SUBMISSIONS && count > SEEN_RATIO * at(counts.received, hour - before)
}

function firstSeen({ source, counts }: Pick<SoughtValue, 'source' | 'counts'>, from: HourNumber, to: HourNumber) {
  for (let h = Math.max(from, source.before); h <= to; h++) if (isSeen(source, counts, h)) return h
  return null
}

/** Over the hours that end with `hour`: all of its submissions, and the least part of the channel that it had; 0 where one isn't known. */
function spreadOf({ channel, source, counts }: Omit<SoughtValue, 'values'>, hour: HourNumber) {
  let submissions = 0
  let leastRatio = Number.POSITIVE_INFINITY
  for (let h = hour - SPREAD_HOURS + 1; h <= hour; h++) {
    const count = at(counts, h - source.before)
    const received = at(source.counts.received, h - source.before)
    submissions += count
    leastRatio = channel.rated[place(h)] === 1 && received > 0 ? Math.min(leastRatio, count / received) : 0
  }
  return { submissions, leastRatio }
}

function isSpreading(sought: Omit<SoughtValue, 'values'>, hour: HourNumber): boolean {
  const { submissions, leastRatio } = spreadOf(sought, hour)
  return leastRatio >= SPREAD_RATIO && submissions >= SPREAD_SUBMISSIONS
}

/** The first hour, from the one it was seen in, at whose end it had spread. */
function spreadFrom(sought: Omit<SoughtValue, 'values'>, seenFrom: HourNumber, hour: HourNumber): HourNumber {
  for (let h = seenFrom; h < hour; h++) if (isSpreading(sought, h)) return h
  return hour
}

/** Days in which the attribute was counted: while it wasn't, all of its values are new. */
function knownDays({ channel, source, values }: SoughtValue, from: HourNumber, to: HourNumber): number {
  let hours = 0
  for (let h = Math.max(from, source.before); h < to; h++) {
    if (channel.rated[place(h)] !== 1) continue
    for (const own of values.values()) {
      if (at(own, h - source.before) === 0) continue
      hours++
      break
    }
  }
  return hours / DAY_HOURS
}

/** Other values of the attribute that came new before this one, and spread. */
function renewals({ channel, source, values, counts }: SoughtValue, seenFrom: HourNumber, hour: HourNumber): number {
  const learntFrom = Math.max(hour - JUDGE_WINDOW_HOURS + 1, source.before) + LEARNING_DAYS * DAY_HOURS
  let renewed = 0
  for (const [value, own] of values) {
    if (own === counts || value === OTHER || value === UNKNOWN) continue
    const from = firstSeen({ source, counts: own }, hour - JUDGE_WINDOW_HOURS + 1, seenFrom - 1)
    if (from === null || from < learntFrom || from > seenFrom - DAY_HOURS) continue
    const spread = spreadFrom({ channel, source, counts: own }, from, seenFrom)
    if (spread < seenFrom) renewed++
  }
  return renewed
}

/** Whether what is invalid beyond the usual, of one problem or of all, comes about as often as the value. */
function carriesInvalid({ channel, source, counts }: SoughtValue, from: HourNumber, to: HourNumber): boolean {
  const sumOf = (values: Float64Array) => {
    let sum = 0
    for (let h = from; h <= to; h++) if (channel.rated[place(h)] === 1) sum += at(values, h - source.before)
    return sum
  }
  const ofValue = sumOf(counts)
  const received = sumOf(source.counts.received)
  return [...channel.invalidRates].some(([problem, { usual }]) => {
    const invalid = problem === '' ? source.counts.invalid : source.counts.problems.get(problem as Problem)
    const beyond = invalid === undefined ? 0 : sumOf(invalid) - (usual[0] || 0) * received
    return beyond >= ALIKE * ofValue && ofValue >= ALIKE * beyond
  })
}

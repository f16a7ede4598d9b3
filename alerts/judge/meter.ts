import type { BuildHistory } from '../../data/counts/history.ts'
import type { DiscardCause } from '../../data/domain/discard.ts'
import type { Problem } from '../../data/domain/outcome.ts'
import type { SeriesKey } from '../finding.ts'
import type { ChannelNumbers, IncidentGroup } from '../incident.ts'
import type { ChannelCounts } from './builds.ts'
import { discardedAt, discardedNumbers, offeredAt } from './detect-discarded.ts'
import { toleratedLoss } from './detect-volume.ts'
import { bandAround, expectedCount, usualCount } from './expectation.ts'
import { holidayLoss } from './holidays.ts'
import type { ChannelMemory, RateBaseline, SeriesMemory } from './memory.ts'
import { tolerableRate } from './rates.ts'
import { ofDiscarded, ofInvalid } from './sensitivity.ts'
import { at, DAY_HOURS, type HourNumber, place } from './window.ts'

/** What one hour of one series adds to a trouble. */
export interface Reading {
  /** Submissions expected (volume), received (invalid), or offered (discarded). */
  readonly base: number
  /** Submissions seen, or invalid or discarded ones. */
  readonly part: number
  /** Submissions missing, too many (surge), or invalid or discarded beyond the usual; negative where it went the other way. */
  readonly lost: number
  /** Losing less than this would be no trouble. */
  readonly slack: number
}

/** Measures a trouble of one channel hour by hour. */
export interface Meter {
  readonly channel: ChannelMemory
  /** null: the hour isn't known, or nothing was expected of it. */
  readonly read: (hour: HourNumber) => Reading | null
  readonly numbers: (hour: HourNumber) => ChannelNumbers
}

/** A loss below this part of what was expected is no trouble any more, however exactly it is known. */
const LEAST_LOSS = 0.045

/** A new value that has less of its channel than this has gone again. */
const LEAST_NOVEL = 0.003

export interface Measured {
  readonly group: IncidentGroup
  readonly series: SeriesKey
  /** All channels are in trouble together: then what they do together is the trouble, and nothing to be expected. */
  readonly isEverywhere: boolean
  /** What is expected is at the level before this hour: of a trouble that isn't an incident yet, and has taught its level. */
  readonly levelBefore?: HourNumber
}

/** The meter for what `series` names on one channel. */
export function meterOf(channel: ChannelMemory, source: ChannelCounts, measured: Measured): Meter {
  const { group, series } = measured
  if (group === 'invalid') return rateMeter(channel, source, series)
  if (group === 'novelty') return noveltyMeter(channel, source, series)
  if (group === 'discarded') return discardMeter(channel, source, series.cause ?? 'body')
  const [all] = channel.series
  const reason = channel.series.find((own) => own.reason === series.reason && series.reason !== undefined)
  if (all === undefined) throw new Error(`channel ${channel.name} has no series`)
  const since = series.buildId === undefined ? undefined : channel.builds.firstSeen.get(series.buildId)
  if (reason !== undefined && since !== undefined) return youngMeter(channel, source, { all, reason, since })
  return volumeMeter(channel, source, reason ?? all, measured)
}

function volumeMeter(
  channel: ChannelMemory,
  source: ChannelCounts,
  series: SeriesMemory,
  { group, isEverywhere, levelBefore }: Measured,
): Meter {
  const sign = group === 'surge' ? -1 : 1
  const slack = Math.max(LEAST_LOSS, 0.6 * (1 - Math.exp(-toleratedLoss(channel, series, DAY_HOURS))))
  const seenAt = (hour: HourNumber) => at(series.counts, place(hour))
  const expectedAt = (hour: HourNumber) =>
    isEverywhere ? usualCount(series, hour, hour) : expectedCount(series, hour, levelBefore)
  return {
    channel,
    read: (hour) => {
      const expected = expectedAt(hour)
      if (channel.known[place(hour)] !== 1 || !(expected > 0)) return null
      const seen = seenAt(hour)
      return {
        base: expected,
        part: seen,
        lost: sign * (expected - seen),
        slack: (slack + holidayLoss(channel.holidays, hour)) * expected,
      }
    },
    numbers: (hour) => {
      const mid = expectedAt(hour) || 0
      return { ...numbersOf(channel, source, hour), seen: Math.round(seenAt(hour)), mid, ...bandAround(series, mid, 0) }
    },
  }
}

/** One reason among the builds from one on: the other reasons of the same builds say how much of it there should be. */
function youngMeter(
  channel: ChannelMemory,
  source: ChannelCounts,
  { all, reason, since }: { all: SeriesMemory; reason: SeriesMemory; since: HourNumber },
): Meter {
  const builds = [...channel.builds.firstSeen].flatMap(([build, seen]) =>
    seen >= since ? (source.counts.builds.get(build) ?? []) : [],
  )
  const count = (hour: HourNumber) => {
    const share = Math.min(0.95, expectedCount(reason, hour) / expectedCount(all, hour))
    const { expected, seen } = reasonWithin(builds, reason.reason, share, hour - source.before)
    return { expected, seen }
  }
  return {
    channel,
    read: (hour) => {
      const { expected, seen } = count(hour)
      if (channel.known[place(hour)] !== 1 || !(expected >= 0)) return null
      return { base: expected, part: seen, lost: expected - seen, slack: 0.15 * expected }
    },
    numbers: (hour) => {
      const { expected, seen } = count(hour)
      return { ...numbersOf(channel, source, hour), seen, mid: expected || 0, ...bandAround(reason, expected || 0, 0) }
    },
  }
}

/** What `builds` should send of `reason` when it has `share` of all, told from what else they send; and what they do send. */
export function reasonWithin(builds: readonly BuildHistory[], reason: string, share: number, index: number) {
  let seen = 0
  let others = 0
  for (const build of builds) {
    const own = at(build.reasons.get(reason) ?? NOTHING, index)
    seen += own
    others += at(build.received, index) - own
  }
  return { seen, expected: (others * share) / (1 - share) }
}

const NOTHING = new Float64Array(0)
const UNKNOWN_RATES: RateBaseline = { usual: [], spreads: [], clump: 1 }

function rateMeter(channel: ChannelMemory, source: ChannelCounts, series: SeriesKey): Meter {
  const { counts, before } = source
  const build = series.buildId === undefined ? undefined : counts.builds.get(series.buildId)
  const received = build?.received ?? counts.received
  const invalid = invalidOf(series, source)
  const baseline = channel.invalidRates.get(series.problem ?? '') ?? UNKNOWN_RATES
  const [all] = channel.series
  return {
    channel,
    read: (hour) => {
      const index = hour - before
      const base = at(received, index)
      const part = at(invalid, index)
      const { usual, slack } = tolerableRate(baseline, base, ofInvalid(channel.sensitivity))
      if (channel.rated[place(hour)] !== 1 || Number.isNaN(usual)) return null
      return { base, part, lost: part - usual * base, slack: slack * base }
    },
    numbers: (hour) => {
      const base = at(received, hour - before)
      const mid = all === undefined ? 0 : expectedCount(all, hour) || 0
      const band = all === undefined ? { low: 0, high: 0 } : bandAround(all, mid, 0)
      const invalidRatio = base > 0 ? at(invalid, hour - before) / base : 0
      return { ...numbersOf(channel, source, hour), mid, ...band, invalidRatio }
    },
  }
}

/** How much of what is received has the new value: all of it is more than there ever was. */
function noveltyMeter(channel: ChannelMemory, source: ChannelCounts, { attribute = '', value = '' }: SeriesKey): Meter {
  const { counts, before } = source
  const novel = counts.attributes.get(attribute)?.get(value) ?? NOTHING
  return {
    channel,
    read: (hour) => {
      if (channel.rated[place(hour)] !== 1) return null
      const base = at(counts.received, hour - before)
      const part = at(novel, hour - before)
      return { base, part, lost: part, slack: LEAST_NOVEL * base }
    },
    numbers: (hour) => ({ ...numbersOf(channel, source, hour), seen: at(novel, hour - before) }),
  }
}

function discardMeter(channel: ChannelMemory, source: ChannelCounts, cause: DiscardCause): Meter {
  const baseline = channel.discardRates.get(cause) ?? UNKNOWN_RATES
  const [all] = channel.series
  return {
    channel,
    read: (hour) => {
      const base = offeredAt(source, hour)
      const part = discardedAt(source, cause, hour)
      const { usual, slack } = tolerableRate(baseline, base, ofDiscarded(channel.sensitivity))
      if (channel.discardRated[place(hour)] !== 1 || Number.isNaN(usual)) return null
      return { base, part, lost: part - usual * base, slack: slack * base }
    },
    numbers: (hour) => {
      const mid = all === undefined ? 0 : expectedCount(all, hour) || 0
      const band = all === undefined ? { low: 0, high: 0 } : bandAround(all, mid, 0)
      const discarded = discardedNumbers(source, cause, hour)
      return { ...numbersOf(channel, source, hour), mid, ...band, discarded }
    },
  }
}

function invalidOf(series: SeriesKey, { counts }: ChannelCounts): Float64Array {
  const build = series.buildId === undefined ? undefined : counts.builds.get(series.buildId)
  if (build !== undefined) return build.invalid
  if (series.problem === undefined) return counts.invalid
  return counts.problems.get(series.problem as Problem) ?? NOTHING
}

function numbersOf(channel: ChannelMemory, { counts, before }: ChannelCounts, hour: HourNumber): ChannelNumbers {
  const seen = at(counts.received, hour - before)
  const invalidRatio = seen > 0 ? at(counts.invalid, hour - before) / seen : 0
  return { channel: channel.name, seen, low: 0, mid: 0, high: 0, invalidRatio }
}

export interface Totals {
  readonly base: number
  readonly part: number
  readonly lost: number
  /** The most lost in one hour. */
  readonly peak: number
}

/** Over the known hours from `from` up to and with `to`. */
export function totalsOf(meter: Meter, from: HourNumber, to: HourNumber): Totals {
  const totals = { base: 0, part: 0, lost: 0, peak: 0 }
  for (let hour = from; hour <= to; hour++) {
    const reading = meter.read(hour)
    if (reading === null) continue
    totals.base += reading.base
    totals.part += reading.part
    totals.lost += reading.lost
    totals.peak = Math.max(totals.peak, reading.lost)
  }
  return totals
}

/**
 * The hour after the last that belongs to the trouble that began with `start`: up to it, more was lost than could be borne;
 * from it on, less. `hour + 1` where it goes on.
 */
export function estimateEnd(meter: Meter, start: HourNumber, hour: HourNumber): HourNumber {
  let end = start
  let most = 0
  let total = 0
  for (let h = start; h <= hour; h++) {
    const reading = meter.read(h)
    if (reading === null) continue
    // What was lost at first may have been bearable: a slow decline.
    total = Math.max(0, total + reading.lost - reading.slack)
    if (total > most) {
      most = total
      end = h + 1
    }
  }
  return end
}

/** When a rise of a rate that shows over `windowHours` began, looking back at most two days. */
export function estimateRise(meter: Meter, windowHours: number, hour: HourNumber): HourNumber {
  const window = totalsOf(meter, hour - windowHours + 1, hour)
  const slack = window.lost / Math.max(1, window.base) / 2
  let start = hour
  let most = Number.NEGATIVE_INFINITY
  let total = 0
  for (let h = hour; h > hour - 2 * DAY_HOURS; h--) {
    const reading = meter.read(h)
    if (reading === null) continue
    total += reading.lost - slack * reading.base
    if (total > most) {
      most = total
      start = h
    }
  }
  return start
}

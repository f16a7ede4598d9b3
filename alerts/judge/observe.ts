import type { ChannelHistory, History } from '../../data/counts/history.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import type { Incident, IncidentGroup } from '../incident.ts'
import { holidayLoss, holidaysOfChannel } from './holidays.ts'
import { type ChannelMemory, createChannelMemory, type JudgeMemory, type SeriesMemory } from './memory.ts'
import type { JudgeInput } from './verdict.ts'
import {
  at,
  DAY_HOURS,
  type HourNumber,
  JUDGE_WINDOW_HOURS,
  midnightOf,
  place,
  toHourNumber,
  WEEK_HOURS,
} from './window.ts'

/** An hour that was listened to for less than this can't be judged: it is left out, and told as part of a gap. */
export const LEAST_COVERAGE = 0.5
/** A reason is a series of its own where it is at least this much of its channel. */
const LEAST_REASON_SHARE = 0.05
/** Hours at the beginning of the window without a single submission: the channel hadn't begun, rather than been silent. */
const LONGEST_LEADING_SILENCE = WEEK_HOURS

/**
 * Brings the rings of `memory` up to `hour` and forgets all that was learnt from hours that have changed since: late
 * counts, hours that an incident now covers, or no longer does, another level accepted.
 */
export function observe(
  memory: JudgeMemory,
  history: History,
  hour: HourNumber,
  incidents: readonly Incident[],
  { holidays = [], isHistoryFinal = false }: Pick<JudgeInput, 'holidays' | 'isHistoryFinal'> = {},
): void {
  const isNext = memory.newest !== null && hour >= memory.newest && hour - memory.newest < JUDGE_WINDOW_HOURS
  // Of what was read for the hour before, only what follows from incidents can have changed.
  const isRead = isHistoryFinal && isNext && memory.observed === history
  const isSameDay = memory.newest !== null && midnightOf(memory.newest) === midnightOf(hour)
  const channels = isRead && isSameDay ? memory.channels : channelsOf(memory, history, hour)
  const isSame = isNext && channels === memory.channels
  memory.channels = channels
  const from = hour - JUDGE_WINDOW_HOURS + 1
  const learntTo = isSame ? (memory.newest ?? from - 1) : from - 1
  const before = toHourNumber(history.start)
  const next = learntTo + 1
  let firstChange = fillCoverage(memory, history, { before, from: isRead ? next : from, hour, learntTo })
  for (const channel of channels) {
    const counts = history.channels.get(channel.name)
    if (counts === undefined) continue
    channel.holidays = holidaysOfChannel(holidays, channel.name, hour)
    const isReachedBy = incidents.filter((incident) => concerns(incident, channel.name))
    if (memory.observed !== history) forgetOtherBuilds(channel, counts)
    const startsAt = beginningOf(counts, { before, from, hour })
    const filledBy = isHistoryFinal ? textOf(isReachedBy, channel, startsAt === from ? null : startsAt) : ''
    const fillFrom = isRead && channel.filledBy === filledBy ? next : from
    channel.filledBy = filledBy
    const filling = {
      memory,
      channel,
      counts,
      incidents: isReachedBy,
      startsAt,
      before,
      from: fillFrom,
      hour,
      learntTo,
    }
    firstChange = Math.min(firstChange, fillChannel(filling))
  }
  memory.newest = hour
  memory.observed = history
  if (!isSame) forgetAll(memory)
  else if (firstChange <= learntTo) forgetFrom(memory, firstChange)
}

/** All that the marks of a channel's hours follow from, besides its counts. */
function textOf(incidents: readonly Incident[], { holidays }: ChannelMemory, begun: HourNumber | null): string {
  if (incidents.length === 0 && holidays.length === 0) return `${begun}`
  const facts = incidents.map(({ group, series, state, start, end, acceptedLevel }) => [
    group,
    series.problem,
    state === 'withdrawn',
    start,
    end,
    acceptedLevel,
  ])
  return JSON.stringify([begun, facts, holidays])
}

/** Which builds have counts of their own depends on the window: in another one others may have been seen earlier. */
function forgetOtherBuilds({ builds }: ChannelMemory, counts: ChannelHistory): void {
  const names = [...counts.builds.keys()].sort().join()
  if (builds.names === names) return
  builds.names = names
  builds.firstSeen.clear()
  builds.validTo = null
}

function forgetAll(memory: JudgeMemory): void {
  memory.residualsTo = null
  memory.seasonsOf = null
  memory.noiseOf = null
  for (const { builds } of memory.channels) {
    builds.firstSeen.clear()
    builds.validTo = null
  }
}

function forgetFrom(memory: JudgeMemory, hour: HourNumber): void {
  if (memory.residualsTo !== null) memory.residualsTo = Math.min(memory.residualsTo, hour - 1)
  if (memory.seasonsOf !== null && hour < memory.seasonsOf + DAY_HOURS) memory.seasonsOf = null
  if (memory.noiseOf !== null && hour < memory.noiseOf) memory.noiseOf = null
  for (const { builds } of memory.channels) {
    if (builds.validTo !== null) builds.validTo = Math.min(builds.validTo, hour - 1)
    for (const [build, seen] of builds.firstSeen) if (seen >= hour) builds.firstSeen.delete(build)
  }
}

/** The channels and their series; the very same array where nothing has changed. */
function channelsOf(memory: JudgeMemory, history: History, hour: HourNumber): readonly ChannelMemory[] {
  const wanted = [...history.channels]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, counts]) => ({
      name,
      reasons: reasonsOf(counts, history, hour),
    }))
  const isSame =
    wanted.length === memory.channels.length &&
    wanted.every(({ name, reasons }, index) => {
      const channel = memory.channels[index]
      const had = channel?.series.slice(1).map((series) => series.reason)
      return channel?.name === name && had?.join('\n') === reasons.join('\n')
    })
  return isSame ? memory.channels : wanted.map(({ name, reasons }) => createChannelMemory(name, reasons))
}

/** Decided by whole days, so that it changes at midnight only. */
function reasonsOf(counts: ChannelHistory, history: History, hour: HourNumber): readonly string[] {
  const start = toHourNumber(history.start)
  const midnight = midnightOf(hour)
  const from = Math.max(0, midnight - JUDGE_WINDOW_HOURS + 48 - start)
  const to = Math.min(history.hours, midnight - start)
  const total = sum(counts.received, from, to)
  return [...counts.reasons]
    .filter(([, values]) => sum(values, from, to) > LEAST_REASON_SHARE * total)
    .map(([reason]) => reason)
    .sort()
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0
  for (let index = from; index < to; index++) total += at(values, index)
  return total
}

function fillCoverage(
  memory: JudgeMemory,
  history: History,
  { before, from, hour: to, learntTo }: Pick<ChannelToFill, 'before' | 'from' | 'hour' | 'learntTo'>,
): HourNumber {
  let firstChange = Number.POSITIVE_INFINITY
  for (let hour = from; hour <= to; hour++) {
    const index = hour - before
    const covered = index >= 0 && index < history.hours ? at(history.coverage, index) : 0
    const slot = place(hour)
    if (hour <= learntTo && memory.coverage[slot] !== covered) firstChange = Math.min(firstChange, hour)
    memory.coverage[slot] = covered
  }
  return firstChange
}

interface ChannelToFill {
  readonly memory: JudgeMemory
  readonly channel: ChannelMemory
  readonly counts: ChannelHistory
  /** Those of this channel. */
  readonly incidents: readonly Incident[]
  /** What is before isn't silence: the channel hadn't begun. */
  readonly startsAt: HourNumber
  /** Hour of index 0 of the history. */
  readonly before: HourNumber
  /** The first hour to fill; earlier ones are as they were. */
  readonly from: HourNumber
  readonly hour: HourNumber
  readonly learntTo: HourNumber
}

function fillChannel(filling: ChannelToFill): HourNumber {
  const { memory, channel, counts, incidents, startsAt, before, from, hour, learntTo } = filling
  const troubled = stretches(incidents, ['volume', 'surge'])
  // Of a channel that lost a part of itself in most weeks at the same hour, that is its week. Nobody should get used to an outage.
  const lost = stretches(
    incidents.filter(({ kind }) => kind === 'outage'),
    ['volume'],
  )
  const invalid = stretches(incidents, ['invalid'])
  const discarded = stretches(incidents, ['discarded'])
  let firstChange = changedFrom(channel.invalidTroubles, invalid)
  channel.invalidTroubles = invalid
  for (let h = from; h <= hour; h++) {
    const slot = place(h)
    const isHeard = at(memory.coverage, slot) >= LEAST_COVERAGE && h >= startsAt
    const volume = isHeard ? teachingOf(troubled, h) : UNHEARD
    const rate = isHeard ? teachingOf(invalid, h) : UNHEARD
    const discard = isHeard ? teachingOf(discarded, h) : UNHEARD
    const isHoliday = channel.holidays.length > 0 && holidayLoss(channel.holidays, h) > 0
    const index = h - before
    // Whatever is counted late is received late: other counts needn't be compared, nor builds and attributes.
    const digest = isHeard
      ? at(counts.received, index) +
        1.618 * at(counts.invalid, index) +
        Math.SQRT2 * discardedAt(counts, index) +
        volume / 8 +
        rate / 64 +
        discard / 512 +
        (isHoliday ? 1 / 4096 : 0)
      : -1
    if (h <= learntTo && channel.digest[slot] !== digest) firstChange = Math.min(firstChange, h)
    channel.digest[slot] = digest
    // An incident that is over is left out of every window, or a day's window would find it again for a day.
    channel.known[slot] = volume === TEACHES || volume === TROUBLED ? 1 : 0
    channel.good[slot] = volume === TEACHES ? 1 : 0
    channel.teaches[slot] = volume === TEACHES && !isHoliday ? 1 : 0
    // The season passes over what is odd in one week. Were such hours left out for ever, a season that changed would be told each week.
    channel.seasonal[slot] = isHeard && teachingOf(lost, h) === TEACHES && volume !== TROUBLED ? 1 : 0
    channel.rated[slot] = rate === TEACHES || rate === TROUBLED ? 1 : 0
    channel.heard[slot] = isHeard ? 1 : 0
    channel.clean[slot] = rate === TEACHES ? 1 : 0
    channel.discardRated[slot] = discard === TEACHES || discard === TROUBLED ? 1 : 0
    channel.discardClean[slot] = discard === TEACHES ? 1 : 0
  }
  for (const series of channel.series) {
    const source = series.reason === '' ? counts.received : counts.reasons.get(series.reason)
    if (source !== undefined) firstChange = Math.min(firstChange, fillSeries(filling, series, source))
  }
  return firstChange
}

/** The first hour of those troubles that weren't known, or aren't any more: an incident may learn later which problem it is about. */
function changedFrom(known: readonly Stretch[], now: readonly Stretch[]): HourNumber {
  if (known.length === 0 && now.length === 0) return Number.POSITIVE_INFINITY
  const keyOf = ({ problem, from, to }: Stretch) => `${problem} ${from} ${to}`
  const [before, after] = [new Set(known.map(keyOf)), new Set(now.map(keyOf))]
  const changed = [
    ...known.filter((trouble) => !after.has(keyOf(trouble))),
    ...now.filter((trouble) => !before.has(keyOf(trouble))),
  ]
  return Math.min(Number.POSITIVE_INFINITY, ...changed.map(({ from }) => from))
}

function fillSeries(filling: ChannelToFill, series: SeriesMemory, source: Float64Array): HourNumber {
  const { memory, channel, incidents, before, from, hour, learntTo } = filling
  const levels = levelChanges(incidents, channel.name, series.reason)
  series.acceptedLoss = Math.max(0, -Math.log(levelAt(levels, hour - JUDGE_WINDOW_HOURS + 1)))
  let firstChange = Number.POSITIVE_INFINITY
  for (let h = from; h <= hour; h++) {
    const slot = place(h)
    const covered = at(memory.coverage, slot)
    const count = covered >= LEAST_COVERAGE ? (at(source, h - before) / covered) * levelAt(levels, h) : 0
    if (h <= learntTo && series.counts[slot] !== count) firstChange = Math.min(firstChange, h)
    series.counts[slot] = count
  }
  return firstChange
}

/** What an hour is good for: nothing; nothing, as its trouble is over; to be judged; to be judged and learnt from. */
const UNHEARD = 0
const PAST_TROUBLE = 1
const TROUBLED = 2
const TEACHES = 3

function teachingOf(troubles: readonly Stretch[], hour: HourNumber): number {
  let teaching = TEACHES
  for (const { from, to } of troubles) {
    if (from <= hour && hour < to) teaching = Math.min(teaching, Number.isFinite(to) ? PAST_TROUBLE : TROUBLED)
  }
  return teaching
}

/** Where the channel begins within the window from `from` on; a short silence before its first submission is part of it. */
function beginningOf(
  counts: ChannelHistory,
  { before, from, hour }: Pick<ChannelToFill, 'before' | 'from' | 'hour'>,
): HourNumber {
  const begun = firstOffered(counts, Math.max(0, from - before), hour - before) + before
  return begun - from > LONGEST_LEADING_SILENCE ? begun : from
}

/** The channel begins with the first submission that is received, or discarded. */
function firstOffered(counts: ChannelHistory, from: number, to: number): number {
  for (let index = from; index <= to; index++) {
    if (at(counts.received, index) > 0 || discardedAt(counts, index) > 0) return index
  }
  return to + 1
}

function discardedAt({ discarded }: ChannelHistory, index: number): number {
  let total = 0
  for (const { submissions } of discarded.values()) total += at(submissions, index)
  return total
}

/** Whether `incident` speaks of `channel`. */
export function concerns(incident: Incident, channel: string): boolean {
  return incident.channels.includes(channel) || incident.channels.includes('*')
}

/** Whole hours; the hours that hold its start and its end are both in it. */
interface Stretch {
  readonly from: HourNumber
  /** The first hour after it. */
  readonly to: HourNumber
  readonly problem: string | undefined
}

function stretches(incidents: readonly Incident[], groups: readonly IncidentGroup[]): readonly Stretch[] {
  return incidents
    .filter((incident) => groups.includes(incident.group) && incident.state !== 'withdrawn')
    .map((incident) => ({
      from: toHourNumber(incident.start),
      to: teachesFrom(incident),
      problem: incident.series.problem,
    }))
}

/** What was accepted as the new level is there from then on; what is over, from its end. */
function teachesFrom({ acceptedLevel, end }: Incident): HourNumber {
  if (acceptedLevel !== null) return toHourNumber(acceptedLevel.from)
  return end === null ? Number.POSITIVE_INFINITY : Math.ceil(end / HOUR_MS)
}

interface LevelChange {
  readonly from: HourNumber
  readonly ratio: number
}

function levelChanges(incidents: readonly Incident[], channel: string, reason: string): readonly LevelChange[] {
  return incidents.flatMap(({ acceptedLevel }) => {
    if (acceptedLevel === null) return []
    const own = acceptedLevel.ratios.find((ratio) => ratio.channel === channel && ratio.series === reason)
    const whole = acceptedLevel.ratios.find((ratio) => ratio.channel === channel && ratio.series === '')
    const ratio = own?.ratio ?? whole?.ratio
    return ratio === undefined ? [] : [{ from: toHourNumber(acceptedLevel.from), ratio }]
  })
}

function levelAt(changes: readonly LevelChange[], hour: HourNumber): number {
  let scale = 1
  for (const { from, ratio } of changes) if (hour < from) scale *= ratio
  return scale
}

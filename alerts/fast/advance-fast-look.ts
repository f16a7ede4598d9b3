import { type EpochMs, HOUR_MS, MINUTE_MS, startOfHour } from '../../data/domain/time.ts'
import type { ChannelNumbers, Expectation, Finding, IncidentNumbers } from '../finding.ts'
import type { FastLook, Incident, IncidentEvent } from '../incident.ts'
import { afterFinding } from '../incidents/after-finding.ts'
import type { Change } from '../incidents/change.ts'
import { isActive } from '../incidents/same-cause.ts'
import type { SensitivityOf } from '../judge/sensitivity.ts'
import { formatClock, formatCount } from '../sentence/format.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import { type ChannelMinutes, type Stretch, stretchOf, sumMinutes } from './channel-minutes.ts'
import { backSince, detectSilence, LEAST_PER_HOUR, minuteAt, type Silence } from './detect-silence.ts'
import { expectedMinutes } from './expected-minutes.ts'

/** What a look at the minutes goes by. */
export interface FastLookInput {
  /** The last two days, up to the minute that is looked at; everything up to it is counted. */
  readonly counts: {
    readonly start: EpochMs
    readonly minutes: number
    readonly coverage: readonly number[]
    readonly received: ReadonlyMap<string, Float64Array>
  }
  /** Of the hours of these minutes, one before and one after: as judged, and of what isn't judged yet as foretold. */
  readonly expectations: readonly Expectation[]
  readonly incidents: readonly Incident[]
  /** Whether the judge has learnt enough to speak of the channel's volume. */
  readonly isLearnt: (channel: string) => boolean
  /** What people want to be told of each channel; absent: what the judge itself holds for worth telling. */
  readonly sensitivity?: SensitivityOf | undefined
  /** The number of the next incident to be opened. */
  readonly nextId: number
}

export interface FastLookResult {
  readonly changed: readonly Incident[]
  readonly events: readonly IncidentEvent[]
}

/** Of what was expected in the silence that was told, so much turns out to have come: late counts arrived. */
const NOT_SILENT_RATIO = 0.25

/**
 * What a look at the last minutes makes of the incidents, between two judged hours: large channels that have stopped open one, or
 * bring one back; one that was told so is followed until an hour as a whole shows it (`afterFinding`) or doesn't (`afterMinutes`).
 * Looking again at the same minutes changes nothing twice.
 */
export function advanceFastLook(input: FastLookInput): FastLookResult {
  const to = input.counts.start + input.counts.minutes * MINUTE_MS
  const views = viewsOf(input)
  const working = new Map(input.incidents.map((incident) => [incident.id, incident]))
  const changed = new Set<number>()
  const events: IncidentEvent[] = []
  let { nextId } = input
  const apply = (change: Change | null) => {
    if (change === null) return
    working.set(change.incident.id, change.incident)
    changed.add(change.incident.id)
    if (change.told !== undefined) events.push({ incident: change.incident.id, at: to, ...change.told })
  }
  for (const incident of input.incidents) apply(followed(incident, views, to))
  for (const view of views.values()) {
    const { channel } = view.minutes
    if (!input.isLearnt(channel)) continue
    const silence = detectSilence(view.minutes, { worth: input.sensitivity?.(channel).loss })
    if (silence === null) continue
    const change = told([...working.values()], findingOf(view, silence, to), nextId)
    if (change?.incident.id === nextId) nextId++
    apply(change)
  }
  return { changed: [...changed].sort((a, b) => a - b).flatMap((id) => working.get(id) ?? []), events }
}

/** The minutes of one channel, and how wide the band of its newest hour is. */
interface ChannelView {
  readonly minutes: ChannelMinutes
  readonly band: Expectation | undefined
}

/** Of channels that may be large enough. */
function viewsOf({ counts, expectations, incidents }: FastLookInput): ReadonlyMap<string, ChannelView> {
  const { start, minutes, coverage, received } = counts
  const lastHour = startOfHour(start + minutes * MINUTE_MS - 1)
  const near = incidents.filter(({ end }) => end === null || end >= start)
  const views = new Map<string, ChannelView>()
  for (const [channel, own] of byChannel(expectations)) {
    if (own.every(({ mid }) => mid < LEAST_PER_HOUR)) continue
    const sums = sumMinutes(channel, {
      start,
      coverage,
      received: received.get(channel),
      expected: expectedMinutes(own, start, minutes),
      isTroubled: troubledMinutes(near, channel),
    })
    views.set(channel, { minutes: sums, band: own.find(({ hour }) => hour === lastHour) })
  }
  return views
}

/** By name. */
function byChannel(expectations: readonly Expectation[]): readonly (readonly [string, readonly Expectation[]])[] {
  const groups = new Map<string, Expectation[]>()
  for (const expectation of expectations) {
    const group = groups.get(expectation.channel)
    if (group === undefined) groups.set(expectation.channel, [expectation])
    else group.push(expectation)
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Whether the channel had an incident about how much comes in a minute. */
export function troubledMinutes(incidents: readonly Incident[], channel: string): (minute: EpochMs) => boolean {
  const troubles = incidents
    .filter(({ group, state, channels }) => {
      const isVolume = group === 'volume' || group === 'surge'
      return isVolume && state !== 'withdrawn' && (channels.includes(channel) || channels.includes('*'))
    })
    .map(({ start, end }) => ({ from: startOfHour(start), to: end ?? Number.POSITIVE_INFINITY }))
  return (minute) => troubles.some(({ from, to }) => from <= minute && minute < to)
}

function findingOf({ minutes, band }: ChannelView, silence: Silence, to: EpochMs): Finding {
  const { seen, expected, from } = silence
  const start = minutes.start + from * MINUTE_MS
  const size = expected - seen
  return {
    kind: 'outage',
    channel: minutes.channel,
    series: {},
    start,
    hour: startOfHour(to - 1),
    seenTo: to,
    size,
    peakSize: Math.min(size, (size * HOUR_MS) / (to - start)),
    expected,
    seen,
    numbers: together([numbersOf(minutes.channel, silence, band)], to),
    confidenceRatio: 1,
    explanation: {
      sentence:
        `Told from the minutes, before the hour is over: from ${formatClock(start)} to ${formatClock(to)} ` +
        `${seen === 0 ? 'none' : formatCount(seen)} of about ${formatCount(expected)} expected submissions came.`,
      carriers: [],
    },
  }
}

/** A channel that has an incident already has somebody who looks at it; only that it has become an outage is news. */
function told(incidents: readonly Incident[], finding: Finding, nextId: number): Change | null {
  const { channel, numbers, seenTo } = finding
  if (seenTo === undefined) return null
  const own = incidents.find((incident) => {
    const { group, channels } = incident
    return group === 'volume' && isActive(incident) && (channels.includes(channel) || channels.includes('*'))
  })
  if (own === undefined) {
    const change = afterFinding(incidents, finding, nextId)
    if (change === null || change.incident.fastLook !== undefined) return change
    const fastLook: FastLook = { since: finding.start, toldAt: seenTo, lookedTo: seenTo, backAt: null }
    // What joins an incident that an hour has shown is that incident's.
    return change.told?.kind === 'joined' ? change : { ...change, incident: { ...change.incident, fastLook } }
  }
  if (own.kind === 'outage' || own.channels.length > 1 || own.channels.includes('*')) return null
  const worse: Incident = { ...own, kind: 'outage', series: {}, state: 'open', latest: numbers }
  return { incident: worse, told: { kind: 'worsened', text: incidentSentence(worse) } }
}

/** What was told from minutes, as it is now. */
function followed(incident: Incident, views: ReadonlyMap<string, ChannelView>, to: EpochMs): Change | null {
  const { fastLook } = incident
  if (fastLook === undefined || !isActive(incident) || to <= fastLook.lookedTo) return null
  const own = incident.channels.flatMap((channel) => views.get(channel) ?? [])
  if (own.length === 0) return null
  const since = (view: ChannelView, from: EpochMs, until: EpochMs) =>
    stretchOf(view.minutes, minuteAt(view.minutes, from), minuteAt(view.minutes, until))
  // What joined later was well then.
  const asTold = sumOf(own.slice(0, 1).map((view) => since(view, fastLook.since, fastLook.toldAt)))
  if (asTold.seen >= NOT_SILENT_RATIO * asTold.expected && asTold.expected > 0) return withdrawn(incident, to)
  const backs = own.map(({ minutes }) => backSince(minutes, minuteAt(minutes, fastLook.since)))
  const isBack = backs.every((from) => from !== null)
  const first = own[0]?.minutes.start ?? 0
  const backAt = isBack ? Math.max(...backs.map((from) => first + (from ?? 0) * MINUTE_MS)) : null
  const whole = sumOf(own.map((view) => since(view, fastLook.since, backAt ?? to)))
  const shown = own.map((view) => numbersOf(view.minutes.channel, since(view, backAt ?? fastLook.since, to), view.band))
  const latest = { ...together(shown, to), deficitRatio: lostRatio(whole) }
  const current: Incident = {
    ...incident,
    state: isBack ? 'recovering' : 'open',
    latest,
    missing: Math.max(0, whole.expected - whole.seen),
    fastLook: { ...fastLook, lookedTo: to, backAt },
  }
  if (isBack && incident.state === 'open') {
    return { incident: current, told: { kind: 'recovering', text: incidentSentence(current) } }
  }
  return { incident: current }
}

function withdrawn(incident: Incident, to: EpochMs): Change {
  const over: Incident = { ...incident, state: 'withdrawn', resolvedAt: to, end: incident.start }
  return { incident: over, told: { kind: 'withdrawn', text: incidentSentence(over) } }
}

function numbersOf(channel: string, { seen, expected }: Stretch, band: Expectation | undefined): ChannelNumbers {
  const part = band !== undefined && band.mid > 0 ? expected / band.mid : 0
  return {
    channel,
    seen,
    low: part * (band?.low ?? 0),
    mid: expected,
    high: part * (band?.high ?? 0),
    invalidRatio: 0,
  }
}

function together(byChannel: readonly ChannelNumbers[], to: EpochMs): IncidentNumbers {
  const sum = (pick: (numbers: ChannelNumbers) => number) => byChannel.reduce((total, own) => total + pick(own), 0)
  const whole = { seen: sum((own) => own.seen), expected: sum((own) => own.mid) }
  return {
    hour: startOfHour(to - 1),
    seen: whole.seen,
    low: sum((own) => own.low),
    mid: whole.expected,
    high: sum((own) => own.high),
    deficitRatio: lostRatio(whole),
    invalidRatio: 0,
    byChannel,
  }
}

function sumOf(stretches: readonly Stretch[]): Stretch {
  return stretches.reduce((total, own) => ({ seen: total.seen + own.seen, expected: total.expected + own.expected }), {
    seen: 0,
    expected: 0,
  })
}

function lostRatio({ seen, expected }: Stretch): number {
  return expected > 0 ? 1 - seen / expected : 0
}

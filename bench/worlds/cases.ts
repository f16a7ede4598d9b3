import type { Expectation } from '../../alerts/finding.ts'
import type { Incident } from '../../alerts/incident.ts'
import { DAY_MS, type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { LivedWorld } from './population.ts'
import { groupsOf, type ScoredEvent, type WorldScore } from './score.ts'
import type { EventKind } from './spec.ts'
import type { WorldCase } from './world-run.ts'

/** What is told later than this is worth looking at. */
const SLOW_HOURS: Readonly<Partial<Record<EventKind, number>>> = { leak: 240, region_lost: 24 }
const SLOW_OTHERS_HOURS = 6
const BEFORE_MS = 3 * DAY_MS
const AFTER_MS = DAY_MS
const LONGEST_MS = 24 * DAY_MS

export interface JudgedLife {
  readonly score: WorldScore<Incident>
  readonly incidents: readonly Incident[]
  readonly expected: readonly (readonly Expectation[])[]
}

/** What a judge should be ashamed of: missed events, false alarms, and what was told late. */
export function casesOf(lived: LivedWorld, judged: JudgedLife): WorldCase[] {
  const { events, falseAlarms } = judged.score
  return [
    ...events.filter(isWorthLooking).map((scored) => caseOfEvent(lived, judged, scored)),
    ...falseAlarms.map((incident) => caseOfAlarm(lived, judged, incident)),
  ]
}

function isWorthLooking({ event: { kind }, delayHours }: ScoredEvent<Incident>): boolean {
  return delayHours === null || delayHours > (SLOW_HOURS[kind] ?? SLOW_OTHERS_HOURS)
}

function caseOfEvent(lived: LivedWorld, judged: JudgedLife, scored: ScoredEvent<Incident>): WorldCase {
  const { event, delayHours, foundBy } = scored
  const detectedAt = foundBy?.detectedAt ?? null
  return {
    title: `${lived.world.name}: ${event.kind} on ${event.channel}${delayHours === null ? '' : `, told after ${delayHours.toFixed(0)} h`}`,
    why: delayHours === null ? 'missed' : 'slow',
    ...around(lived, judged, event.channel, event.start, Math.max(event.end, detectedAt ?? 0)),
    ...(groupsOf(event.kind).includes('invalid') ? {} : { invalidPercent: [] }),
    detectedAt,
  }
}

function caseOfAlarm(lived: LivedWorld, judged: JudgedLife, incident: Incident): WorldCase {
  const [first = '*'] = incident.channels
  const channel = first === '*' ? (lived.world.channels[0]?.name ?? '') : first
  return {
    title: `${lived.world.name}: ${incident.kind} on ${incident.channels.join(', ')}`,
    why: 'false alarm',
    ...around(lived, judged, channel, incident.start, incident.end ?? incident.detectedAt),
    ...(incident.group === 'invalid' ? {} : { invalidPercent: [] }),
    detectedAt: incident.detectedAt,
  }
}

function around(
  { history, events }: LivedWorld,
  { incidents, expected }: JudgedLife,
  channel: string,
  begins: EpochMs,
  ends: EpochMs,
): Omit<WorldCase, 'title' | 'why' | 'detectedAt'> {
  const from = Math.max(0, Math.floor((begins - BEFORE_MS - history.start) / HOUR_MS))
  const until = Math.min(ends + AFTER_MS, begins - BEFORE_MS + LONGEST_MS)
  const to = Math.min(history.hours, Math.ceil((until - history.start) / HOUR_MS))
  const counts = history.channels.get(channel)
  const start = history.start + from * HOUR_MS
  const end = history.start + to * HOUR_MS
  const hours = Array.from({ length: to - from }, (_, i) => from + i)
  const isHeard = (hour: number) => (history.coverage[hour] ?? 0) >= 1
  const of = (hour: number) => expected[hour]?.find((own) => own.channel === channel)
  const rounded = (value: number | undefined) => (value === undefined ? null : Math.round(value))
  const overlaps = (span: { from: EpochMs; to: EpochMs }) => span.from < end && span.to > start
  return {
    channel,
    start,
    seen: hours.map((hour) => (isHeard(hour) ? (counts?.received[hour] ?? 0) : null)),
    low: hours.map((hour) => rounded(of(hour)?.low)),
    mid: hours.map((hour) => rounded(of(hour)?.mid)),
    high: hours.map((hour) => rounded(of(hour)?.high)),
    invalidPercent: hours.map((hour) => {
      const received = counts?.received[hour] ?? 0
      return isHeard(hour) && received > 0 ? (100 * (counts?.invalid[hour] ?? 0)) / received : null
    }),
    spans: [
      ...events
        .filter((event) => event.channel === channel)
        .map((event) => ({ what: 'event' as const, text: event.kind, from: event.start, to: event.end })),
      ...incidents
        .filter(({ channels, group }) => group !== 'gap' && (channels.includes(channel) || channels.includes('*')))
        .map((incident) => ({
          what: 'incident' as const,
          text: `${incident.kind} ${Object.values(incident.series).join(' ')}`.trim(),
          from: incident.start,
          to: incident.end ?? end,
        })),
    ].filter(overlaps),
  }
}

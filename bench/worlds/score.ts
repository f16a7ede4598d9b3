import type { IncidentGroup } from '../../alerts/incident.ts'
import { DAY_MS, type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { EventKind, WorldEvent } from './spec.ts'

/** What a judge told: an incident, whoever found it. */
export interface Told {
  readonly group: IncidentGroup
  readonly channels: readonly string[]
  readonly start: EpochMs
  readonly detectedAt: EpochMs
}

export interface ScoredEvent<Incident extends Told> {
  readonly event: WorldEvent
  /** What told it first; null: it was missed. */
  readonly foundBy: Incident | null
  readonly delayHours: number | null
  readonly repeats: number
}

export interface WorldScore<Incident extends Told> {
  readonly events: readonly ScoredEvent<Incident>[]
  readonly falseAlarms: readonly Incident[]
}

/** What an event shows itself as. */
export function groupsOf(kind: EventKind): readonly IncidentGroup[] {
  if (kind === 'surge') return ['surge']
  return kind === 'bad_build' || kind === 'problem_3' ? ['invalid'] : ['volume']
}

const EARLY_MS = 12 * HOUR_MS
/** When something began that loses a percent a day, nobody can say to the day. */
const LEAK_EARLY_MS = 2 * DAY_MS
/** Where an event ends, things need a while to be as usual (users leave a bad build over days). */
const AFTERMATH_MS = 3 * DAY_MS

/**
 * An event is found where a fitting incident on its channel is told while it lasts. Gaps are counting's, and told as such;
 * every other incident that has no event is a false alarm, and so is one that names all channels for an event on one of several.
 */
export function score<Incident extends Told>(
  events: readonly WorldEvent[],
  told: readonly Incident[],
  channels: number,
): WorldScore<Incident> {
  const inOrder = told
    .filter(({ group }) => group !== 'gap' && group !== 'stalled')
    .sort((a, b) => a.detectedAt - b.detectedAt)
  const explained = new Set<Incident>()
  const scored = events.map((event) => {
    const groups = groupsOf(event.kind)
    const own = inOrder.filter(
      (incident) =>
        groups.includes(incident.group) &&
        (incident.channels.includes(event.channel) || (channels === 1 && incident.channels.includes('*'))) &&
        incident.detectedAt > event.start &&
        incident.start > event.start - (event.kind === 'leak' ? LEAK_EARLY_MS : EARLY_MS) &&
        incident.start < event.end + AFTERMATH_MS,
    )
    for (const incident of own) explained.add(incident)
    const foundBy = own.find(({ detectedAt }) => detectedAt <= event.end + DAY_MS) ?? null
    const delayHours = foundBy === null ? null : (foundBy.detectedAt - event.materialFrom) / HOUR_MS
    return { event, foundBy, delayHours, repeats: Math.max(0, own.length - 1) }
  })
  return { events: scored, falseAlarms: inOrder.filter((incident) => !explained.has(incident)) }
}

import type { Incident, IncidentGroup } from '../../../alerts/incident.ts'
import { type EpochMs, HOUR_MS } from '../../../data/domain/time.ts'
import type { StoryLabel } from './labels.ts'

/** What of an incident tells whether somebody was woken rightly. Withdrawn ones woke people, too. */
export type ScoredIncident = Pick<Incident, 'id' | 'group' | 'channels' | 'start' | 'detectedAt'>

export interface StoryScore {
  /** One entry a label, in their order. */
  readonly events: readonly EventScore[]
  /** Incidents for which there is no label: each would have woken somebody for nothing. */
  readonly falseAlarms: readonly ScoredIncident[]
}

export interface EventScore {
  readonly label: StoryLabel
  /** The incident that told it first; null: it was missed. */
  readonly foundBy: ScoredIncident | null
  /** From the label's start to the moment of detection, in hours; null where it was missed. */
  readonly delayHours: number | null
  /** Further incidents about the same event: people were told of it more than once. */
  readonly repeats: readonly ScoredIncident[]
  /** The label's channels that some incident named. */
  readonly channelsFound: readonly string[]
}

/** An incident's start is an estimate; this much before the event it still is that event's. */
const EARLY_MS = 12 * HOUR_MS

/**
 * Holds `incidents` against what really happened. An incident belongs to an event of its group, on one of its channels,
 * that it was detected in, up to the recovery, and whose start it doesn't precede by more than 12 hours. One that names
 * all channels tells nothing of an event on some of them.
 */
export function scoreStory(labels: readonly StoryLabel[], incidents: readonly ScoredIncident[]): StoryScore {
  const inOrder = [...incidents].sort((a, b) => a.detectedAt - b.detectedAt)
  const explained = new Set<ScoredIncident>()
  const events = labels.map((label): EventScore => {
    const telling = inOrder.filter((incident) => tells(incident, label))
    for (const incident of telling) explained.add(incident)
    const [first = null, ...repeats] = telling
    const named = new Set(telling.flatMap(({ channels }) => channels))
    return {
      label,
      foundBy: first,
      delayHours: first === null ? null : (first.detectedAt - label.start) / HOUR_MS,
      repeats,
      channelsFound: label.channels.filter((channel) => named.has(channel)),
    }
  })
  return { events, falseAlarms: inOrder.filter((incident) => !explained.has(incident)) }
}

const GROUP_OF_KIND: Readonly<Record<StoryLabel['kind'], IncidentGroup>> = {
  gap: 'gap',
  drop: 'volume',
  invalid: 'invalid',
}

function tells(incident: ScoredIncident, label: StoryLabel): boolean {
  return (
    incident.group === GROUP_OF_KIND[label.kind] &&
    incident.channels.some((channel) => label.channels.includes(channel)) &&
    incident.detectedAt > label.start &&
    isWithin(incident.start, label.start - EARLY_MS, label.recoveredAt)
  )
}

function isWithin(time: EpochMs, from: EpochMs, to: EpochMs): boolean {
  return time >= from && time <= to
}

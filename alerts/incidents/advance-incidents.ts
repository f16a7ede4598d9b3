import { HOUR_MS } from '../../data/domain/time.ts'
import type { Incident, IncidentEvent } from '../incident.ts'
import type { Verdict } from '../judge/verdict.ts'
import { afterFinding } from './after-finding.ts'
import { afterMinutes } from './after-minutes.ts'
import { afterStanding } from './after-standing.ts'
import type { Change } from './change.ts'
import { afterNothingFound } from './late-counts.ts'
import { mergeSameCause } from './merge-same-cause.ts'
import { matching } from './same-cause.ts'

export interface AdvanceInput {
  /** All that overlap the judge's window, resolved ones too. */
  readonly incidents: readonly Incident[]
  readonly verdict: Verdict
  /** The number of the next incident to be opened. */
  readonly nextId: number
}

export interface Advance {
  /** New and changed ones, by number; the others are as they were. */
  readonly changed: readonly Incident[]
  readonly events: readonly IncidentEvent[]
  readonly nextId: number
}

/**
 * What a verdict makes of the incidents: they are opened, joined by channels, come back, are over, begin again, or are withdrawn
 * because late counts took away what they were opened for; those that turn out to have one cause become one. One open incident
 * per channel and group, but for a second cause (`isOtherCause`); for invalid submissions per problem, for discarded ones per
 * cause. While nobody listens only gaps change.
 *
 * Judging an hour again changes nothing twice: an older hour than the newest can only add findings, or take them away.
 */
export function advanceIncidents({ incidents, verdict, nextId }: AdvanceInput): Advance {
  const { hour, findings, standings, levels } = verdict
  const working = new Map(incidents.map((incident) => [incident.id, incident]))
  const changed = new Set<number>()
  const events: IncidentEvent[] = []
  const apply = (change: Change | null) => {
    if (change === null) return
    const { incident, told } = change
    working.set(incident.id, incident)
    changed.add(incident.id)
    if (told !== undefined) events.push({ incident: incident.id, at: hour + HOUR_MS, ...told })
  }
  const found = new Set(findings.map((finding) => matching([...working.values()], finding)?.id))
  for (const standing of standings) {
    const incident = working.get(standing.incident)
    if (incident === undefined || hour < incident.judgedUpTo) continue
    // Its minutes say more of it than an hour that doesn't show it.
    if (incident.fastLook !== undefined && !found.has(incident.id)) continue
    for (const change of afterStanding(incident, standing, hour)) apply(change)
  }
  for (const [id, acceptedLevel] of levels) {
    const incident = working.get(id)
    if (incident !== undefined) apply({ incident: { ...incident, acceptedLevel } })
  }
  for (const finding of findings) {
    const change = afterFinding([...working.values()], finding, nextId)
    if (change?.incident.id === nextId) nextId++
    apply(change)
  }
  for (const { id } of incidents) {
    const incident = working.get(id)
    if (incident === undefined || found.has(id)) continue
    apply(incident.fastLook === undefined ? afterNothingFound(incident, verdict) : afterMinutes(incident, verdict))
  }
  for (const change of mergeSameCause([...working.values()], hour)) apply(change)
  return { changed: [...changed].sort((a, b) => a - b).flatMap((id) => working.get(id) ?? []), events, nextId }
}

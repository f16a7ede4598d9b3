import type { EpochMs } from '../../data/domain/time.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import type { Incident, IncidentEvent } from '../incident.ts'
import { formatTime } from '../sentence/format.ts'

/** An hour that could not be judged, told as trouble of our own; it is over at once, for the next hours are judged. */
export function ownTroubleIncident(
  id: number,
  trouble: { readonly hour: EpochMs; readonly now: EpochMs; readonly error: string },
): { readonly incident: Incident; readonly event: IncidentEvent } {
  const { hour, now, error } = trouble
  const sentence = `The hour from ${formatTime(hour)} could not be judged: ${error}`
  const incident: Incident = {
    id,
    group: 'stalled',
    kind: 'stalled',
    channels: ['*'],
    series: {},
    state: 'open',
    start: hour,
    detectedAt: now,
    lastFindingHour: hour,
    resolvedAt: null,
    end: hour + HOUR_MS,
    missing: 0,
    peakMissing: 0,
    latest: { hour, seen: 0, low: 0, mid: 0, high: 0, deficitRatio: 0, invalidRatio: 0, byChannel: [] },
    explanation: { sentence, carriers: [] },
    confidenceRatio: 1,
    judgedUpTo: hour,
    calmHours: 0,
    acceptedLevel: null,
    acknowledged: null,
  }
  return { incident, event: { incident: id, at: now, kind: 'opened', text: sentence } }
}

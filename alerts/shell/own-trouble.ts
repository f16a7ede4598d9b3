import type { EpochMs } from '../../data/domain/time.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import type { Incident, IncidentEvent } from '../incident.ts'
import { makeOwnTrouble } from '../incidents/own-trouble.ts'
import { formatTime } from '../sentence/format.ts'

/** An hour that could not be judged, told as trouble of our own; it is over at once, for the next hours are judged. */
export function ownTroubleIncident(
  id: number,
  trouble: { readonly hour: EpochMs; readonly now: EpochMs; readonly error: string },
): { readonly incident: Incident; readonly event: IncidentEvent } {
  const { hour, now, error } = trouble
  const sentence = `The hour from ${formatTime(hour)} could not be judged: ${error}`
  const incident = { ...makeOwnTrouble(id, { start: hour, now, sentence }), end: hour + HOUR_MS }
  return { incident, event: { incident: id, at: now, kind: 'opened', text: sentence } }
}

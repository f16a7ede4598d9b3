import { HOUR_MS } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import type { Verdict } from '../judge/verdict.ts'
import { formatTime } from '../sentence/format.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import type { Change } from './change.ts'
import { isActive } from './same-cause.ts'

/**
 * What was told from the minutes of an hour, and is over by its end, may be too little for the hour as a whole to show it: then it was
 * as short as it seemed, and is closed with what the minutes say. `incident` is one that nothing was found for in this hour.
 */
export function afterMinutes(incident: Incident, { hour, isKnown }: Pick<Verdict, 'hour' | 'isKnown'>): Change | null {
  const { fastLook } = incident
  const end = hour + HOUR_MS
  if (fastLook === undefined || !isActive(incident) || !isKnown || end < fastLook.toldAt) return null
  if (fastLook.backAt === null || fastLook.backAt > end) return null
  const over: Incident = {
    ...incident,
    state: 'resolved',
    resolvedAt: end,
    end: Math.max(incident.start, fastLook.backAt),
  }
  const text = `${incidentSentence(over)} The hour from ${formatTime(hour)} as a whole shows too little of it to be told.`
  return { incident: over, told: { kind: 'resolved', text } }
}

import { HOUR_MS } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import type { Verdict } from '../judge/verdict.ts'
import { formatTime } from '../sentence/format.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import type { Change } from './change.ts'
import { isActive } from './same-cause.ts'

/**
 * Late counts may take away the finding that opened an incident: then it was detected an hour later, and where no judged hour is
 * left that shows it, it is withdrawn.
 */
export function afterNothingFound(incident: Incident, { hour, isKnown }: Verdict): Change | null {
  const isKnownToIt = isKnown || incident.group === 'gap'
  if (!isActive(incident) || !isKnownToIt || incident.detectedAt !== hour + HOUR_MS) return null
  if (hour < incident.judgedUpTo) {
    const text = `Late counts arrived: the hour from ${formatTime(hour)} doesn't show it any more.`
    return { incident: { ...incident, detectedAt: incident.detectedAt + HOUR_MS }, told: { kind: 'corrected', text } }
  }
  const withdrawn: Incident = { ...incident, state: 'withdrawn', resolvedAt: hour + HOUR_MS, end: incident.start }
  return { incident: withdrawn, told: { kind: 'withdrawn', text: incidentSentence(withdrawn) } }
}

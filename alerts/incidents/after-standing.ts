import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { Incident, IncidentNumbers } from '../incident.ts'
import { NEWS_HOURS } from '../judge/detect-novelty.ts'
import { RESOLVED_AFTER_HOURS, type Standing } from '../judge/verdict.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import type { Change } from './change.ts'

/** An incident comes back after so many calm hours. */
const RECOVERING_HOURS = 2

/** How the incident stands after the newest hour: its numbers, and whether it is over. */
export function afterStanding(incident: Incident, standing: Standing, hour: EpochMs): readonly Change[] {
  const explanation = standing.explanation.sentence === '' ? incident.explanation : standing.explanation
  const current: Incident = {
    ...incident,
    missing: standing.missing,
    peakMissing: standing.peakMissing,
    latest: standing.numbers,
    explanation,
    judgedUpTo: hour,
    calmHours: standing.calmHours,
  }
  const isNewlyExplained = explanation.firstBuildId !== undefined && incident.explanation.firstBuildId === undefined
  const explained: Change = isNewlyExplained
    ? { incident: current, told: { kind: 'explained', text: explanation.sentence } }
    : { incident: current }
  return [explained, ...nextState(current, standing, hour)]
}

function nextState(current: Incident, standing: Standing, hour: EpochMs): readonly Change[] {
  if (standing.calmHours >= (current.group === 'gap' ? 1 : RESOLVED_AFTER_HOURS)) {
    return [resolved(current, standing, hour, standing.estimatedEnd)]
  }
  if (current.group === 'novelty' && hour + HOUR_MS - current.detectedAt >= NEWS_HOURS * HOUR_MS) {
    return [resolved(current, standing, hour, hour + HOUR_MS)]
  }
  const { settledLevel } = standing
  if (settledLevel !== null) {
    const end = current.accepted === undefined ? settledLevel.from : hour + HOUR_MS
    return [resolved({ ...current, acceptedLevel: settledLevel }, standing, hour, end)]
  }
  if (current.state === 'open' && standing.calmHours >= RECOVERING_HOURS) {
    const recovering: Incident = { ...current, state: 'recovering' }
    return [{ incident: recovering, told: { kind: 'recovering', text: incidentSentence(recovering) } }]
  }
  return []
}

function resolved(incident: Incident, standing: Standing, hour: EpochMs, end: EpochMs): Change {
  const over: Incident = {
    ...incident,
    state: 'resolved',
    resolvedAt: hour + HOUR_MS,
    end: Math.max(end, incident.start),
    latest: ofWholeTime(incident, standing),
  }
  const settled = incident.acceptedLevel === null ? '' : newLevelSentence(incident)
  return { incident: over, told: { kind: 'resolved', text: incidentSentence(over) + settled } }
}

function newLevelSentence({ accepted }: Incident): string {
  if (accepted === undefined) return ' What it settled at is taken for its new level.'
  return ` It is the new level, as ${accepted.by} says.`
}

/** A closed incident speaks of its whole time. */
function ofWholeTime({ group, latest }: Incident, { wholeRatio }: Standing): IncidentNumbers {
  if (group === 'invalid') return { ...latest, invalidRatio: wholeRatio }
  const { discarded } = latest
  return discarded === undefined ? latest : { ...latest, discarded: { ...discarded, ratio: wholeRatio } }
}

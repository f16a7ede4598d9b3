import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'

/**
 * The incidents as the judge of `hour` knew them, told from how they stand now. What was over and began again counts as going on all
 * the time: its first end isn't kept.
 */
export function incidentsThen(incidents: readonly Incident[], hour: EpochMs): readonly Incident[] {
  return incidents.filter(({ detectedAt }) => detectedAt <= hour).map((incident) => asOf(incident, hour))
}

function asOf(incident: Incident, hour: EpochMs): Incident {
  const { resolvedAt, lastFindingHour, judgedUpTo } = incident
  const clipped: Incident = {
    ...incident,
    lastFindingHour: Math.min(lastFindingHour, hour - HOUR_MS),
    judgedUpTo: Math.min(judgedUpTo, hour - HOUR_MS),
  }
  if (resolvedAt === null || resolvedAt <= hour) return clipped
  const { mergedInto: _, ...going } = clipped
  return { ...going, state: 'open', resolvedAt: null, end: null, acceptedLevel: null, calmHours: 0 }
}

/** Whether `incident` went on when `hour` was over, as far as was known then. */
export function wentOn({ start, detectedAt, resolvedAt }: Incident, hour: EpochMs): boolean {
  return start < hour + HOUR_MS && detectedAt <= hour + HOUR_MS && (resolvedAt === null || resolvedAt > hour)
}

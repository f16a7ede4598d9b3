import { DAY_MS, type EpochMs } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'

/** An incident that begins with a build is about later builds as well: build ids are times. */
export function blames({ series, explanation }: Incident, buildId: string): boolean {
  const { firstBuildId, carriers } = explanation
  return (
    series.buildId === buildId ||
    carriers.some(({ dimension, value }) => dimension === 'build' && value === buildId) ||
    (firstBuildId !== undefined && firstBuildId <= buildId)
  )
}

/** A build may be there for a while before it is noticed what is wrong with it. */
const BEFORE_START_MS = DAY_MS

/** Whether `build` came during an incident that blames it, or is over: such builds are no measure for others. */
export function wasBlamed(
  build: { readonly channel: string; readonly buildId: string; readonly firstSeen: EpochMs },
  incidents: readonly Incident[],
): boolean {
  return incidents.some(
    (incident) =>
      incident.state !== 'withdrawn' &&
      incident.label?.value !== 'false_alarm' &&
      (incident.channels.includes(build.channel) || incident.channels.includes('*')) &&
      incident.start - BEFORE_START_MS <= build.firstSeen &&
      build.firstSeen <= (incident.end ?? Number.POSITIVE_INFINITY) &&
      blames(incident, build.buildId),
  )
}

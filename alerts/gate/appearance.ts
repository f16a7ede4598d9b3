import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import { sortedQuantile } from '../judge/statistics.ts'
import { LEAST_COMPARED } from './adoption.ts'
import { timeOfBuild } from './build-time.ts'

/** After so many hours that were listened to throughout, a build that should be there isn't coming. */
export const OVERDUE_HOURS = 3

/**
 * When a build that isn't seen yet should have been: as long after the time in its id as nine of ten earlier builds took, at the
 * most. null where the ids aren't times, or fewer than five earlier builds are known.
 */
export function appearanceDue(
  buildId: string,
  earlier: readonly { readonly buildId: string; readonly firstSeen: EpochMs }[],
): EpochMs | null {
  const builtAt = timeOfBuild(buildId)
  if (builtAt === null) return null
  const lags = earlier.flatMap((build) => {
    const time = timeOfBuild(build.buildId)
    return time === null || build.buildId >= buildId ? [] : [build.firstSeen - time]
  })
  if (lags.length < LEAST_COMPARED) return null
  const latest = sortedQuantile(Float64Array.from(lags).sort(), 0.95)
  return builtAt + Math.max(0, Math.ceil(latest / HOUR_MS)) * HOUR_MS
}

import type { SeriesAnswer } from '../../server/api/types.ts'
import type { Zone } from '../view/zone.ts'
import { WEEK_MS } from '../words/time.ts'
import { indexIn, valueAt } from './at-times.ts'
import type { Value } from './water.ts'

/** Of a step, for it to stand as last week's line. */
const LEAST_COVERAGE = 0.95

/**
 * The same hour of the week before, as clocks in `zone` showed it: where they changed in between that is an hour more or
 * less than seven days, because people's days, and with them the tide, follow the clock.
 */
export function weekBefore(time: number, zone: Zone): number {
  if (zone === 'utc') return time - WEEK_MS
  const at = new Date(time)
  return at.setDate(at.getDate() - 7)
}

/** Last week's value for a time of this week; what was listened to in part can't be compared and is left out. */
export function lastWeekAt(answer: SeriesAnswer | null, zone: Zone): (time: number) => Value {
  if (answer === null) return () => null
  const value = valueAt(answer)
  const index = indexIn(answer)
  return (time) => {
    const before = weekBefore(time, zone)
    return (answer.coverage[index(before)] ?? 0) >= LEAST_COVERAGE ? value(before) : null
  }
}

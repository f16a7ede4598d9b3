import { type EpochMs, HOUR_MS, MINUTE_MS, startOfHour } from '../../data/domain/time.ts'
import type { Expectation } from '../finding.ts'

const MINUTES_AN_HOUR = HOUR_MS / MINUTE_MS

/**
 * Submissions expected in each minute from `start` (a whole minute) on, from what is expected of the hours of one channel: an hour's
 * mean stands at its middle, and between two middles it goes straight. NaN in hours of which nothing is known.
 */
export function expectedMinutes(expectations: readonly Expectation[], start: EpochMs, minutes: number): Float64Array {
  const mids = new Map(expectations.map(({ hour, mid }) => [hour, mid]))
  const firstHour = startOfHour(start) - HOUR_MS
  const hours = Math.ceil((start + minutes * MINUTE_MS - firstHour) / HOUR_MS) + 1
  const byHour = Float64Array.from({ length: hours }, (_, i) => mids.get(firstHour + i * HOUR_MS) ?? Number.NaN)
  const firstMinute = (start - firstHour) / MINUTE_MS
  const expected = new Float64Array(minutes)
  for (let i = 0; i < minutes; i++) {
    const hour = Math.floor((firstMinute + i) / MINUTES_AN_HOUR)
    const fromMiddle = (firstMinute + i + 0.5) / MINUTES_AN_HOUR - hour - 0.5
    const own = byHour[hour] ?? Number.NaN
    const neighbour = byHour[fromMiddle < 0 ? hour - 1 : hour + 1] ?? Number.NaN
    const slope = Number.isNaN(neighbour) ? 0 : neighbour - own
    expected[i] = (own + Math.abs(fromMiddle) * slope) / MINUTES_AN_HOUR
  }
  return expected
}

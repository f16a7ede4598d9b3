import type { OverviewAnswer, SeriesAnswer } from '../../server/api/types.ts'
import { isKnown, type Value } from '../charts/water.ts'
import { HOUR_MS, MINUTE_MS } from '../words/time.ts'

export interface MinuteRate {
  /** Mean of the last quarter of an hour, whole minutes that are known. */
  readonly perMinute: number
  /** What the judge expects of the running hour, all channels together; null: not learnt. */
  readonly expected: { readonly low: number; readonly high: number } | null
}

const MEAN_OF = 15

/** `minutes`: `received` by the minute, all channels; null where none of its last minutes is known. `now`: counted up to it. */
export function minuteRate(minutes: SeriesAnswer, overview: OverviewAnswer | null, now: number): MinuteRate | null {
  const values = wholeMinutes(minutes, now).filter(isKnown).slice(-MEAN_OF)
  if (values.length === 0) return null
  const sum = values.reduce((total, value) => total + value, 0)
  return { perMinute: sum / values.length, expected: overview === null ? null : expectedAt(overview, now) }
}

/** Without the running minute. */
export function wholeMinutes(minutes: SeriesAnswer, now: number): readonly Value[] {
  const values = minutes.series[0]?.values ?? []
  return values.map((value, index) => (Date.parse(minutes.times[index] ?? '') + MINUTE_MS <= now ? value : null))
}

/** Of a minute of the hour of `time`, by the sum of all channels; null where a channel's isn't known. */
export function expectedAt(
  { channels, week_start: weekStart }: Pick<OverviewAnswer, 'channels' | 'week_start'>,
  time: number,
): MinuteRate['expected'] {
  const hour = Math.floor((time - Date.parse(weekStart)) / HOUR_MS)
  let [low, high] = [0, 0]
  for (const { week, learning } of channels) {
    const [least, most] = [week.low[hour], week.high[hour]]
    // A channel that is still learnt is small as a rule, and the others can be told of without it.
    if (!isKnown(least) || !isKnown(most)) {
      if (learning !== null) continue
      return null
    }
    low += least
    high += most
  }
  return high === 0 ? null : { low: low / 60, high: high / 60 }
}

import { mad, median, quantileRank } from 'simple-statistics'
import type { IncidentGroup } from '../../alerts/incident.ts'
import type { History } from '../../data/counts/history.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { WARM_UP_WEEKS } from './population.ts'
import type { Told } from './score.ts'

/** What people would otherwise use, on the same counts: an alarm for each hour on which a rule holds, joined where they are within a day. */
export interface Baseline {
  readonly name: string
  readonly tell: (history: History) => readonly Told[]
}

const DAY = 24
const WEEK = 168

/** `isWrong` is asked for each hour of each channel that was heard, from the end of the warm-up on. */
function hourly(
  group: IncidentGroup,
  isWrong: (counts: Float64Array, hour: number, invalid: Float64Array, coverage: Float64Array) => boolean,
): Baseline['tell'] {
  return ({ start, hours, coverage, channels }) =>
    [...channels].flatMap(([channel, { received, invalid }]) => {
      const told: Told[] = []
      let last = Number.NEGATIVE_INFINITY
      for (let hour = WARM_UP_WEEKS * WEEK; hour < hours; hour++) {
        if ((coverage[hour] ?? 0) < 1 || !isWrong(received, hour, invalid, coverage)) continue
        if (hour - last > DAY) {
          told.push({
            group,
            channels: [channel],
            start: start + hour * HOUR_MS,
            detectedAt: start + (hour + 1) * HOUR_MS,
          })
        }
        last = hour
      }
      return told
    })
}

function sameHours(counts: Float64Array, hour: number, coverage: Float64Array): number[] {
  const values: number[] = []
  for (let week = 1; week <= 5; week++) {
    if ((coverage[hour - week * WEEK] ?? 0) === 1) values.push(counts[hour - week * WEEK] ?? 0)
  }
  return values
}

/** Less than 70 % of the week before, three hours in a row. */
const weekOverWeek = hourly('volume', (counts, hour, _invalid, coverage) => {
  for (let back = 0; back < 3; back++) {
    const before = counts[hour - back - WEEK] ?? 0
    if ((coverage[hour - back - WEEK] ?? 0) < 1 || !((counts[hour - back] ?? 0) < 0.7 * before)) return false
  }
  return true
})

/** Below the middle of the same hour of five weeks by eight times its middle deviation. */
const eightDeviations = hourly('volume', (counts, hour, _invalid, coverage) => {
  const values = sameHours(counts, hour, coverage)
  if (values.length < 3) return false
  const middle = median(values)
  return (counts[hour] ?? 0) < middle - 8 * Math.max(mad(values), 1)
})

/** More than ten percent invalid. */
const tenPercentInvalid = hourly('invalid', (counts, hour, invalid) => {
  const whole = counts[hour] ?? 0
  return whole >= 50 && (invalid[hour] ?? 0) > 0.1 * whole
})

/** As in 2014: the last day is lower than each of more than two of the nine days before it, by Mann and Whitney's test at one in a million. */
const mannWhitney = hourly('volume', (counts, hour) => {
  if (hour % DAY !== DAY - 1) return false
  const today = [...counts.subarray(hour - DAY + 1, hour + 1)]
  let lower = 0
  for (let back = 1; back <= 9; back++) {
    const then = [...counts.subarray(hour - DAY + 1 - back * DAY, hour + 1 - back * DAY)]
    if (mannWhitneyZ(today, then) < -4.75) lower++
  }
  return lower > 2
})

/** Normal approximation: negative where `a` is lower than `b`. */
function mannWhitneyZ(a: readonly number[], b: readonly number[]): number {
  const sorted = [...b].sort((x, y) => x - y)
  const wins = a.reduce((sum, value) => sum + quantileRank(sorted, value) * b.length, 0)
  const mean = (a.length * b.length) / 2
  return (wins - mean) / Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12)
}

export const BASELINES: readonly Baseline[] = [
  { name: 'week over week < 0.7, 3 h', tell: weekOverWeek },
  { name: 'hour of week, 8 MAD', tell: eightDeviations },
  { name: 'more than 10 % invalid', tell: tenPercentInvalid },
  { name: 'Mann-Whitney of 2014', tell: mannWhitney },
]

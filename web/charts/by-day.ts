import { DAY_MS } from '../words/time.ts'
import { sumBy } from './series-math.ts'
import { isKnown, type Value } from './water.ts'

/** A chart's columns by step; `times` are the steps' starts. */
export interface Columns {
  readonly times: readonly number[]
  /** Complete steps. */
  readonly seen: readonly Value[]
  /** Steps that aren't over. */
  readonly soFar: readonly Value[]
  readonly low: readonly Value[]
  readonly mid: readonly Value[]
  readonly high: readonly Value[]
  /** Empty where it wasn't asked for, as are those of all channels. */
  readonly ghost: readonly Value[]
  readonly residual: readonly Value[]
  readonly invalid: readonly Value[]
  /** Of all channels together. */
  readonly all: readonly Value[]
  /** Of all channels together, last week. */
  readonly ghostOfAll: readonly Value[]
}

const HOURS_OF_DAY = 24

/** Days are whole days of UTC, as the API counts them; their shores are the sums of their hours' shores. */
export function byDay(hourly: Columns): Columns {
  const days: number[] = []
  const groupOf = hourly.times.map((time) => {
    const start = Math.floor(time / DAY_MS) * DAY_MS
    if (days.at(-1) !== start) days.push(start)
    return days.length - 1
  })
  const sum = (values: readonly Value[]): readonly Value[] => sumBy(values, groupOf, days.length)
  const hours = sum(hourly.times.map(() => 1))
  /** Of days that lie in the answer as a whole: the last one's water would end in a fall. */
  const wholeSum = (values: readonly Value[]): readonly Value[] =>
    sum(values).map((value, day) => (hours[day] === HOURS_OF_DAY ? value : null))
  // An hour that nobody counted is missing from what was seen: it may not be expected either.
  const lastKnown = hourly.seen.findLastIndex(isKnown)
  const expected = (values: readonly Value[]): readonly Value[] =>
    values.map((value, index) => (index <= lastKnown && !isKnown(hourly.seen[index]) ? null : value))
  const whereSeen = (values: readonly Value[]): readonly Value[] =>
    values.map((value, index) => (isKnown(hourly.seen[index]) ? value : null))
  const seen = sum(hourly.seen)
  const soFar = sum(hourly.soFar)
  const invalid = sum(hourly.invalid.map((value, index) => (isKnown(value) ? value * (hourly.seen[index] ?? 0) : null)))
  return {
    times: days,
    seen,
    soFar: soFar.map((value, day) => (isKnown(value) ? value + (seen[day] ?? 0) : null)),
    low: wholeSum(expected(hourly.low)),
    mid: wholeSum(expected(hourly.mid)),
    high: wholeSum(expected(hourly.high)),
    ghost: wholeSum(hourly.ghost),
    residual: ratios(seen, sum(whereSeen(hourly.mid))),
    invalid: ratios(invalid, seen),
    all: sum(whereSeen(hourly.all)),
    ghostOfAll: wholeSum(hourly.ghostOfAll),
  }
}

function ratios(parts: readonly Value[], wholes: readonly Value[]): readonly Value[] {
  return parts.map((part, index) => {
    const whole = wholes[index]
    return isKnown(part) && isKnown(whole) && whole > 0 ? part / whole : null
  })
}

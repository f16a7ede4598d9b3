import type { SeriesAnswer } from '../../server/api/types.ts'
import { dryGround, type Ring, runs, type Value, water } from '../charts/water.ts'
import { HOUR_MS } from '../words/time.ts'

/** Shown before the hour and after it: what it fell from, and what came of it. */
export const BEFORE_HOURS = 30
export const AFTER_HOURS = 12

/** An hour that was listened to for less isn't judged: what was counted of it would look like a fall. */
const LEAST_COVERAGE = 0.5

/** What is drawn around an hour; x in hours since `from` (an hour's value stands in its middle), y in submissions. */
export interface DayShapes {
  readonly hours: number
  readonly max: number
  readonly x: readonly number[]
  readonly seen: readonly Value[]
  readonly low: readonly Value[]
  readonly high: readonly Value[]
  readonly water: readonly Ring[]
  readonly dry: readonly Ring[]
  /** Hours that aren't known, as [from, to). */
  readonly gaps: readonly (readonly [number, number])[]
}

/** `countedUpTo`: hours that aren't over by then aren't drawn, and are no gap either. */
export function dayShapes({ times, series, expected, coverage }: SeriesAnswer, countedUpTo: number): DayShapes {
  const isOver = (index: number): boolean => Date.parse(times[index] ?? '') + HOUR_MS <= countedUpTo
  const x = times.map((_, index) => index + 0.5)
  const whole = series[0]?.values ?? []
  const isHeard = (index: number): boolean => (coverage[index] ?? 0) >= LEAST_COVERAGE
  const seen = times.map((_, index) => (isOver(index) && isHeard(index) ? (whole[index] ?? null) : null))
  const [low, high] = [expected?.low ?? [], expected?.high ?? []]
  const known = [...seen, ...high].filter((value) => value !== null)
  const isGap = (index: number): boolean => isOver(index) && !isHeard(index)
  return {
    hours: times.length,
    max: Math.max(1, ...known),
    x,
    seen,
    low,
    high,
    water: water(x, low, high, 0, x.length),
    dry: [...dryGround(x, seen, low, 'below'), ...dryGround(x, seen, high, 'above')],
    gaps: runs(0, times.length, isGap).map(([from, to]) => [from, to + 1]),
  }
}

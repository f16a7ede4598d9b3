import type { Measure } from '../view/channel-view.ts'
import { axisCount, axisRate, count, countRange, rate, rateRange } from '../words/number.ts'
import { STEP_MS } from './at-times.ts'
import type { ChartData } from './chart-data.ts'
import { isKnown, type Value } from './water.ts'

/** How a chart's first lane is measured, in words. */
export interface MeasureWords {
  /** What one value is, in the read-out and at the line's end. */
  readonly one: (value: number) => string
  readonly range: (low: number, high: number) => string
  readonly axis: (value: number) => string
  /** Under the lane's name. */
  readonly unit: (step: ChartData['step']) => string
}

const PER_STEP = { minute: 'per minute', hour: 'per hour', day: 'per day' } as const

export const MEASURE_WORDS: Readonly<Record<Measure, MeasureWords>> = {
  count: { one: count, range: countRange, axis: axisCount, unit: (step) => PER_STEP[step] },
  share: {
    one: rate,
    range: rateRange,
    axis: axisRate,
    unit: (step) => `of all channels, ${PER_STEP[step]}`,
  },
  index: {
    one: (value) => value.toFixed(0),
    range: (low, high) => `${low.toFixed(0)} – ${high.toFixed(0)}`,
    axis: (value) => value.toFixed(0),
    unit: (step) => `${PER_STEP[step]}, expected = 100`,
  },
}

/** The least that a scale spans from 0, so that little things don't look large. */
export const LEAST_SPAN: Readonly<Record<Measure, number>> = {
  // There is no half submission: under this, ticks would stand between whole ones.
  count: 4,
  share: 0.01,
  index: 120,
}

/** Where logarithmic scales begin at the lowest: there is no half submission, but there are small shares. */
export const LEAST_OF_LOG: Readonly<Record<Measure, number>> = { count: 1, share: 0.001, index: 1 }

/** What all channels received, by step of the chart. */
interface Totals {
  readonly now: readonly Value[]
  readonly lastWeek: readonly Value[]
}

/**
 * The chart with its submissions, and all that stands on their scale, measured otherwise: as share of `all` channels' in
 * the same step (last week's of theirs), or with 100 for what was expected. A step that isn't over has neither; of one that was listened to in part
 * it is known what share a channel had, and not which was expected: all the others are counted in part, too.
 */
export function measured(data: ChartData, measure: Measure, all: Totals): ChartData {
  if (measure === 'count') return { ...data, measure }
  const hundredths = data.mid.map((value) => (isKnown(value) ? value / 100 : null))
  const wholes = measure === 'share' ? all.now : hundredths
  const over = (values: readonly Value[], of = wholes): readonly Value[] =>
    values.map((value, index) => {
      const whole = of[index]
      return isKnown(value) && isKnown(whole) && whole > 0 ? value / whole : null
    })
  const band = (values: readonly Value[]): readonly Value[] =>
    measure === 'share' ? over(values).map((value, index) => (isWhole(data, index) ? value : null)) : over(values)
  return {
    ...data,
    measure,
    seen: over(data.seen),
    low: band(data.low),
    mid: band(data.mid),
    high: band(data.high),
    ghost: data.ghost === null ? null : over(data.ghost, measure === 'share' ? all.lastWeek : hundredths),
    running: null,
  }
}

/** Whether a step is over, and was listened to all the time. */
function isWhole({ x, complete, step, partly }: ChartData, index: number): boolean {
  const start = (x[index] ?? 0) - STEP_MS[step] / 2
  return index < complete && !partly.some(({ from, to }) => from < start + STEP_MS[step] && to > start)
}

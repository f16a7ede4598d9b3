import type { Measure } from '../view/channel-view.ts'
import { axisCount, axisRate, count, countRange, rate, UNIT_SPACE } from '../words/number.ts'
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
    range: (low, high) => `${(low * 100).toFixed(1)} – ${(high * 100).toFixed(1)}${UNIT_SPACE}%`,
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

/**
 * The chart with its submissions, and all that stands on their scale, measured otherwise: as share of `all` channels' in
 * the same step, or with 100 for what was expected. A step that isn't over has neither.
 */
export function measured(data: ChartData, measure: Measure, all: readonly Value[]): ChartData {
  if (measure === 'count') return { ...data, measure }
  const wholes = measure === 'share' ? all : data.mid.map((value) => (isKnown(value) ? value / 100 : null))
  const over = (values: readonly Value[]): readonly Value[] =>
    values.map((value, index) => {
      const whole = wholes[index]
      return isKnown(value) && isKnown(whole) && whole > 0 ? value / whole : null
    })
  return {
    ...data,
    measure,
    seen: over(data.seen),
    low: over(data.low),
    mid: over(data.mid),
    high: over(data.high),
    ghost: data.ghost === null ? null : over(data.ghost),
    running: null,
  }
}

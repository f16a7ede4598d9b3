import { expect, test } from 'vitest'
import type { SeriesAnswer } from '../../server/api/types.ts'
import { dayShapes } from './day-shapes.ts'

const HOUR_MS = 3_600_000
const START = Date.UTC(2014, 1, 1, 12)

function answer(values: readonly (number | null)[], coverage: readonly number[]): SeriesAnswer {
  const times = values.map((_, index) => new Date(START + index * HOUR_MS).toISOString())
  return {
    ...{ from: times[0] ?? '', to: new Date(START + values.length * HOUR_MS).toISOString(), times, coverage },
    ...{ metric: 'received', step: 'hour', completeness: values.map(() => 'complete') },
    series: [{ key: { channel: 'nightly' }, values }],
    expected: { low: values.map(() => 90), mid: values.map(() => 100), high: values.map(() => 110) },
  }
}

const shapes = (values: readonly (number | null)[], coverage = values.map(() => 1), hours = values.length) =>
  dayShapes(answer(values, coverage), START + hours * HOUR_MS)

test('what is seen below what is expected is dry ground', () => {
  expect(shapes([100, 60, 60, 100]).dry).toHaveLength(1)
  expect(shapes([100, 100]).dry).toEqual([])
})

test('an hour that was hardly listened to is a gap and no fall', () => {
  const { seen, gaps, dry } = shapes([100, 17, null, 100], [1, 0.17, 0, 1])
  expect(seen).toEqual([100, null, null, 100])
  expect(gaps).toEqual([[1, 3]])
  expect(dry).toEqual([])
})

test('hours that are not over are neither seen nor a gap', () => {
  const { seen, gaps } = shapes([100, 100, 3], [1, 1, 0.1], 2)
  expect(seen).toEqual([100, 100, null])
  expect(gaps).toEqual([])
})

test('the scale holds the water as well as the line', () => {
  expect(shapes([10, 20]).max).toBe(110)
  expect(shapes([500, 20]).max).toBe(500)
})

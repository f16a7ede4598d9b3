import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logTailBound, sortedQuantile, steadyMedian, weightedMedian } from './statistics.ts'

test.each([
  { values: [3, 1, 2], weights: [1, 1, 1], median: 2 },
  { values: [1, 2], weights: [1, 1], median: 1.5 },
  { values: [5, 1, 2], weights: [1, 1, 2], median: 2 },
  // One large channel isn't the common movement by itself.
  { values: [0, -0.5, -0.6, -0.7], weights: [97, 1, 1, 1], median: -0.5 },
  { values: [0, -1], weights: [97, 1], median: -0.5 },
  { values: [7], weights: [3], median: 7 },
])('the weighted median of $values by $weights is $median', ({ values, weights, median }) => {
  expect(weightedMedian([...values], [...weights])).toBe(median)
})

test('without values there is no median and no quantile', () => {
  expect(weightedMedian([], [])).toBeNaN()
  expect(sortedQuantile(new Float64Array(), 0.5)).toBeNaN()
})

test.each([
  [0, 1],
  [0.5, 2.5],
  [0.9, 3.7],
  [1, 4],
])('quantile %d of 1 2 3 4 is %d', (p, quantile) => {
  expect(sortedQuantile(Float64Array.of(1, 2, 3, 4), p)).toBeCloseTo(quantile, 12)
})

test('a bound on a tail is never below the tail itself (Poisson)', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 60, noNaN: true }), fc.integer({ min: 0, max: 150 }), (mean, count) => {
      const tail = count <= mean ? poissonBetween(0, count, mean) : poissonBetween(count, 400, mean)
      expect(Math.exp(logTailBound(count, mean, 0))).toBeGreaterThanOrEqual(tail * (1 - 1e-9))
    }),
  )
})

test('the more counts stray by themselves, the less a far one means', () => {
  expect(logTailBound(0, 20, 0)).toBeCloseTo(-20, 9)
  expect(logTailBound(0, 20, 0.1)).toBeGreaterThan(logTailBound(0, 20, 0.01))
  expect(logTailBound(20, 20, 0.1)).toBeCloseTo(0, 12)
  expect(logTailBound(3, 0, 0)).toBe(Number.NEGATIVE_INFINITY)
  expect(logTailBound(0, 0, 0)).toBe(0)
})

function poissonBetween(from: number, to: number, mean: number): number {
  let total = 0
  let logTerm = -mean
  for (let k = 0; k <= to; k++) {
    if (k > 0) logTerm += Math.log(mean / k)
    if (k >= from) total += Math.exp(logTerm)
  }
  return total
}

test.each([
  { claim: 'of large ones the cut median counts', values: [-3, 0, 0.01], weights: [4000, 3000, 3000], middle: 0 },
  { claim: 'beside small ones the large one does', values: [0, 0.2], weights: [4000, 50], middle: 0 },
  {
    claim: 'as far as they allow',
    values: [-7, 0],
    weights: [4000, 50],
    middle: -3.61,
  },
])('$claim', ({ values, weights, middle }) => {
  expect(steadyMedian(values, weights)).toBeCloseTo(middle, 2)
})

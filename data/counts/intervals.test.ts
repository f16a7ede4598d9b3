import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HOUR_MS } from '../domain/time.ts'
import { hoursOf, type Interval, joinIntervals, stepCoverage, uncovered } from './intervals.ts'

const DAY = Date.UTC(2014, 0, 16)
/** Hours of the day to intervals: `span(9, 10.5)`. */
const span = (from: number, to: number): Interval => ({ from: DAY + from * HOUR_MS, to: DAY + to * HOUR_MS })

test.each([
  { claim: 'a whole hour is 1', intervals: [span(1, 2)], covered: [0, 1, 0] },
  { claim: 'half an hour is 0.5', intervals: [span(1.25, 1.75)], covered: [0, 0.5, 0] },
  { claim: 'a long one covers all that it reaches', intervals: [span(-5, 2.5)], covered: [1, 1, 0.5] },
  { claim: 'two receivers at the same time count once', intervals: [span(0, 2), span(1, 3)], covered: [1, 1, 1] },
  { claim: 'two that take turns add up', intervals: [span(0, 0.25), span(0.5, 0.75)], covered: [0.5, 0, 0] },
  { claim: 'what lies outside is nothing', intervals: [span(-2, 0), span(3, 4)], covered: [0, 0, 0] },
  { claim: 'the order doesn’t matter', intervals: [span(2.5, 3), span(0, 0.5)], covered: [0.5, 0, 0.5] },
  { claim: 'nobody listened', intervals: [], covered: [0, 0, 0] },
])('coverage of steps: $claim', ({ intervals, covered }) => {
  expect(stepCoverage(intervals, DAY, HOUR_MS, 3)).toEqual(covered)
})

test('an interval reaches into the hours it overlaps, and not into the one it ends at', () => {
  expect(hoursOf(span(1.5, 3))).toEqual([DAY + HOUR_MS, DAY + 2 * HOUR_MS])
  expect(hoursOf(span(1, 1))).toEqual([])
})

test.each([
  { claim: 'nothing covered is one gap', intervals: [], gaps: [span(0, 3)] },
  {
    claim: 'between, before and after',
    intervals: [span(0.5, 1), span(2, 2.5)],
    gaps: [span(0, 0.5), span(1, 2), span(2.5, 3)],
  },
  { claim: 'all covered leaves none', intervals: [span(-1, 2), span(1, 9)], gaps: [] },
])('gaps: $claim', ({ intervals, gaps }) => expect(uncovered(intervals, DAY, DAY + 3 * HOUR_MS)).toEqual(gaps))

const anyIntervals = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 30 }))
    .map(([from, length]) => ({ from, to: from + length })),
  { maxLength: 12 },
)

test('joining doesn’t depend on the order, and joined intervals lie further apart than the tolerance', () => {
  fc.assert(
    fc.property(anyIntervals, fc.integer({ min: 0, max: 10 }), (intervals, tolerance) => {
      const joined = joinIntervals(intervals, tolerance)
      expect(joinIntervals([...intervals].reverse(), tolerance)).toEqual(joined)
      for (const [index, interval] of joined.entries()) {
        const before = joined[index - 1]
        if (before !== undefined) expect(interval.from - before.to).toBeGreaterThan(tolerance)
      }
      for (const { from, to } of intervals)
        expect(joined.some((interval) => interval.from <= from && to <= interval.to)).toBe(true)
    }),
  )
})

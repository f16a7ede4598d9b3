import { expect, test } from 'vitest'
import { stepCoverage } from './read-coverage.ts'

test.each([
  {
    claim: 'two receivers at once count once',
    intervals: [
      [0, 10],
      [5, 15],
    ],
    covered: [1, 0.5],
  },
  { claim: 'nobody listened', intervals: [], covered: [0, 0] },
  {
    claim: 'what lies outside is left out',
    intervals: [
      [-20, 2],
      [18, 90],
    ],
    covered: [0.2, 0.2],
  },
  {
    claim: 'order does not matter',
    intervals: [
      [12, 14],
      [3, 4],
    ],
    covered: [0.1, 0.2],
  },
])('$claim', ({ intervals, covered }) => {
  const given = intervals.map(([from = 0, to = 0]) => ({ from, to }))
  expect(stepCoverage(given, 0, 10, 2)).toEqual(covered)
})

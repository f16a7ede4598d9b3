import { expect, test } from 'vitest'
import { HOUR_MS } from '../../data/domain/time.ts'
import { completenessOf, rangeCompletenessOf } from './completeness.ts'

const from = Date.UTC(2014, 0, 16)

test.each([
  { claim: 'listened to throughout and counted', coverage: 1, counted: 1, is: 'complete' },
  { claim: 'listened to throughout, still being counted', coverage: 1, counted: 0.9, is: 'partial' },
  { claim: 'a restart of ten seconds', coverage: 1 - 10 / 3600, counted: 1, is: 'partial' },
  { claim: 'nobody listened', coverage: 0, counted: 1, is: 'unknown' },
  { claim: 'still to come', coverage: 1, counted: 0, is: 'unknown' },
])('an hour is $is: $claim', ({ coverage, counted, is }) => {
  const countedUpTo = from + counted * HOUR_MS
  expect(completenessOf({ from, stepMs: HOUR_MS, coverage: [coverage], countedUpTo })).toEqual([is])
})

test('of a range, what is not complete is named in stretches', () => {
  const coverage = [1, 0, 0, 1, 0.5, 1, 1]
  expect(rangeCompletenessOf({ from, coverage, countedUpTo: from + 6 * HOUR_MS })).toEqual({
    complete_hours: 3,
    partial: [{ from: '2014-01-16T04:00:00Z', to: '2014-01-16T05:00:00Z' }],
    unknown: [
      { from: '2014-01-16T01:00:00Z', to: '2014-01-16T03:00:00Z' },
      { from: '2014-01-16T06:00:00Z', to: '2014-01-16T07:00:00Z' },
    ],
  })
})

import { expect, test } from 'vitest'
import { expectedWords, weekWords } from './week-words.ts'

/** Thursday. */
const START = Date.UTC(2014, 0, 30)
const hourOf = (hours: number) => new Date(START + (hours - 1) * 3_600_000).toISOString()
const band = (hours: number) => ({ low: Array(hours).fill(90), high: Array(hours).fill(110) })

test.each([
  { seen: [100, 91, 109], says: 'In seven days all 3 counted hours were as expected.' },
  {
    seen: [100, 80, 70, 100],
    says: 'In seven days 2 of 4 hours were below expected, the farthest on Thu 30 Jan, 02:00.',
  },
  {
    seen: [60, 100, 130, null, 140],
    says: 'In seven days 1 of 4 hours was below expected, the farthest on Thu 30 Jan, 00:00; 2 above, the farthest on Thu 30 Jan, 04:00; 1 is unknown.',
  },
  { seen: [null, null, 100, null, null], says: 'In seven days all 1 counted hours were as expected; 2 are unknown.' },
  { seen: [null, null], says: 'In seven days nothing was counted.' },
])('$says', ({ seen, says }) => {
  const week = { seen, ...band(seen.length) }
  expect(weekWords({ week, hour: hourOf(seen.length) }, START, 'utc')).toBe(says)
})

test('of a channel that nothing is expected of yet, it says how many hours were counted', () => {
  const week = { seen: [3, 4], low: [null, null], high: [null, null] }
  expect(weekWords({ week, hour: hourOf(2) }, START, 'utc')).toBe('In seven days 2 hours were counted.')
  expect([expectedWords(week, 0), expectedWords(band(1), 0)]).toEqual(['—', '90 – 110'])
})

test('hours that are not over are neither counted nor unknown', () => {
  const week = { seen: [100, 100, null, null], ...band(4) }
  expect(weekWords({ week, hour: hourOf(2) }, START, 'utc')).toBe('In seven days all 2 counted hours were as expected.')
})

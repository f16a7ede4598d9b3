import { expect, test } from 'vitest'
import { miniSummary } from './mini-summary.ts'

const times = [10, 20, 30, 40]

test.each([
  {
    claim: 'the newest known value, and between which the others lie',
    values: [5, 9, 2, null],
    says: 'newest 2 on t30, highest 9 on t20, lowest 2 on t30',
  },
  {
    claim: 'of equals the newest',
    values: [4, 4, null, 4],
    says: 'newest 4 on t40, highest 4 on t40, lowest 4 on t40',
  },
  { claim: 'an unknown step is no zero', values: [null, null, null, null], says: 'nothing is known' },
])('$claim', ({ values, says }) => {
  expect(miniSummary({ times, values }, String, (time) => `t${time}`)).toBe(says)
})

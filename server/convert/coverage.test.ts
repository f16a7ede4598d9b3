import { expect, test } from 'vitest'
import { coverageOf } from './coverage.ts'

test.each([
  { claim: 'no heartbeats cover nothing', times: [], covers: [] },
  { claim: 'one heartbeat covers its moment', times: [7], covers: ['7-7'] },
  { claim: 'heartbeats within the pause cover all between them', times: [0, 10, 20, 20, 30], covers: ['0-30'] },
  { claim: 'a longer pause is not covered', times: [0, 10, 21, 30], covers: ['0-10', '21-30'] },
])('$claim', ({ times, covers }) => {
  expect(coverageOf('edge', times, 10).map(({ from, to }) => `${from}-${to}`)).toEqual(covers)
})

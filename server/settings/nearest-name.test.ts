import { expect, test } from 'vitest'
import { nearestName } from './nearest-name.ts'

const NAMES = ['serve', 'demo', 'simulate', 'import', 'export', 'config', 'receive.maxBodyBytes']

test.each([
  { typed: 'srve', claim: 'a letter left out', nearest: 'serve' },
  { typed: 'dmeo', claim: 'two letters swapped', nearest: 'demo' },
  { typed: 'confgi', claim: 'two letters swapped at the end', nearest: 'config' },
  { typed: 'SERVE', claim: 'capitals', nearest: 'serve' },
  { typed: 'exprot', claim: 'nearer to one than to the other', nearest: 'export' },
  { typed: 'receive.maxBodySize', claim: 'several letters of a long name', nearest: 'receive.maxBodyBytes' },
  { typed: 'halt', claim: 'another word', nearest: null },
  { typed: '', claim: 'nothing', nearest: null },
])('$typed ($claim) is nearest to $nearest', ({ typed, nearest }) => {
  expect(nearestName(typed, NAMES)).toBe(nearest)
})

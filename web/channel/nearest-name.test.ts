import { expect, test } from 'vitest'
import { nearestName } from './nearest-name.ts'

test.each([
  ['nigthly', 'nightly'],
  ['Nightly', 'nightly'],
  ['auror', 'aurora'],
  ['zzzzzz', null],
])('%s is a slip of %s', (wanted, name) => {
  expect(nearestName(wanted, ['release', 'beta', 'aurora', 'nightly'])).toBe(name)
})

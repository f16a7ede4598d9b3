import { expect, test } from 'vitest'
import { keyOf } from './tally.ts'

test('keys are equal only where all parts are, whatever characters these hold', () => {
  const parts = ['', 'a', '\0', 'a\0', '\0a', '"', '["a"', 'a","b', 1, true]
  const lists = parts.flatMap((one) => parts.flatMap((two) => parts.map((three) => [one, two, three])))
  expect(new Set(lists.map((list) => keyOf(...list))).size).toBe(lists.length)
})

import { expect, test } from 'vitest'
import { KeyFilter } from './key-filter.ts'
import { keyWords } from './seen-record.ts'
import { testKey } from './testing/test-key.ts'

const KEYS = 50_000

function filled(): KeyFilter {
  const filter = new KeyFilter(KEYS)
  for (let n = 0; n < KEYS; n++) {
    const { first, second, third } = keyWords(testKey(n))
    filter.add(first, second, third)
  }
  return filter
}

const isMaybe = (filter: KeyFilter, n: number) => {
  const { first, second, third } = keyWords(testKey(n))
  return filter.mayHold(first, second, third)
}

test('a key that was added is never said to be absent', () => {
  const filter = filled()
  for (let n = 0; n < KEYS; n++) if (!isMaybe(filter, n)) expect.fail(`key ${n}`)
})

test('one absent key in a thousand at the most is taken for present, at less than three bytes a key', () => {
  const filter = filled()
  let maybes = 0
  for (let n = KEYS; n < 3 * KEYS; n++) maybes += isMaybe(filter, n) ? 1 : 0
  expect(maybes).toBeLessThan((2 * KEYS) / 1000)
  expect(filter.bytes / KEYS).toBeLessThan(2.3)
})

test('with more keys than it was made for, and with none, it still is no liar', () => {
  const small = new KeyFilter(0)
  expect(isMaybe(small, 1)).toBe(false)
  for (let n = 0; n < 1000; n++) {
    const { first, second, third } = keyWords(testKey(n))
    small.add(first, second, third)
  }
  for (let n = 0; n < 1000; n++) expect(isMaybe(small, n)).toBe(true)
})

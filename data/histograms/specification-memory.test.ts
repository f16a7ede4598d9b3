import { expect, test } from 'vitest'
import { SpecificationMemory } from './specification-memory.ts'

function remembered(memory: SpecificationMemory, keys: readonly string[]): string[] {
  return keys.filter((key) => memory.find(key) !== null)
}

test('remembers so many specifications, and lets go of those that were in use longest ago', () => {
  const memory = new SpecificationMemory()
  const keys = Array.from({ length: 64 }, (_, at) => `${at}`)
  for (const key of keys) memory.keep(key, 'text')
  expect(memory.find('0')).toBe('text')
  memory.keep('another', 'text')
  expect(remembered(memory, ['0', '1', '2', '63', 'another'])).toEqual(['0', '2', '63', 'another'])
})

test('remembers so many characters, whatever the number of specifications', () => {
  const memory = new SpecificationMemory()
  const long = 'x'.repeat(12 * 1024 ** 2)
  for (const key of ['a', 'b', 'c']) memory.keep(key, long)
  expect(remembered(memory, ['a', 'b', 'c'])).toEqual(['b', 'c'])
  for (let times = 0; times < 100; times++) memory.keep('c', long)
  expect(remembered(memory, ['b', 'c'])).toEqual(['b', 'c'])
  memory.keep('beyond', long + long + long)
  expect(remembered(memory, ['b', 'c', 'beyond'])).toEqual([])
})

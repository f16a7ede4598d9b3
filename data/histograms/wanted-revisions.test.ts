import { expect, test } from 'vitest'
import { DEFAULT_REVISION_RULES, parseRevision, type Revision } from './revision.ts'
import { WantedRevisions } from './wanted-revisions.ts'

const HOUR = 3_600_000

function revision(number: number): Revision {
  const hex = number.toString(16).padStart(12, '0')
  const parsed = parseRevision(`http://hg.mozilla.org/mozilla-central/rev/${hex}`, DEFAULT_REVISION_RULES)
  if (parsed === null) throw new Error(`${hex} must be a revision`)
  return parsed
}

/** Asks for each key so often as it stands in `keys`. */
function wanting(keys: string, now = 0): WantedRevisions {
  const wanted = new WantedRevisions()
  for (const key of keys) wanted.note(key, revision(key.charCodeAt(0)), now)
  return wanted
}

const keysOf = (wanted: WantedRevisions, now = 0) =>
  wanted
    .inOrder(now)
    .map(({ key }) => key)
    .join('')

test('come in the order of how often they were asked for', () => {
  expect(keysOf(wanting('abcbcc'))).toBe('cba')
})

test('are wanted until they are found', () => {
  const wanted = wanting('ab')
  wanted.found('a')
  expect(keysOf(wanted)).toBe('b')
  wanted.found('b')
  expect(wanted.isEmpty).toBe(true)
})

test('are wanted no more two days after the last who asked', () => {
  const wanted = wanting('ab')
  wanted.note('b', revision(1), HOUR)
  expect(keysOf(wanted, 48 * HOUR)).toBe('b')
  expect(keysOf(wanted, 49 * HOUR)).toBe('')
})

test('are so many and no more: what is made up pushes out no build that people run', () => {
  const wanted = wanting('bbb')
  for (let number = 0; number < 5_000; number++) wanted.note(`made up ${number}`, revision(number), 0)
  const keys = wanted.inOrder(0).map(({ key }) => key)
  expect(keys).toHaveLength(1_000)
  expect(keys[0]).toBe('b')
})

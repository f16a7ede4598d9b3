import { expect, test } from 'vitest'
import type { Incident } from '../incident.ts'
import { advanceArchiveTrouble, isArchiveTrouble } from './archive-trouble.ts'

const NOW = Date.UTC(2014, 0, 16, 3, 30)

function opened(): Incident {
  const change = advanceArchiveTrouble(null, { sentence: 'A file is gone.', now: NOW }, 7)
  if (change === null) throw new Error('nothing changed')
  return change.incident
}

test('what differs opens an incident of our own, which says what it is', () => {
  const change = advanceArchiveTrouble(null, { sentence: 'A file is gone.', now: NOW }, 7)
  expect(change).toMatchObject({
    incident: { id: 7, group: 'stalled', state: 'open', explanation: { sentence: 'A file is gone.' } },
    event: { incident: 7, kind: 'opened', text: 'A file is gone.' },
  })
  expect(isArchiveTrouble(opened())).toBe(true)
})

test('a week later it is the same incident', () => {
  const change = advanceArchiveTrouble(opened(), { sentence: 'Two files are gone.', now: NOW + 1 }, 8)
  expect(change).toMatchObject({ incident: { id: 7, state: 'open', explanation: { sentence: 'Two files are gone.' } } })
  expect(change?.event).toBeUndefined()
})

test('a verification that finds nothing ends it, and is no news otherwise', () => {
  const change = advanceArchiveTrouble(opened(), { sentence: null, now: NOW + 1 }, 8)
  expect(change).toMatchObject({ incident: { id: 7, state: 'resolved', end: NOW + 1 }, event: { kind: 'resolved' } })
  expect(advanceArchiveTrouble(change?.incident ?? null, { sentence: null, now: NOW + 2 }, 8)).toBeNull()
  expect(advanceArchiveTrouble(null, { sentence: null, now: NOW }, 8)).toBeNull()
})

test('what differs after that is another incident', () => {
  const over: Incident = { ...opened(), state: 'resolved' }
  expect(advanceArchiveTrouble(over, { sentence: 'Again.', now: NOW }, 8)?.incident.id).toBe(8)
})

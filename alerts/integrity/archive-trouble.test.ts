import { expect, test } from 'vitest'
import type { Incident } from '../incident.ts'
import { advanceArchiveTrouble, isArchiveTrouble, isFoundBy } from './archive-trouble.ts'

const NOW = Date.UTC(2014, 0, 16, 3, 30)

const advance = (last: Incident | null, sentence: string | null, now: number, nextId: number) =>
  advanceArchiveTrouble(last, { check: 'archive', sentence }, { now, nextId })

function opened(): Incident {
  const change = advance(null, 'A file is gone.', NOW, 7)
  if (change === null) throw new Error('nothing changed')
  return change.incident
}

test('what differs opens an incident of our own, which says what it is', () => {
  const change = advance(null, 'A file is gone.', NOW, 7)
  expect(change).toMatchObject({
    incident: { id: 7, group: 'stalled', state: 'open', explanation: { sentence: 'A file is gone.' } },
    event: { incident: 7, kind: 'opened', text: 'A file is gone.' },
  })
  expect(isArchiveTrouble(opened())).toBe(true)
})

test('a week later it is the same incident', () => {
  const change = advance(opened(), 'Two files are gone.', NOW + 1, 8)
  expect(change).toMatchObject({ incident: { id: 7, state: 'open', explanation: { sentence: 'Two files are gone.' } } })
  expect(change?.event).toBeUndefined()
})

test('a verification that finds nothing ends it, and is no news otherwise', () => {
  const change = advance(opened(), null, NOW + 1, 8)
  expect(change).toMatchObject({ incident: { id: 7, state: 'resolved', end: NOW + 1 }, event: { kind: 'resolved' } })
  expect(advance(change?.incident ?? null, null, NOW + 2, 8)).toBeNull()
  expect(advance(null, null, NOW, 8)).toBeNull()
})

test('what differs after that is another incident', () => {
  const over: Incident = { ...opened(), state: 'resolved' }
  expect(advance(over, 'Again.', NOW, 8)?.incident.id).toBe(8)
})

test('what one check found the other does not end: it looks at something else', () => {
  expect([isFoundBy('archive')(opened()), isFoundBy('reconciliation')(opened())]).toEqual([true, false])
})

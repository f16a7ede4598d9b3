import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../counts/database.ts'
import { HOUR_MS } from '../domain/time.ts'
import { addIncidentEvents, readIncidentEvents, restoreIncidentEvents } from './incident-events.ts'
import { readIncidents } from './read-incidents.ts'
import { type IncidentRow, saveIncidents } from './save-incidents.ts'

const start = Date.UTC(2014, 1, 1, 14)
const incident: IncidentRow = {
  id: 13,
  state: 'open',
  kind: 'drop',
  startedAt: start,
  detectedAt: start + HOUR_MS,
  resolvedAt: null,
  body: '{"missing": 2440}',
}

let database: Database
beforeEach(async () => {
  database = await openDatabase(':memory:')
})
afterEach(() => database.close())

test('what is saved is read back, oldest first', async () => {
  const newer = { ...incident, id: 14, resolvedAt: start + 9 * HOUR_MS, state: 'resolved' }
  await database.inTransaction((transaction) => saveIncidents(transaction, [newer, incident]))
  expect(await readIncidents(database)).toEqual([incident, newer])
})

test('saving again replaces, also within one transaction', async () => {
  const worse = { ...incident, kind: 'outage', body: '{"missing": 9000}' }
  const over = { ...worse, state: 'resolved', resolvedAt: start + 5 * HOUR_MS }
  await database.inTransaction((transaction) => saveIncidents(transaction, [incident, worse]))
  await database.inTransaction((transaction) => saveIncidents(transaction, [over]))
  expect(await readIncidents(database)).toEqual([over])
})

test('events of an incident are told in order; those of others are not', async () => {
  const event = (incident: number, hours: number, text: string) => ({
    incident,
    happenedAt: start + hours * HOUR_MS,
    kind: 'worsened',
    text,
    actor: null,
  })
  await database.inTransaction(async (transaction) => {
    await addIncidentEvents(transaction, [event(13, 2, 'third'), event(13, 1, 'first'), event(12, 1, 'of another')])
    await addIncidentEvents(transaction, [event(13, 1, 'second')])
  })
  const events = await readIncidentEvents(database, 13)
  expect(events.map((each) => each.text)).toEqual(['first', 'second', 'third'])
  expect(events[0]).toEqual(event(13, 1, 'first'))
})

test('the journal restores events, each once', async () => {
  const entry = {
    kind: 'incident_event',
    key: '13-1-opened',
    writtenAt: start,
    body: { incident: 13, at: start, kind: 'opened', text: 'nightly is 16 % below expected' },
  }
  await database.inTransaction((transaction) => restoreIncidentEvents(transaction, [entry, entry]))
  expect(await readIncidentEvents(database, 13)).toEqual([
    { incident: 13, happenedAt: start, kind: 'opened', text: 'nightly is 16 % below expected', actor: null },
  ])
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { readIncidentEvents, restoreIncidentEvents } from '../../data/incidents/incident-events.ts'
import { saveIncidents } from '../../data/incidents/save-incidents.ts'
import { restoreSilences } from '../../data/incidents/silences.ts'
import { type Journal, openJournal, readJournal } from '../../data/journal/journal.ts'
import { restoreMailThreads } from '../../data/outbox/mail-threads.ts'
import { readMails } from '../../data/outbox/read-outbox.ts'
import { parseMailBody } from '../email/mail-body.ts'
import type { Incident } from '../incident.ts'
import { incidentRow } from '../incident-record.ts'
import { makeIncident } from '../testing/make-incident.ts'
import { createJudgeShell, type JudgeShell } from './judge-shell.ts'

const detectedAt = Date.UTC(2014, 1, 1, 16)
const nightly = makeIncident({ detectedAt, judgedUpTo: detectedAt - HOUR_MS })

let database: Database
let journal: Journal
let folder: string
let now: EpochMs

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-acting-'))
  journal = await openJournal(folder)
  database = await openDatabase(':memory:')
  now = detectedAt + 2 * MINUTE_MS
})
afterEach(async () => {
  await database.close()
  await journal.close()
  await rm(folder, { recursive: true })
})

function start(changes: Partial<Parameters<typeof createJudgeShell>[0]> = {}): Promise<JudgeShell> {
  return createJudgeShell({
    database,
    journal,
    now: () => now,
    routes: () => [{ name: 'all', recipients: ['on-call@example.org'], matches: () => true }],
    mailHost: 'example.org',
    pace: 'live',
    onError: (error) => expect.unreachable(String(error)),
    ...changes,
  })
}

async function startWith(...incidents: readonly Incident[]): Promise<JudgeShell> {
  await database.inTransaction((transaction) => saveIncidents(transaction, incidents.map(incidentRow)))
  return start()
}

async function told(): Promise<string[]> {
  return (await readMails(database, { limit: 100 })).map(({ trigger }) => trigger).reverse()
}

async function story(): Promise<string[]> {
  return (await readIncidentEvents(database, 13)).map(({ kind, actor }) => `${kind} by ${actor}`)
}

test('who acknowledges is told to everybody in the thread, once, and reminders stop', async () => {
  const judge = await startWith(nightly)
  await judge.decideDue()
  const acknowledge = { kind: 'acknowledge', by: 'mreid', note: 'looking' } as const
  expect(await judge.act(13, acknowledge)).toMatchObject({ kind: 'done', incident: { acknowledged: { by: 'mreid' } } })
  expect(await judge.act(13, { ...acknowledge, by: 'ann' })).toEqual({
    kind: 'unchanged',
    says: 'mreid has acknowledged it already.',
  })
  now += 2 * DAY_MS
  await judge.decideDue()
  expect(await told()).toEqual(['opened', 'acknowledged'])
  expect(await story()).toEqual(['acknowledged by mreid'])
  expect(await judge.act(99, acknowledge)).toBeNull()
})

test('what is asked at once is done one after the other', async () => {
  const judge = await startWith(nightly)
  const results = await Promise.all(['mreid', 'ann'].map((by) => judge.act(13, { kind: 'acknowledge', by, note: '' })))
  expect(results.map((result) => result?.kind)).toEqual(['done', 'unchanged'])
})

test('what is silenced is not mailed, also after a restart; when that ends, what goes on is told', async () => {
  const judge = await startWith(nightly)
  const until = now + 3 * HOUR_MS
  await judge.silence({ matcher: { channel: 'nightly' }, until, reason: 'known', author: 'mreid' })
  await judge.decideDue()
  expect(await told()).toEqual([])
  const again = await start()
  now += HOUR_MS
  await again.decideDue()
  expect(await told()).toEqual([])
  now = until
  await again.decideDue()
  expect(await told()).toEqual(['opened'])
  expect(again.silences()).toMatchObject([{ ended: { by: null, at: until } }])
  expect(await story()).toEqual(['silenced by mreid', 'silence_ended by null'])
})

test('until it is over: a silence of one incident ends with it, and its end is told', async () => {
  const judge = await startWith(nightly)
  await judge.decideDue()
  const wanted = { matcher: { incident: 13 }, until: null, reason: '', author: 'mreid' }
  expect(await judge.silence(wanted)).toMatchObject({ kind: 'done', silence: { id: 1 } })
  await judge.act(13, { kind: 'resolve', by: 'ann', note: 'rolled back' })
  expect(await told()).toEqual(['opened', 'resolved'])
  expect(judge.silences()).toMatchObject([{ ended: { by: null } }])
  expect(await judge.silence(wanted)).toEqual({
    kind: 'unchanged',
    says: 'Incident 13 is over: there is nothing to hold back.',
  })
})

test.each([
  {
    claim: 'of everything',
    wanted: { matcher: {}, until: detectedAt + DAY_MS },
    says: /A silence of everything is no silence/,
  },
  { claim: 'without an end', wanted: { matcher: { channel: 'nightly' }, until: null }, says: /give an end/ },
  { claim: 'that is over', wanted: { matcher: { channel: 'nightly' }, until: detectedAt }, says: /use a time to come/ },
])('no silence $claim', async ({ wanted, says }) => {
  const judge = await startWith(nightly)
  const result = await judge.silence({ ...wanted, reason: '', author: 'mreid' })
  expect(result).toMatchObject({ kind: 'unchanged', says: expect.stringMatching(says) })
  expect(judge.silences()).toEqual([])
})

test('a rebuilt database goes on with silences, threads and what people did', async () => {
  const judge = await startWith(nightly)
  await judge.decideDue()
  await judge.act(13, { kind: 'label', label: 'expected', by: 'ann', note: 'sampling halved' })
  await judge.silence({ matcher: { incident: 13 }, until: null, reason: 'known', author: 'mreid' })
  const { entries } = await readJournal(folder)
  const rebuilt = await openDatabase(':memory:')
  await rebuilt.inTransaction(async (transaction) => {
    await saveIncidents(transaction, judge.incidents().map(incidentRow))
    await restoreIncidentEvents(transaction, entries)
    await restoreSilences(transaction, entries)
    await restoreMailThreads(transaction, entries)
  })
  const again = await start({ database: rebuilt })
  expect(again.silences()).toEqual(judge.silences())
  now += DAY_MS
  expect(await again.decideDue()).toBe(0)
  await again.act(13, { kind: 'resolve', by: 'ann', note: '' })
  expect((await readMails(rebuilt, { limit: 9 })).map(({ trigger }) => trigger)).toEqual(['resolved'])
  expect((await readIncidentEvents(rebuilt, 13)).map(({ kind, actor }) => `${kind} by ${actor}`)).toEqual([
    'labelled by ann',
    'silenced by mreid',
    'closed by ann',
  ])
  await rebuilt.close()
})

test('a digest comes once a day at its local time, says what is open and silenced, and none comes for a restart', async () => {
  const digest = () => ({ recipients: ['lead@example.org'], minute: 8 * 60, timeZone: 'Europe/Berlin' })
  await database.inTransaction((transaction) => saveIncidents(transaction, [incidentRow(nightly)]))
  const judge = await start({ digest })
  await judge.silence({ matcher: { channel: 'beta' }, until: now + 7 * DAY_MS, reason: 'moving', author: 'mreid' })
  await judge.decideDue()
  now = Date.UTC(2014, 1, 2, 6, 59)
  await judge.decideDue()
  expect((await told()).filter((trigger) => trigger === 'digest')).toEqual([])
  now = Date.UTC(2014, 1, 2, 7)
  await judge.decideDue()
  const [mail] = await readMails(database, { limit: 1 })
  expect(mail).toMatchObject({ trigger: 'digest', recipient: 'lead@example.org', incident: 0 })
  expect(mail?.subject).toBe('[tidewatch] Sun 2 Feb: 1 incident open (nightly)')
  expect(parseMailBody(mail?.body ?? '')).toMatchObject({
    kind: 'digest',
    open: [{ id: 13 }],
    silences: [{ matcher: { channel: 'beta' }, reason: 'moving' }],
  })
  const again = await start({ digest })
  now += HOUR_MS
  await again.decideDue()
  expect((await told()).filter((trigger) => trigger === 'digest')).toHaveLength(1)
  // Two days missed are one digest.
  now += 2 * DAY_MS
  await again.decideDue()
  expect((await told()).filter((trigger) => trigger === 'digest')).toHaveLength(2)
})

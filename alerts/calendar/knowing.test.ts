import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { restoreAnnotations } from '../../data/annotations/annotations.ts'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { saveIncidents } from '../../data/incidents/save-incidents.ts'
import { type Journal, openJournal, readJournal } from '../../data/journal/journal.ts'
import { readMails } from '../../data/outbox/read-outbox.ts'
import { changes } from '../email/compose/changes.ts'
import { makeFacts } from '../email/testing/make-facts.ts'
import type { Incident } from '../incident.ts'
import { incidentRow } from '../incident-record.ts'
import { createJudgeShell, type JudgeShell } from '../shell/judge-shell.ts'
import { makeIncident } from '../testing/make-incident.ts'
import type { KnownEvent } from './annotation.ts'
import { type AnnotationBook, openAnnotationBook } from './annotation-book.ts'
import { eventsNear } from './events-near.ts'

const detectedAt = Date.UTC(2014, 1, 1, 16)
const nightly = makeIncident({ detectedAt, judgedUpTo: detectedAt - HOUR_MS })

let database: Database
let journal: Journal
let folder: string
let now: EpochMs
let book: AnnotationBook

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-knowing-'))
  journal = await openJournal(folder)
  database = await openDatabase(':memory:')
  now = detectedAt + 2 * MINUTE_MS
  book = await openAnnotationBook({ database, journal, now: () => now })
})
afterEach(async () => {
  await database.close()
  await journal.close()
  await rm(folder, { recursive: true })
})

const event: KnownEvent = { kind: 'note', text: 'x', channels: [], from: 0, to: null }

async function startWith(known: () => readonly KnownEvent[], ...incidents: readonly Incident[]): Promise<JudgeShell> {
  await database.inTransaction((transaction) => saveIncidents(transaction, incidents.map(incidentRow)))
  return createJudgeShell({
    database,
    journal,
    now: () => now,
    known,
    routes: () => [{ name: 'all', recipients: ['on-call@example.org'], matches: () => true }],
    mailHost: 'example.org',
    pace: 'live',
    onError: (error) => expect.unreachable(String(error)),
  })
}

async function told(): Promise<string[]> {
  return (await readMails(database, { limit: 100 })).map(({ trigger }) => trigger).reverse()
}

describe('while a maintenance goes on', () => {
  const maintenance: KnownEvent = {
    ...event,
    kind: 'maintenance',
    text: 'new switch',
    from: detectedAt - HOUR_MS,
    to: detectedAt + 3 * HOUR_MS,
  }

  test('nothing is mailed; what is still wrong at its end is told then, once', async () => {
    const judge = await startWith(() => [maintenance], nightly)
    await judge.decideDue()
    now = detectedAt + 3 * HOUR_MS - 1
    await judge.decideDue()
    expect(await told()).toEqual([])
    now = detectedAt + 3 * HOUR_MS
    await judge.decideDue()
    now += 5 * MINUTE_MS
    await judge.decideDue()
    expect(await told()).toEqual(['opened'])
  })

  test('what began and ended in it is told to nobody', async () => {
    const judge = await startWith(() => [maintenance], nightly)
    await judge.decideDue()
    await judge.act(13, { kind: 'resolve', by: 'ann', note: 'back' })
    now = detectedAt + 4 * HOUR_MS
    await judge.decideDue()
    expect(await told()).toEqual([])
  })

  test('who was told before hears that it goes on when it ends, and of the end whenever that is', async () => {
    const late = { ...maintenance, from: detectedAt + HOUR_MS }
    const judge = await startWith(() => [late], nightly)
    await judge.decideDue()
    now = detectedAt + 3 * HOUR_MS
    await judge.decideDue()
    expect(await told()).toEqual(['opened', 'maintenance_ended'])
    await judge.act(13, { kind: 'resolve', by: 'ann', note: 'back' })
    expect(await told()).toEqual(['opened', 'maintenance_ended', 'resolved'])
  })

  test.each([
    { claim: 'of another channel holds nothing back', channels: ['beta'], incident: nightly, tells: ['opened'] },
    { claim: 'of one channel holds its own back', channels: ['nightly'], incident: nightly, tells: [] },
    {
      claim: 'of one channel holds nothing of several back',
      channels: ['nightly'],
      incident: { ...nightly, channels: ['nightly', 'aurora'] },
      tells: ['opened'],
    },
    {
      claim: 'of one channel holds nothing of all back',
      channels: ['nightly'],
      incident: { ...nightly, channels: ['*'] },
      tells: ['opened'],
    },
    { claim: 'of all channels holds a gap back', channels: [], incident: { ...nightly, channels: ['*'] }, tells: [] },
  ])('that is $claim', async ({ channels, incident, tells }) => {
    const judge = await startWith(() => [{ ...maintenance, channels }], incident)
    await judge.decideDue()
    expect(await told()).toEqual(tells)
  })

  test('that somebody marked by hand holds back as well, until it is removed', async () => {
    const { kind, text, channels, from, to } = maintenance
    await book.add({ kind: 'maintenance', text, channels: [...channels], from, to, author: 'ann' })
    expect(kind).toBe('maintenance')
    const judge = await startWith(() => book.list(), nightly)
    await judge.decideDue()
    expect(await told()).toEqual([])
    await book.remove(1, 'ann')
    await judge.decideDue()
    expect(await told()).toEqual(['opened'])
  })
})

test('annotations outlive a restart, and a database that is made anew from the journal', async () => {
  const wanted = { kind: 'release' as const, channels: ['nightly'], from: now, to: null, author: 'release-bot' }
  await Promise.all(['first', 'second', 'third'].map((text) => book.add({ ...wanted, text })))
  await book.change(1, { text: 'changed', buildId: '20140201030203' }, 'ann')
  await book.remove(3, 'ann')
  const again = await openAnnotationBook({ database, journal, now: () => now })
  expect(again.list()).toEqual(book.list())
  const rebuilt = await openDatabase(':memory:')
  const { entries } = await readJournal(folder)
  await rebuilt.inTransaction((transaction) => restoreAnnotations(transaction, entries))
  const remade = await openAnnotationBook({ database: rebuilt, journal: null, now: () => now })
  expect(remade.list()).toEqual(book.list())
  expect(remade.list().map(({ text }) => text)).toEqual(['changed', 'second'])
  expect(await remade.add({ ...wanted, text: 'next' })).toMatchObject({ annotation: { id: 4 } })
  await rebuilt.close()
})

describe('what is known near the start of an incident', () => {
  const at = (hours: number, changed: Partial<KnownEvent> = {}): KnownEvent => ({
    ...event,
    text: `${hours}`,
    from: nightly.start + hours * HOUR_MS,
    ...changed,
  })

  test('is what is within six hours of it, nearest first, on its channels', () => {
    const events = [
      at(-7),
      at(-6),
      at(3),
      at(-1),
      at(0, { channels: ['beta'] }),
      at(-48, { to: nightly.start + HOUR_MS }),
      at(-9, { to: nightly.start - 2 * HOUR_MS }),
      at(6.1),
    ]
    expect(eventsNear(events, nightly).map(({ text }) => text)).toEqual(['-48', '-1', '-9', '3', '-6'])
  })

  test('is named in mails, in its own words and as text', () => {
    const known = eventsNear(
      [
        at(-2, { kind: 'release', text: 'Firefox 29' }),
        at(-30, { kind: 'holiday', text: '<b>Unity</b>', to: nightly.start + HOUR_MS }),
      ],
      nightly,
    )
    const facts = makeFacts({ changes: known.map((own) => ({ kind: 'event', event: own })) })
    const lines = changes(facts, nightly).map(({ what }) => what.map(({ text }) => text).join(''))
    expect(lines.slice(0, 2)).toEqual([
      'Holiday: <b>Unity</b>, going on at the start',
      'Release: Firefox 29, 2\u00a0h before the start',
    ])
  })
})

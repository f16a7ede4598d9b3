import { afterEach, beforeEach, expect, test } from 'vitest'
import { openAnnotationBook } from '../../alerts/calendar/annotation-book.ts'
import type { Silence } from '../../alerts/silence.ts'
import { makeIncident } from '../../alerts/testing/make-incident.ts'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { type CountRow, importCounts } from '../../data/counts/import-counts.ts'
import { HOUR_MS, isoSeconds } from '../../data/domain/time.ts'
import { addIncidentEvents } from '../../data/incidents/incident-events.ts'
import type { MailSummary } from '../api/types.ts'
import { incidentStory } from './incident-story.ts'

const NOW = Date.UTC(2014, 0, 16, 14, 20)

const start = NOW - 20 * HOUR_MS
const hour = Math.floor(start / HOUR_MS) * HOUR_MS
const incident = makeIncident({ start, state: 'resolved', end: start + 2 * HOUR_MS, resolvedAt: start + 8 * HOUR_MS })
const mail: MailSummary = {
  id: 7,
  incident: 13,
  trigger: 'opened',
  recipient: 'on-call@example.org',
  subject: 'nightly',
  state: 'sent',
  decided_at: isoSeconds(start + 2 * HOUR_MS),
  sent_at: isoSeconds(start + 2 * HOUR_MS + 4000),
  last_error: null,
}

const silence: Silence = {
  ...{ id: 1, matcher: { channel: 'nightly' }, from: start, until: NOW + HOUR_MS, reason: 'known' },
  ...{ author: 'mreid', createdAt: start, ended: null },
}
const other: Silence = { ...silence, id: 2, matcher: { channel: 'beta' } }

let database: Database
beforeEach(async () => {
  database = await openDatabase(':memory:')
})
afterEach(() => database.close())

function row(outcome: CountRow['outcome'], submissions: number, recovered = 0, at = hour): CountRow {
  const names = {
    channel: 'nightly',
    appName: 'Firefox',
    appVersion: '29.0',
    buildId: '20140101',
    reason: 'idle-daily',
  }
  const problem = outcome === 'accepted' ? 'none' : outcome === 'quarantined' ? 'invalid_revision' : 'bad_json'
  return { hour: at, ...names, outcome, problem, automation: false, submissions, recovered, bytes: 0 }
}

test('an incident’s story is in order, with people and mails, and says what it cost', async () => {
  const rows = [
    row('accepted', 900),
    row('quarantined', 80, 50),
    row('rejected', 20),
    row('accepted', 500, 0, hour - 9 * HOUR_MS),
  ]
  const coverage = new Map(rows.map((each) => [each.hour, 1]))
  await importCounts(database, { source: 'test', rows: [rows], coverage: () => coverage, now: NOW })
  // As if it had been received here.
  await database.inTransaction((transaction) => transaction.run("update hourly_counts set source = 'live'"))
  await database.inTransaction((transaction) =>
    addIncidentEvents(transaction, [
      {
        incident: 13,
        happenedAt: start + 3 * HOUR_MS,
        kind: 'acknowledged',
        text: 'Acknowledged by ann.',
        actor: 'ann',
      },
      { incident: 13, happenedAt: start + 2 * HOUR_MS, kind: 'opened', text: 'nightly is below.', actor: null },
    ]),
  )
  const mails = {
    list: async () => [mail],
    html: async () => null,
    eml: async () => null,
    delivery: () => 'files' as const,
  }
  const annotations = await openAnnotationBook({ database, journal: null, now: () => NOW })
  const release = { kind: 'release' as const, channels: ['nightly'], to: null, author: 'ann' }
  await annotations.add({ ...release, text: 'near', from: start - 2 * HOUR_MS })
  await annotations.add({ ...release, text: 'nearer', from: start + HOUR_MS })
  await annotations.add({ ...release, text: 'far', from: start - 7 * HOUR_MS })
  await annotations.add({ ...release, text: 'elsewhere', from: start, channels: ['beta'] })
  const answer = await incidentStory(
    { database, mails, silences: () => [silence, other], annotations, calendar: () => [], now: () => NOW },
    incident,
  )
  expect(answer.timeline?.map(({ kind, actor, mail: number }) => [kind, actor, number])).toEqual([
    ['opened', null, undefined],
    ['mail', null, 7],
    ['acknowledged', 'ann', undefined],
  ])
  expect(answer.accounting).toEqual({
    ...{ missing: 81_237, received: 1000, invalid: 100, quarantined: 80, recovered: 50, waiting: 30, discarded: 0 },
    quarantined_elsewhere: 0,
    ...{ duration_seconds: 7200, told_after_seconds: 7204 },
  })
  expect(answer.near?.map(({ text }) => text)).toEqual(['nearer', 'near'])
  expect(answer.silences).toEqual([
    expect.objectContaining({ matcher: { channel: 'nightly' }, reason: 'known', is_active: true }),
  ])
})

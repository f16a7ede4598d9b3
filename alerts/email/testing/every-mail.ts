import { HOUR_MS } from '../../../data/domain/time.ts'
import { makeIncident } from '../../testing/make-incident.ts'
import { type ComposedMail, composeCatchUp, composeDigest, composeMail } from '../compose/compose-mail.ts'
import type { MailFacts } from '../compose/mail-facts.ts'
import { testMail } from '../compose/test-mail.ts'
import type { Notification } from '../notification.ts'
import { makeFacts } from './make-facts.ts'

const start = Date.UTC(2014, 1, 1, 14)

/** Every kind of mail that there is, by a name for it. `name`: what a client calls its channel, build and reason. */
export function everyMail(name = 'nightly'): ReadonlyMap<string, ComposedMail> {
  const { incident: told } = makeFacts().notification
  const carriers = told.explanation.carriers.map((carrier) => ({ ...carrier, value: name }))
  const open = { ...told, channels: [name], explanation: { ...told.explanation, carriers } }
  const taken = { ...open, acknowledged: { by: name, at: start + 10 * HOUR_MS, note: name } }
  const over = { ...taken, state: 'resolved' as const, resolvedAt: start + 16 * HOUR_MS, end: start + 12 * HOUR_MS }
  const accounting = { received: 18_234, invalid: 97, quarantined: 80, recovered: 12, quarantinedElsewhere: 0 }
  const ended: Partial<MailFacts> = { firstToldAt: start + 2 * HOUR_MS, accounting }
  const compose = (notification: Partial<Notification>, facts: Partial<MailFacts> = {}) =>
    composeMail(
      makeFacts({ thread: ['<first@example.org>'], ...facts, notification: { incident: open, ...notification } }),
      true,
      'example.org',
    )
  return new Map([
    ['opened', compose({}, { thread: [] })],
    ['reminder', compose({ trigger: 'reminder', previousRatio: 0.1 })],
    ['late', compose({ trigger: 'worsened', previousRatio: 0.1 }, { lateSince: start })],
    ['acknowledged', compose({ trigger: 'acknowledged', incident: taken })],
    ['unstable', compose({ trigger: 'unstable', isUnstable: true })],
    ['silence ended', compose({ trigger: 'silence_ended', previousRatio: 0.5 })],
    ['maintenance over', compose({ trigger: 'maintenance_ended', previousRatio: 0.5 })],
    ['merged', compose({ trigger: 'merged', survivor: { ...open, id: 12 } })],
    ['resolved', compose({ trigger: 'resolved', incident: over }, ended)],
    ['withdrawn', compose({ trigger: 'withdrawn', incident: { ...over, state: 'withdrawn' } }, ended)],
    ['notice', compose({}, { isNotice: true, untold: [{ recipient: name, error: `550 ${name}` }] })],
    ['catch-up', catchUp(name)],
    ['digest', digest(name)],
    ['test', testMail({ host: 'example.org', now: start })],
  ])
}

function catchUp(name: string): ComposedMail {
  const { notification, links } = makeFacts()
  const invalid = makeIncident({
    id: 14,
    group: 'invalid',
    kind: 'invalid',
    channels: [name, 'aurora'],
    series: { problem: 'invalid_revision' },
    latest: { invalidRatio: 0.31 },
  })
  const gap = makeIncident({ id: 11, group: 'gap', kind: 'gap', channels: ['*'] })
  const notifications = [invalid, gap].map((incident): Notification => ({ ...notification, incident }))
  const subject = '[tidewatch] 2 incidents: nightly + aurora, no data'
  return composeCatchUp(
    {
      body: { kind: 'catch_up', why: 'late', decidedAt: start, subject, notifications },
      entries: notifications.map((each) => ({ notification: each, links })),
      publicUrl: 'https://tidewatch.example.org',
      lateSince: null,
      now: start,
    },
    'example.org',
  )
}

function digest(name: string): ComposedMail {
  const incident = makeIncident({ channels: [name] })
  const silence = {
    id: 1,
    matcher: { channel: name },
    from: start,
    until: start + 24 * HOUR_MS,
    reason: name,
    author: name,
    createdAt: start,
    ended: null,
  }
  return composeDigest(
    {
      body: {
        kind: 'digest',
        decidedAt: start + 24 * HOUR_MS,
        subject: '[tidewatch] daily: 1 open, 2 channels well',
        since: start,
        until: start + 24 * HOUR_MS,
        open: [incident],
        over: [{ ...incident, id: 12, state: 'resolved', end: start + 12 * HOUR_MS }],
        silences: [silence],
        learning: [{ channel: 'esr', coveredDays: 6.3, neededDays: 14 }],
      },
      publicUrl: 'https://tidewatch.example.org',
      weeks: [
        { channel: 'release', received: 4_123_456, expected: 4_100_000, invalid: 1200, days: [1, 1, 1, 1, 1, 1, 1] },
        { channel: name, received: 28_000, expected: 47_000, invalid: 13_700, days: [1, 1, 1, 0.9, 0.8, null, 0.59] },
        { channel: 'esr', received: 210, expected: null, invalid: 0, days: [null, null, null, null, null, null, null] },
      ],
      losses: { received: 4_743_000, invalid: 16_000, quarantined: 15_800, recovered: 240, quarantinedElsewhere: 0 },
    },
    'example.org',
    'tidewatch@example.org',
  )
}

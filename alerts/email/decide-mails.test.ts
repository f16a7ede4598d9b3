import { expect, test } from 'vitest'
import { HOUR_MS } from '../../data/domain/time.ts'
import type { NewMail } from '../../data/outbox/outbox-row.ts'
import type { Incident } from '../incident.ts'
import type { Route } from '../routes/route.ts'
import { makeIncident } from '../testing/make-incident.ts'
import { decideMails } from './decide-mails.ts'
import { threadKey } from './mail-thread.ts'
import { type Notification, parseNotification } from './notification.ts'

const now = Date.UTC(2014, 1, 1, 15, 2)
const incident = makeIncident()
const everything: Route = { name: 'everything', recipients: ['a@example.org', 'b@example.org'], matches: () => true }

/** Decides at each of `steps` and remembers what was told, as the shell does. */
function decideInTurn(steps: readonly { hours: number; incidents: readonly Incident[]; routes?: readonly Route[] }[]) {
  const threads = new Map<string, Notification>()
  return steps.map(({ hours, incidents, routes = [everything] }) => {
    const at = now + hours * HOUR_MS
    const decided = decideMails({
      ...{ incidents, threads, silences: [], routes, recent: new Map(), mostPerHour: 12, host: 'example.org' },
      now: at,
    })
    for (const { incident, recipient, last } of decided.threads) threads.set(threadKey(incident, recipient), last)
    return decided.mails
  })
}

const told = (mails: readonly NewMail[] | undefined) => mails?.map((mail) => `${mail.trigger} to ${mail.recipient}`)

test('each recipient gets a mail of their own, with a name of its own', () => {
  const [mails] = decideInTurn([{ hours: 0, incidents: [incident] }])
  expect(told(mails)).toEqual(['opened to a@example.org', 'opened to b@example.org'])
  expect(new Set(mails?.map((mail) => mail.messageId)).size).toBe(2)
  expect(mails?.[0]?.messageId).toMatch(/^<incident-13\.1\.[0-9a-f]{10}@example\.org>$/)
})

test('asked again at once there is nothing to say', () => {
  const [, again] = decideInTurn([
    { hours: 0, incidents: [incident] },
    { hours: 0, incidents: [incident] },
  ])
  expect(again).toEqual([])
})

test('what came out of an incident is told under its first subject, numbered on', () => {
  const worse = makeIncident({ latest: { seen: 300 } })
  const mails = decideInTurn([
    { hours: 0, incidents: [incident] },
    { hours: 2, incidents: [worse] },
    { hours: 6, incidents: [worse] },
    { hours: 9, incidents: [{ ...worse, state: 'resolved' }] },
  ]).map(([first]) => first)
  expect(mails.map((mail) => mail?.trigger)).toEqual(['opened', 'worsened', 'reminder', 'resolved'])
  expect(mails.map((mail) => mail?.sequence)).toEqual([1, 2, 3, 4])
  expect(new Set(mails.map((mail) => mail?.subject)).size).toBe(1)
})

test('a second incident is told although the first one was just told', () => {
  const other = makeIncident({ id: 14, channels: ['beta'] })
  const [, second] = decideInTurn([
    { hours: 0, incidents: [incident] },
    { hours: 0.2, incidents: [incident, other] },
  ])
  expect(told(second)).toEqual(['opened to a@example.org', 'opened to b@example.org'])
  expect(parseNotification(second?.[0]?.body ?? '').troubledChannels).toEqual(['nightly'])
})

test('what comes back counts its depth anew', () => {
  const shallow = makeIncident({ latest: { seen: 2100 } })
  const deeper = makeIncident({ latest: { seen: 1500 } })
  const triggers = decideInTurn([
    { hours: 0, incidents: [makeIncident({ latest: { seen: 200 } })] },
    { hours: 2, incidents: [{ ...incident, state: 'resolved' }] },
    { hours: 5, incidents: [shallow] },
    { hours: 7, incidents: [deeper] },
  ]).map(([first]) => first?.trigger)
  expect(triggers).toEqual(['opened', 'resolved', 'reopened', 'worsened'])
})

test('what one build lacks is not compared with what its channel lacks', () => {
  const build = makeIncident({ series: { reason: 'saved-session', buildId: '20140201' }, latest: { seen: 0 } })
  const [, reminder] = decideInTurn([
    { hours: 0, incidents: [build] },
    { hours: 4, incidents: [incident] },
  ])
  const { previousRatio, worstRatio } = parseNotification(reminder?.[0]?.body ?? '')
  expect(previousRatio).toBeNull()
  expect(worstRatio).toBeCloseTo(0.41, 2)
})

test('an incident that no route wants is told to nobody; a recipient on two routes is told once', () => {
  const volume: Route = { name: 'volume', recipients: ['a@example.org'], matches: (each) => each.group === 'volume' }
  const [mails] = decideInTurn([
    {
      hours: 0,
      incidents: [incident, makeIncident({ id: 14, group: 'gap', kind: 'gap' })],
      routes: [volume, { ...volume, name: 'volume again', recipients: ['a@example.org', 'c@example.org'] }],
    },
  ])
  expect(told(mails)).toEqual(['opened to a@example.org', 'opened to c@example.org'])
  expect(mails?.map((mail) => parseNotification(mail.body).route)).toEqual(['volume', 'volume again'])
})

import { expect, test } from 'vitest'
import { notificationsDue } from '../../alerts/email/notifications-due.ts'
import type { Incident } from '../../alerts/incident.ts'
import { makeIncident } from '../../alerts/testing/make-incident.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { defaultLayer } from '../settings/layers/default-layer.ts'
import { resolveSettings } from '../settings/resolve-settings.ts'
import type { Settings } from '../settings/schema.ts'
import { digestPlanOf, mailRoutesOf } from './mail-routes.ts'

function settingsOf(mail: Readonly<Record<string, unknown>>): Settings {
  const given = Object.entries(mail).map(
    ([name, value]) => [`mail.${name}`, { value, source: { kind: 'flag', flag: name } }] as const,
  )
  const checked = resolveSettings([defaultLayer(), { values: new Map(given), problems: [] }])
  if (checked.kind === 'problems') throw new Error(checked.problems.join('\n'))
  return checked.settings
}

const detectedAt = Date.UTC(2014, 1, 1, 16)
const nightly = makeIncident({ detectedAt, judgedUpTo: detectedAt - HOUR_MS })
const beta = makeIncident({ ...nightly, id: 14, channels: ['beta'] })
const shallow = makeIncident({ ...nightly, id: 15, latest: { ...nightly.latest, seen: 2250 } })
const gap = makeIncident({ ...nightly, id: 16, group: 'gap', kind: 'gap', channels: ['*'] })

/** Who is told of `incident`, and by which route, a few minutes after it was detected. */
function told(mail: Readonly<Record<string, unknown>>, incident: Incident, now = detectedAt + HOUR_MS / 12): string[] {
  const routes = mailRoutesOf(settingsOf(mail))
  const due = notificationsDue({ incidents: [incident], threads: new Map(), silences: [], routes, now })
  return [...due].map(([recipient, [first]]) => `${recipient}: ${first?.route?.name}`)
}

const routes = [
  { channels: ['nightly'], to: ['nightly@example.org'] },
  { name: 'pagers', severity: 'high', to: ['pager@example.org'] },
  { kinds: ['gap'], to: ['servers@example.org'] },
]

test.each([
  {
    claim: 'without routes everybody is told everything',
    mail: { to: ['a@example.org'] },
    incident: beta,
    to: ['a@example.org: all channels, all kinds'],
  },
  {
    claim: 'nobody named: mails are kept as files all the same',
    mail: {},
    incident: beta,
    to: ['on-call@localhost: all channels, all kinds'],
  },
  {
    claim: 'a channel has its readers, grave ones have others',
    mail: { routes, to: ['rest@example.org'] },
    incident: nightly,
    to: ['nightly@example.org: nightly, all kinds', 'pager@example.org: pagers'],
  },
  {
    claim: 'what is not grave enough is not brought',
    mail: { routes },
    incident: shallow,
    to: ['nightly@example.org: nightly, all kinds'],
  },
  {
    claim: 'a gap is about every channel',
    mail: { routes },
    incident: gap,
    to: ['nightly@example.org: nightly, all kinds', 'servers@example.org: all channels, gap'],
  },
  {
    claim: 'what no route brings goes to mail.to',
    mail: { routes: [routes[0]], to: ['rest@example.org'] },
    incident: beta,
    to: ['rest@example.org: what no other route is about'],
  },
])('$claim', ({ mail, incident, to }) => expect(told(mail, incident)).toEqual(to))

test('quiet hours hold back what is not of high severity, in their own time zone', () => {
  const quietHours = { from: '17:00', to: '08:00', timeZone: 'Europe/Berlin' }
  const quiet = { routes: [{ to: ['a@example.org'], quietHours }] }
  expect(told(quiet, shallow)).toEqual([])
  expect(told(quiet, nightly)).toHaveLength(1)
  const sevenUtc = Date.UTC(2014, 1, 2, 7)
  expect(told(quiet, shallow, sevenUtc - 1)).toEqual([])
  expect(told(quiet, shallow, sevenUtc)).toHaveLength(1)
})

test('the digest goes to who is named for it, else to mail.to, else to nobody', () => {
  const to = ['a@example.org']
  expect(digestPlanOf(settingsOf({ to }))).toEqual({ recipients: to, minute: 480, timeZone: 'UTC' })
  expect(digestPlanOf(settingsOf({ to, digestTo: ['b@example.org'], digestAt: '06:30' }))).toMatchObject({
    recipients: ['b@example.org'],
    minute: 390,
  })
  expect(digestPlanOf(settingsOf({ to, digestAt: '' }))).toBeNull()
  expect(digestPlanOf(settingsOf({}))).toBeNull()
})

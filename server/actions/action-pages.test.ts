import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Incident } from '../../alerts/incident.ts'
import { act, type IncidentAction } from '../../alerts/incidents/act.ts'
import { beginSilence } from '../../alerts/incidents/silencing.ts'
import { type ActionLink, actionPath, LINK_ACTIONS, LINK_LASTS_MS } from '../../alerts/links/action-link.ts'
import type { Silence } from '../../alerts/silence.ts'
import { makeIncident } from '../../alerts/testing/make-incident.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { readLinkKeys, revokeLinksOf, rotateLinkKey } from '../../data/links/link-keys.ts'
import { actionPages } from './action-pages.ts'

const madeAt = Date.UTC(2014, 1, 1, 15)
let now = madeAt
let folder: string
let incidents: Incident[] = []
let silences: Silence[] = []
const done: IncidentAction[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-links-'))
  now = madeAt + HOUR_MS
  incidents = [makeIncident(), makeIncident({ id: 14, channels: ['beta'] })]
  silences = []
  done.length = 0
})
afterEach(() => rm(folder, { recursive: true }))

const keyFile = () => join(folder, 'link-keys.json')
const link = (changes: Partial<ActionLink> = {}): ActionLink => ({
  incident: 13,
  action: 'acknowledge',
  recipient: 'ann@example.org',
  madeAt,
  ...changes,
})
const pathOf = async (changes: Partial<ActionLink> = {}) =>
  actionPath(link(changes), await readLinkKeys(keyFile(), madeAt))

/** The decisions are the service's own; only the database is left out. */
const pages = actionPages({
  keys: () => readLinkKeys(keyFile(), now),
  incidents: () => incidents,
  silences: () => silences,
  async act(id, action) {
    const incident = incidents.find((each) => each.id === id)
    if (incident === undefined) return null
    const result = act(incident, action, now)
    if (result.kind === 'done') {
      done.push(action)
      incidents = incidents.map((each) => (each.id === id ? result.incident : each))
    }
    return result
  },
  async silence(wanted) {
    const result = beginSilence(wanted, { id: silences.length + 1, incidents, now })
    if (result.kind === 'done') silences.push(result.silence)
    return result
  },
  now: () => now,
  publicUrl: () => 'https://tidewatch.example.org',
})

async function get(path: string) {
  const answer = await pages.request(path)
  return { status: answer.status, headers: answer.headers, html: await answer.text() }
}

async function post(path: string, form: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(form).toString()
  const answer = await pages.request(path, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': `${body.length}`, ...headers },
  })
  return { status: answer.status, location: answer.headers.get('Location'), html: await answer.text() }
}

test('whoever opens a link is asked, and nothing is done: programs that look into mails open links', async () => {
  for (const action of LINK_ACTIONS) {
    const { status, html, headers } = await get(await pathOf({ action }))
    expect(status).toBe(200)
    expect(html).toMatch(/<form method="post">[\s\S]*<button type="submit">/)
    expect(html).toContain('In the name of ann@example.org')
    expect(html).not.toMatch(/<script/i)
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'")
  }
  const head = await pages.request(await pathOf(), { method: 'HEAD' })
  expect(head.status).toBe(200)
  expect([done, silences]).toEqual([[], []])
})

test('the button acknowledges in the name of whoever got the mail, and the page says so', async () => {
  const path = await pathOf()
  const { status, location } = await post(path, { note: 'on it\r\nnow' })
  expect([status, new URL(location ?? '', `https://host.example${path}`).pathname]).toEqual([303, path])
  expect(done).toEqual([{ kind: 'acknowledge', by: 'ann@example.org', note: 'on it now' }])
  expect((await get(path)).html).toContain('ann@example.org has it, since Sat 1 Feb, 16:00 UTC.')
})

test('used again, by anybody, a link says what was done and changes nothing', async () => {
  const path = await pathOf()
  await post(path)
  const before = structuredClone(incidents)
  now += HOUR_MS
  const others = await pathOf({ recipient: 'bob@example.org' })
  for (const again of [path, path, others]) {
    expect((await post(again, { note: 'mine' })).status).toBe(303)
    expect((await get(again)).html).toContain('ann@example.org has it, since Sat 1 Feb, 16:00 UTC.')
    expect((await get(again)).html).not.toContain('<form')
  }
  expect(incidents).toEqual(before)
  expect(done).toHaveLength(1)
})

test.each([
  { until: 'over', hours: null },
  { until: '4', hours: 4 },
  { until: '168', hours: 168 },
  { until: 'for ever', hours: null },
])('silences for as long as was chosen: $until', async ({ until, hours }) => {
  const path = await pathOf({ action: 'silence' })
  await post(path, { until, note: 'planned' })
  expect(silences).toMatchObject([
    {
      matcher: { incident: 13 },
      until: hours === null ? null : now + hours * HOUR_MS,
      reason: 'planned',
      author: 'ann@example.org',
    },
  ])
  await post(path, { until: '4' })
  expect(silences).toHaveLength(1)
  expect((await get(path)).html).toContain('by ann@example.org')
})

test('a silence that somebody ended is not made again by the link that made it', async () => {
  const path = await pathOf({ action: 'silence' })
  await post(path)
  silences = silences.map((silence) => ({ ...silence, ended: { by: 'bob@example.org', at: now + HOUR_MS } }))
  now += 2 * HOUR_MS
  await post(path)
  expect(silences).toHaveLength(1)
  expect((await get(path)).html).toContain('that ended')
})

test('a link that took it does not take it again when it has begun again; one of a later mail does', async () => {
  const path = await pathOf()
  await post(path)
  const [taken] = incidents
  incidents = [makeIncident({ formerlyAcknowledged: taken?.acknowledged ? [taken.acknowledged] : [] })]
  now += 2 * HOUR_MS
  await post(path)
  expect(incidents[0]?.acknowledged).toBeNull()
  expect((await get(path)).html).toContain('ann@example.org had it, since Sat 1 Feb, 16:00 UTC. It has begun again')
  await post(await pathOf({ madeAt: now }))
  expect(incidents[0]?.acknowledged).toMatchObject({ by: 'ann@example.org', at: now })
})

test('a link to what was merged into another incident leads there, and says that it is not over', async () => {
  incidents = [makeIncident({ state: 'resolved', resolvedAt: madeAt, end: madeAt, mergedInto: 12 })]
  const { html } = await get(await pathOf())
  expect(html).toContain('<a href="../../../incident/12">incident 12</a>')
  expect(html).not.toContain('It is over')
  expect(html).not.toContain('<form')
})

test('what it was can be said of what is over; it cannot be acknowledged any more', async () => {
  incidents = [makeIncident({ state: 'resolved', resolvedAt: madeAt, end: madeAt })]
  const acknowledge = await pathOf()
  expect((await get(acknowledge)).html).toContain('It is over')
  await post(acknowledge)
  expect(incidents[0]?.acknowledged).toBeNull()
  await post(await pathOf({ action: 'false_alarm' }))
  expect(incidents[0]?.label).toMatchObject({ value: 'false_alarm', by: 'ann@example.org' })
  expect((await get(await pathOf({ action: 'real' }))).html).toContain('ann@example.org called it a false alarm')
})

test.each([
  { claim: 'after seven days', says: 'has expired', path: pathOf, later: LINK_LASTS_MS },
  {
    claim: 'with another incident in its address',
    says: 'is for something else',
    path: async () => (await pathOf()).replace('/13/', '/14/'),
  },
  {
    claim: 'with another action in its address',
    says: 'is for something else',
    path: async () => (await pathOf()).replace('/acknowledge/', '/silence/'),
  },
  {
    claim: 'of an incident that is not there',
    says: 'is not known here',
    path: () => pathOf({ incident: 99 }),
    status: 404,
  },
  { claim: 'with a changed signature', says: 'not one of ours', path: async () => `${await pathOf()}A` },
  { claim: 'with a claim of its own', says: 'not one of ours', path: async () => forged(await pathOf()) },
  { claim: 'broken in two', says: 'not one of ours', path: async () => (await pathOf()).slice(0, -20) },
  { claim: 'without a token', says: 'not one of ours', path: async () => '/act/13/acknowledge', status: 404 },
])(
  'a link $claim is refused with a page that explains, and does nothing',
  async ({ says, path, later = 0, status = 403 }) => {
    const address = await path()
    now += later
    const shown = await get(address)
    expect([shown.status, shown.html]).toEqual([status, expect.stringContaining(says)])
    expect(shown.html).toContain('Nothing was done.')
    expect((await post(address)).status).toBe(status)
    expect([done, silences]).toEqual([[], []])
  },
)

/** Somebody else's incident under the old signature. */
function forged(path: string): string {
  const claim = Buffer.from(JSON.stringify([13, 'acknowledge', 'eve@example.org', madeAt])).toString('base64url')
  return path.replace(/[^/]+\./, `${claim}.`)
}

test('links end when the key is changed, or when those of their incident are taken back; later ones work', async () => {
  const [ours, other] = [await pathOf(), await pathOf({ incident: 14 })]
  await revokeLinksOf(keyFile(), 13, now)
  expect((await get(ours)).html).toContain('has been taken back')
  expect((await get(other)).status).toBe(200)
  expect((await get(await pathOf({ madeAt: now + 1 }))).status).toBe(200)
  await rotateLinkKey(keyFile(), now)
  expect((await get(other)).html).toContain('not one of ours')
  expect((await get(await pathOf())).status).toBe(200)
})

test('the key is made once, is nobody else’s to read, and is not made anew where it cannot be read', async () => {
  const first = await readLinkKeys(keyFile(), now)
  expect((await stat(keyFile())).mode & 0o777).toBe(0o600)
  expect((await readLinkKeys(keyFile(), now)).key).toEqual(first.key)
  await writeFile(keyFile(), '{"key": "c2hvcnQ"}')
  await expect(readLinkKeys(keyFile(), now)).rejects.toThrow('holds no key')
})

test('a form on another site does nothing; one behind the public address does', async () => {
  const path = await pathOf()
  const foreign = await post(path, {}, { Origin: 'https://evil.example', Host: '127.0.0.1:8081' })
  expect([foreign.status, done.length]).toEqual([403, 0])
  expect((await post(path, {}, { Origin: 'null' })).status).toBe(403)
  expect((await post(path, {}, { Origin: 'https://tidewatch.example.org', Host: '127.0.0.1:8081' })).status).toBe(303)
  expect(done).toHaveLength(1)
})

test('names that clients and people chose are text on the page', async () => {
  incidents = [makeIncident({ channels: ['<img src=x onerror=alert(1)>'] })]
  const { html } = await get(await pathOf({ recipient: '"<b>"@example.org' }))
  expect(html).not.toMatch(/<img|<b>/)
  expect(html).toContain('&lt;b&gt;')
})

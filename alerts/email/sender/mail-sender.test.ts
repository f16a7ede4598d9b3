import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import type { SMTPServerOptions } from 'smtp-server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../../data/counts/database.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../data/domain/time.ts'
import { enqueueMails } from '../../../data/outbox/enqueue-mails.ts'
import { readMail, readMails } from '../../../data/outbox/read-outbox.ts'
import { markSending } from '../../../data/outbox/settle-mails.ts'
import type { Incident } from '../../incident.ts'
import { makeIncident } from '../../testing/make-incident.ts'
import { decideMails } from '../decide-mails.ts'
import { threadKey } from '../mail-thread.ts'
import type { Notification } from '../notification.ts'
import { drawPicture } from '../picture/draw-picture.ts'
import type { PictureDrawer } from '../picture/picture-drawer.ts'
import type { PictureSpec } from '../picture/picture-spec.ts'
import { TEST_CERTIFICATE, TEST_KEY } from '../testing/certificate.ts'
import { fillCounts } from '../testing/fill-counts.ts'
import { startMailServer, type TestMailServer } from '../testing/smtp-server.ts'
import { readKeptMail, readKeptMailBytes } from './kept-mail.ts'
import { createMailSender, type MailProblem, type MailSender, type MailSettings } from './mail-sender.ts'

const start = Date.UTC(2014, 1, 1, 14)
const decidedAt = start + 9 * HOUR_MS + 2 * MINUTE_MS
const incident = makeIncident({
  start,
  judgedUpTo: start + 8 * HOUR_MS,
  missing: 2443,
  latest: { hour: start + 8 * HOUR_MS, seen: 1514, low: 1776, mid: 1954, high: 2132, deficitRatio: 0.158 },
})
const resolved: Incident = {
  ...incident,
  state: 'resolved',
  resolvedAt: start + 16 * HOUR_MS,
  end: start + 10 * HOUR_MS,
}

let database: Database
let folder: string
let server: TestMailServer | null = null
const problems: MailProblem[] = []
const threads = new Map<string, Notification>()

beforeEach(async () => {
  database = await openDatabase(':memory:')
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-mail-'))
  problems.length = 0
  threads.clear()
  await fillCounts(database, { from: start - 10 * DAY_MS, to: start + 9 * HOUR_MS, brokenFrom: start, ofExpected: 0.8 })
})
afterEach(async () => {
  await server?.close()
  server = null
  await database.close()
  await rm(folder, { recursive: true })
})

async function startServer(options: SMTPServerOptions = {}, port = 0): Promise<TestMailServer> {
  server = await startMailServer(options, port)
  return server
}

function sender(
  settings: Partial<MailSettings> = {},
  pictures: Pick<PictureDrawer, 'draw'> = { draw: async () => drawn },
  limits: { readonly mostPerHour?: () => number } = {},
): Promise<MailSender> {
  return createMailSender({
    ...limits,
    database,
    journal: null,
    folder,
    settings: () => ({
      from: 'Tidewatch <tidewatch@example.org>',
      smtp: null,
      publicUrl: 'https://tidewatch.example.org',
      webhooks: {},
      ...settings,
    }),
    linkKeys: async () => null,
    describe: ({ id }) => ({ id }),
    host: 'example.org',
    pictures,
    onProblem: (problem) => problems.push(problem),
  })
}
/** Any picture will do: what is in it is tested where it is drawn. */
const drawn = new Uint8Array([0x89, 0x50, 0x4e, 0x47])

async function decide(changed: Incident, now: number, recipients: readonly string[] = ['on-call@example.org']) {
  const routes = [{ name: 'all incidents', recipients, matches: () => true }]
  const limits = { recent: new Map(), mostPerHour: 12 }
  const decision = { incidents: [changed], threads, silences: [], routes, ...limits, host: 'example.org', now }
  const { mails, threads: updates } = decideMails(decision)
  for (const { incident, recipient, last } of updates) threads.set(threadKey(incident, recipient), last)
  await database.inTransaction((transaction) => enqueueMails(transaction, mails))
}

function smtp(port: number, credentials = '') {
  return { smtp: { url: `smtp://${credentials}127.0.0.1:${port}` } }
}

test('a mail goes to the mail server with text, HTML, its picture and the date of its decision', async () => {
  const { port, received } = await startServer()
  await decide(incident, decidedAt)
  const mails = await sender(smtp(port), { draw: async (spec) => drawPicture(spec) })
  expect(await mails.deliver(decidedAt + SECOND_MS, 'live')).toMatchObject({ sent: 1, nextAttemptAt: null })

  expect(received).toHaveLength(1)
  const { mail } = received[0] ?? {}
  expect(mail?.subject).toBe('[tidewatch] nightly: 16 % fewer submissions than expected since Sat 14:00 UTC')
  expect(mail?.messageId).toMatch(/^<incident-13\.1\.[0-9a-f]{10}@example\.org>$/)
  expect(mail?.date).toBe(new Date(decidedAt).toISOString())
  expect(mail?.from?.address).toBe('tidewatch@example.org')
  expect(mail?.to?.map((each) => each.address)).toEqual(['on-call@example.org'])
  expect(mail?.text).toContain('New: too low (incident 13)')
  expect(mail?.text).toContain('Build 20140201030203 first seen, 2')
  expect(mail?.text).toContain('aurora is well')
  expect(mail?.html).toContain('src="cid:tide"')
  expect(mail?.attachments).toMatchObject([
    { mimeType: 'image/png', disposition: 'inline', related: true, contentId: '<tide>' },
  ])
  expect(await readMail(database, 1)).toMatchObject({ state: 'sent', sentAt: decidedAt + SECOND_MS })
})

test('the picture shows the counts and their water from the day before, and what is to come', async () => {
  const specs: PictureSpec[] = []
  await decide(incident, decidedAt)
  const mails = await sender(
    {},
    {
      draw: async (spec) => {
        specs.push(spec)
        return drawn
      },
    },
  )
  await mails.deliver(decidedAt, 'live')
  const [spec] = specs
  expect(spec?.start).toBe(start + 9 * HOUR_MS - 2 * DAY_MS)
  expect(spec?.lines[0]?.values).toHaveLength(48)
  expect(spec?.water?.low).toHaveLength(60)
  expect(spec?.lastWeek).toHaveLength(60)
  expect(spec?.gaps).toEqual([])
  const [last, water] = [spec?.lines[0]?.values.at(-1) ?? 0, spec?.water?.low[47] ?? 0]
  expect(last / water).toBeCloseTo(0.8 / 0.9, 2)
})

test('follow-ups stand in the thread of the first mail, under its subject', async () => {
  const { port, received } = await startServer()
  const mails = await sender(smtp(port))
  await decide(incident, decidedAt)
  await mails.deliver(decidedAt, 'live')
  await decide(resolved, decidedAt + 7 * HOUR_MS)
  await mails.deliver(decidedAt + 7 * HOUR_MS, 'live')
  const [opening, closing] = received.map((each) => each.mail)
  expect(closing?.subject).toBe(`Re: ${opening?.subject}`)
  expect(closing?.inReplyTo).toBe(opening?.messageId)
  expect(closing?.references).toContain(opening?.messageId)
  expect(closing?.text).toContain('△ Closed')
  expect((await readMails(database, { limit: 1 }))[0]?.subject).toMatch(/^Re: /)
})

test('what waited for a mail server that was down comes by so many an hour, and what is new at once', async () => {
  const { port, received } = await startServer()
  for (let id = 20; id < 25; id++) await decide({ ...incident, id }, decidedAt)
  await decide({ ...incident, id: 30 }, decidedAt, ['other@example.org'])
  const mails = await sender(smtp(port), undefined, { mostPerHour: () => 3 })
  const told = () =>
    received.map(({ mail }) => `${/incident (\d+)/.exec(mail.text ?? '')?.[1]} to ${mail.to?.[0]?.address}`)
  const back = decidedAt + 3 * HOUR_MS
  expect(await mails.deliver(back, 'live')).toMatchObject({ sent: 4, nextAttemptAt: back + HOUR_MS })
  expect(told()).toEqual([
    '20 to on-call@example.org',
    '21 to on-call@example.org',
    '22 to on-call@example.org',
    '30 to other@example.org',
  ])
  await decide({ ...incident, id: 40 }, back + HOUR_MS / 2)
  expect(await mails.deliver(back + HOUR_MS / 2, 'live')).toMatchObject({ sent: 1 })
  expect(told().at(-1)).toBe('40 to on-call@example.org')
  await decide({ ...resolved, id: 23 }, back + HOUR_MS)
  expect(await mails.deliver(back + HOUR_MS, 'live')).toMatchObject({ sent: 2, nextAttemptAt: null })
  expect(told().slice(5).sort()).toEqual(['23 to on-call@example.org', '24 to on-call@example.org'])
  expect(received.at(-1)?.mail.text).toContain('Closed')
})

test('with STARTTLS and a password, to a server whose certificate is trusted', async () => {
  const logins: (string | undefined)[] = []
  const { port, received } = await startServer({
    key: TEST_KEY,
    cert: TEST_CERTIFICATE,
    authOptional: false,
    allowInsecureAuth: false,
    onAuth({ username, password }, session, done) {
      logins.push(username)
      const isRight = session.secure && password === 'p@ss:word'
      done(isRight ? null : new Error('wrong password'), isRight ? { user: username } : undefined)
    },
  })
  await decide(incident, decidedAt)
  const url = `smtp://tide:${encodeURIComponent('p@ss:word')}@localhost:${port}`
  const untrusting = await sender({ smtp: { url } })
  expect(await untrusting.deliver(decidedAt, 'live')).toMatchObject({ sent: 0, failed: 1 })
  expect(problems[0]?.error).toMatch(/certificate/)
  expect(logins).toEqual([])
  const mails = await sender({ smtp: { url, ca: TEST_CERTIFICATE } })
  expect(await mails.deliver(decidedAt + 10 * SECOND_MS, 'live')).toMatchObject({ sent: 1 })
  expect(received).toHaveLength(1)
})

test('a wrong password is tried again, not given up: it can be mended', async () => {
  const { port } = await startServer({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(new Error('wrong password')),
  })
  await decide(incident, decidedAt)
  const mails = await sender(smtp(port, 'tide:wrong@'))
  expect(await mails.deliver(decidedAt, 'live')).toMatchObject({ failed: 1, nextAttemptAt: decidedAt + 10 * SECOND_MS })
})

test('a recipient that the server refuses for ever is not tried again; the others get theirs', async () => {
  const { port, received } = await startServer({
    onRcptTo({ address }, _session, done) {
      done(address.startsWith('gone@') ? Object.assign(new Error('no such user'), { responseCode: 550 }) : null)
    },
  })
  await decide(incident, decidedAt, ['gone@example.org', 'on-call@example.org'])
  const mails = await sender(smtp(port))
  expect(await mails.deliver(decidedAt, 'live')).toMatchObject({ sent: 1, refused: 1, nextAttemptAt: null })
  expect(received.map((each) => each.recipients)).toEqual([['on-call@example.org']])
  expect(await readMail(database, 1)).toMatchObject({
    state: 'refused',
    lastError: expect.stringContaining('no such user'),
  })
  expect(problems).toMatchObject([{ kind: 'refused', recipient: 'gone@example.org' }])
})

test('a recipient that the server refuses for now gets the same mail later, byte for byte', async () => {
  let isBusy = true
  const { port, received } = await startServer({
    onRcptTo(_address, _session, done) {
      done(isBusy ? Object.assign(new Error('mailbox busy'), { responseCode: 451 }) : null)
    },
  })
  await decide(incident, decidedAt)
  const mails = await sender(smtp(port))
  expect(await mails.deliver(decidedAt, 'live')).toMatchObject({ failed: 1, nextAttemptAt: decidedAt + 10 * SECOND_MS })
  expect(await mails.deliver(decidedAt + 9 * SECOND_MS, 'live')).toMatchObject({ sent: 0, failed: 0 })
  const [name = ''] = await readdir(folder)
  const first = await readFileOf(name)
  isBusy = false
  expect(await mails.deliver(decidedAt + 10 * SECOND_MS, 'live')).toMatchObject({ sent: 1 })
  expect(await readFileOf(name)).toEqual(first)
  expect(received[0]?.bytes.toString().trim()).toBe(first.trim())
})

test('a server that is down loses nothing: when it is back, one mail tells how it stands, and that it is late', async () => {
  const port = await freePort()
  const mails = await sender(smtp(port))
  await decide(incident, decidedAt, ['a@example.org', 'b@example.org'])
  expect(await mails.deliver(decidedAt, 'live')).toMatchObject({ sent: 0, failed: 2 })
  await decide(resolved, decidedAt + 2 * HOUR_MS, ['a@example.org', 'b@example.org'])
  expect(await mails.deliver(decidedAt + 2 * HOUR_MS, 'live')).toMatchObject({ failed: 2, collapsed: 2 })

  const { received } = await startServer({}, port)
  const back = decidedAt + 2 * HOUR_MS + 10 * SECOND_MS
  expect(await mails.deliver(back, 'live')).toMatchObject({ sent: 2, nextAttemptAt: null })
  expect(received.map((each) => each.recipients)).toEqual([['a@example.org'], ['b@example.org']])
  const { mail } = received[0] ?? {}
  expect(mail?.text?.replaceAll('\u00a0', ' ')).toMatch(
    /^Late by 2 h: mail could not be delivered since Sat 1 Feb, 23:02 UTC\.\n\n△ Closed/,
  )
  // The opening never got through, so there is no thread to answer in.
  expect(mail?.subject).not.toMatch(/^Re:/)
  expect(mail?.date).toBe(new Date(decidedAt + 2 * HOUR_MS).toISOString())
  expect((await readMails(database, { limit: 9 })).map((row) => row.state)).toEqual([
    'sent',
    'sent',
    'collapsed',
    'collapsed',
  ])
})

test('what was being sent when the process ended is sent again as the same mail', async () => {
  const { port, received } = await startServer()
  await decide(incident, decidedAt)
  await database.inTransaction((transaction) => markSending(transaction, 1))
  const mails = await sender(smtp(port))
  await mails.deliver(decidedAt, 'live')
  expect(received).toHaveLength(1)
  expect(received[0]?.mail.messageId).toBe((await readMail(database, 1))?.messageId)
})

test('asked twice at once, a mail is sent once', async () => {
  const { port, received } = await startServer()
  await decide(incident, decidedAt)
  const mails = await sender(smtp(port))
  await Promise.all([mails.deliver(decidedAt, 'live'), mails.deliver(decidedAt, 'live')])
  expect(received).toHaveLength(1)
})

test('without a mail server the mail is a file, and can be read in the dashboard', async () => {
  await decide(incident, decidedAt)
  const mails = await sender()
  expect(await mails.deliver(decidedAt, 'live')).toMatchObject({ sent: 1 })
  const { messageId = '' } = (await readMail(database, 1)) ?? {}
  const parsed = await PostalMime.parse((await readKeptMailBytes(folder, messageId)) ?? '')
  expect(parsed.messageId).toBe(messageId)
  const kept = await readKeptMail(folder, messageId)
  expect(kept?.subject).toContain('nightly')
  expect(kept?.html).toContain('src="data:image/png;base64,iVBORw=="')
  expect(kept?.html).not.toContain('cid:')
  expect(kept?.headers.find((header) => header.name === 'X-Tidewatch-Incident')?.value).toBe('13')
})

test('a mail that was never sent is not there, and a name that is not ours opens no file', async () => {
  expect(await readKeptMail(folder, '<incident-99.1.aaaaaaaaaa@example.org>')).toBeNull()
  await expect(readKeptMail(folder, '<../../etc/passwd@example.org>')).rejects.toThrow("isn't a Message-ID of ours")
})

test('a history is told after the fact: every mail, in order, dated when it would have been, and none is late', async () => {
  await decide(incident, decidedAt)
  await decide(resolved, decidedAt + 7 * HOUR_MS)
  const mails = await sender()
  const now = decidedAt + 300 * DAY_MS
  expect(await mails.deliver(now, 'replay')).toMatchObject({ sent: 2, collapsed: 0 })
  const rows = (await readMails(database, { limit: 9 })).reverse()
  expect(rows.map((row) => row.sentAt)).toEqual([decidedAt, decidedAt + 7 * HOUR_MS])
  const kept = await Promise.all(rows.map((row) => readKeptMail(folder, row.messageId)))
  expect(kept.map((mail) => mail?.text.includes('Late by'))).toEqual([false, false])
  expect(kept[1]?.headers.find((header) => header.name === 'In-Reply-To')?.value).toBe(rows[0]?.messageId)
})

test('a picture that cannot be drawn holds no mail back', async () => {
  await decide(incident, decidedAt)
  const mails = await sender({}, { draw: () => Promise.reject(new Error('no fonts')) })
  expect(await mails.deliver(decidedAt, 'live')).toMatchObject({ sent: 1 })
  expect(problems).toMatchObject([{ kind: 'no_picture', error: 'no fonts' }])
  const kept = await readKeptMail(folder, (await readMail(database, 1))?.messageId ?? '')
  expect(kept?.html).toContain('The picture could not be drawn')
})

test('trouble of our own is tried again', async () => {
  await decide(incident, decidedAt)
  await rm(folder, { recursive: true })
  const mails = await createMailSender({
    database,
    journal: null,
    folder: join(import.meta.filename, 'not-a-folder'),
    settings: () => ({ from: 'a@example.org', smtp: null, publicUrl: null, webhooks: {} }),
    linkKeys: async () => null,
    describe: ({ id }) => ({ id }),
    host: 'example.org',
    pictures: { draw: async () => drawn },
    onProblem: (problem) => problems.push(problem),
  })
  expect(await mails.deliver(decidedAt, 'live')).toMatchObject({ failed: 1, nextAttemptAt: decidedAt + 10 * SECOND_MS })
  expect(problems[0]?.error).toMatch(/ENOTDIR|EEXIST/)
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-mail-'))
})

/** A port on which nobody listens; it was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port = 0 }: { port?: number } = Object(probe.address())
  await new Promise((resolve) => probe.close(resolve))
  return port
}

function readFileOf(name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8')
}

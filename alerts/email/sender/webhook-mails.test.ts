import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../../data/counts/database.ts'
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../../data/domain/time.ts'
import { enqueueMails } from '../../../data/outbox/enqueue-mails.ts'
import { readMail } from '../../../data/outbox/read-outbox.ts'
import { makeIncident } from '../../testing/make-incident.ts'
import { fillCounts } from '../testing/fill-counts.ts'
import { makeMails } from '../testing/make-mails.ts'
import { startMailServer, type TestMailServer } from '../testing/smtp-server.ts'
import { readKeptMail } from './kept-mail.ts'
import { createMailSender, type MailProblem, type MailSender } from './mail-sender.ts'

/** The same messages, the same outbox: a webhook is one more recipient. */

const start = Date.UTC(2014, 1, 1, 14)
const now = start + 9 * HOUR_MS
const open = makeIncident({ start, judgedUpTo: start + 8 * HOUR_MS, latest: { hour: start + 8 * HOUR_MS } })
const over = { ...open, state: 'resolved' as const, resolvedAt: start + 16 * HOUR_MS, end: start + 10 * HOUR_MS }

interface Posted {
  readonly delivery: string
  readonly body: {
    readonly trigger: string
    readonly id: string
    readonly text: string
    readonly subject: string
    readonly incidents: readonly unknown[]
  }
}

let database: Database
let folder: string
let hook: Server
let status = 200
let mailServer: TestMailServer
let webhooks: Record<string, { url: string; secret: string }>
const posted: Posted[] = []
const problems: MailProblem[] = []

beforeEach(async () => {
  database = await openDatabase(':memory:')
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-hooks-'))
  posted.length = 0
  problems.length = 0
  status = 200
  await fillCounts(database, { from: start - 2 * DAY_MS, to: start + 9 * HOUR_MS, brokenFrom: start, ofExpected: 0.8 })
  hook = createServer(async (request, response) => {
    posted.push({ delivery: String(request.headers['tidewatch-delivery']), body: JSON.parse(await text(request)) })
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  await once(hook, 'listening')
  const { port = 0 }: { port?: number } = Object(hook.address())
  webhooks = { pager: { url: `http://127.0.0.1:${port}/hook`, secret: 'k' } }
  mailServer = await startMailServer({}, 0)
})
afterEach(async () => {
  hook.close()
  hook.closeAllConnections()
  await mailServer.close()
  await database.close()
  await rm(folder, { recursive: true })
})

function sender(): Promise<MailSender> {
  return createMailSender({
    database,
    journal: null,
    folder,
    settings: () => ({
      from: 'Tidewatch <tidewatch@example.org>',
      smtp: { url: `smtp://127.0.0.1:${mailServer.port}` },
      publicUrl: 'https://tidewatch.example.org',
      webhooks,
    }),
    linkKeys: async () => null,
    describe: ({ id, state }) => ({ id, state }),
    host: 'example.org',
    pictures: { draw: async () => new Uint8Array([0x89, 0x50, 0x4e, 0x47]) },
    onProblem: (problem) => problems.push(problem),
  })
}

async function decide(incident: typeof open, at: number, sequence = 1): Promise<void> {
  const mails = makeMails(incident, { now: at, recipients: ['webhook:pager', 'ann@example.org'], sequence })
  await database.inTransaction((transaction) => enqueueMails(transaction, mails))
}

const seen = () => posted.map(({ body }) => body.trigger)

test('a webhook is told what the mail says, and the mail server hears nothing of it', async () => {
  await decide(open, now)
  expect(await (await sender()).deliver(now, 'live')).toMatchObject({ sent: 2 })
  const [{ delivery, body } = { delivery: '', body: null }] = posted
  expect(delivery).toMatch(/^<incident-13\.1\.[0-9a-f]{10}@example\.org>$/)
  expect(body).toMatchObject({ version: 1, id: delivery, trigger: 'opened', decided_at: '2014-02-01T23:00:00Z' })
  expect(body?.incidents).toEqual([{ id: 13, state: 'open' }])
  const [mail] = mailServer.received
  expect(mailServer.received.map(({ recipients }) => recipients)).toEqual([['ann@example.org']])
  expect(body?.subject).toBe(mail?.mail.subject)
  expect(body?.text.trim()).toBe(mail?.mail.text?.replaceAll('\r\n', '\n').trim())
  expect((await readKeptMail(folder, delivery))?.text).toContain('New: too low')
})

test('a webhook that is down holds no mail back, is tried again as the same message, and is then told how it stands', async () => {
  status = 503
  const mails = await sender()
  await decide(open, now)
  expect(await mails.deliver(now, 'live')).toMatchObject({ sent: 1, failed: 1, nextAttemptAt: now + 10 * SECOND_MS })
  expect(problems).toMatchObject([{ kind: 'down', way: 'webhook:pager', mails: 1 }])
  await mails.deliver(now + 10 * SECOND_MS, 'live')
  expect(new Set(posted.map(({ delivery }) => delivery)).size).toBe(1)
  expect(await readMail(database, 1)).toMatchObject({ state: 'waiting', nextAttemptAt: now + 40 * SECOND_MS })

  status = 200
  await decide(over, now + 5 * HOUR_MS, 2)
  expect(await mails.deliver(now + 5 * HOUR_MS, 'live')).toMatchObject({ sent: 2, collapsed: 1 })
  expect(seen()).toEqual(['opened', 'opened', 'resolved'])
  expect(posted.at(-1)?.body.text).toMatch(/^Late by 5.h: /)
  expect(mailServer.received).toHaveLength(2)
})

test('a webhook that takes it no more is given up for this message, and the others read so', async () => {
  status = 410
  await decide(open, now)
  expect(await (await sender()).deliver(now, 'live')).toMatchObject({ sent: 1, refused: 1 })
  expect(await readMail(database, 1)).toMatchObject({ state: 'refused' })
  expect(mailServer.received[0]?.mail.text).toMatch(/^webhook:pager was not told/)
})

test('a webhook that was taken out of the settings keeps nothing waiting; the others read that it was not told', async () => {
  webhooks = {}
  await decide(open, now)
  expect(await (await sender()).deliver(now, 'live')).toMatchObject({ sent: 1, refused: 1, nextAttemptAt: null })
  expect(problems).toMatchObject([{ kind: 'refused', error: 'the settings name no webhook "pager" any more' }])
  expect(mailServer.received[0]?.mail.text).toMatch(/^webhook:pager was not told/)
})

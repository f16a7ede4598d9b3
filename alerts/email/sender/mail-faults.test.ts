import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { SMTPServerOptions } from 'smtp-server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../../data/counts/database.ts'
import { HOUR_MS, SECOND_MS } from '../../../data/domain/time.ts'
import { enqueueMails } from '../../../data/outbox/enqueue-mails.ts'
import { readMails } from '../../../data/outbox/read-outbox.ts'
import type { Incident } from '../../incident.ts'
import { makeIncident } from '../../testing/make-incident.ts'
import { createPictureDrawer, type PictureDrawer } from '../picture/picture-drawer.ts'
import { fillCounts } from '../testing/fill-counts.ts'
import { makeMails } from '../testing/make-mails.ts'
import { startMailServer, type TestMailServer } from '../testing/smtp-server.ts'
import { readKeptMail } from './kept-mail.ts'
import { createMailSender, type MailProblem, type MailSender } from './mail-sender.ts'

/** What mail servers do to us, and what becomes of the mails. */

const now = Date.UTC(2014, 1, 1, 15, 2)
const open = makeIncident()
const over: Incident = { ...open, state: 'resolved', resolvedAt: now + 5 * HOUR_MS, end: now + 4 * HOUR_MS }
const [ann, bob] = ['ann@example.org', 'bob@example.org']

let database: Database
let folder: string
let server: TestMailServer | null = null
let broken: Server | null = null
let drawer: PictureDrawer | null = null
const problems: MailProblem[] = []

beforeEach(async () => {
  database = await openDatabase(':memory:')
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-faults-'))
  problems.length = 0
  await fillCounts(database, { from: now - 48 * HOUR_MS, to: now, brokenFrom: now - HOUR_MS, ofExpected: 0.8 })
})
afterEach(async () => {
  await server?.close()
  broken?.close()
  await drawer?.close()
  server = broken = drawer = null
  await database.close()
  await rm(folder, { recursive: true })
})

function sender(port: number, pictures: Pick<PictureDrawer, 'draw'> = noPictures): Promise<MailSender> {
  return createMailSender({
    database,
    journal: null,
    folder,
    settings: () => ({
      from: 'Tidewatch <tide@example.org>',
      smtp: { url: `smtp://127.0.0.1:${port}` },
      publicUrl: null,
      webhooks: {},
    }),
    linkKeys: async () => null,
    describe: ({ id }) => ({ id }),
    host: 'example.org',
    pictures,
    onProblem: (problem) => problems.push(problem),
  })
}
const noPictures = { draw: async () => new Uint8Array([1]) }

async function decide(incident: Incident, at: number, { recipients = [ann], sequence = 1 } = {}) {
  const mails = makeMails(incident, { now: at, recipients, sequence })
  await database.inTransaction((transaction) => enqueueMails(transaction, mails))
}

async function listen(options: SMTPServerOptions = {}): Promise<TestMailServer> {
  server = await startMailServer(options)
  return server
}

const states = async () =>
  (await readMails(database, { limit: 50 })).reverse().map((mail) => `${mail.trigger} ${mail.state}`)
const texts = () => (server?.received ?? []).map(({ mail }) => mail.text ?? '')

test('a server that is down for hours is asked after 10, 30, 60, 120 and 300 s and then every 300 s, and told once what is so then', async () => {
  const { port } = await listen()
  await server?.close()
  const mails = await sender(port)
  await decide(open, now)
  const asked: number[] = []
  let at = now
  for (; at < now + 3 * HOUR_MS; ) {
    const { nextAttemptAt } = await mails.deliver(at, 'live')
    asked.push(((nextAttemptAt ?? 0) - at) / SECOND_MS)
    at = nextAttemptAt ?? 0
  }
  expect(asked.slice(0, 7)).toEqual([10, 30, 60, 120, 300, 300, 300])
  expect(new Set(asked.slice(5))).toEqual(new Set([300]))
  expect(problems.every((problem) => problem.kind === 'down' && problem.way === 'mail server')).toBe(true)
  expect(problems[0]?.error).toMatch(/^nobody listens on 127\.0\.0\.1:\d+ \(/)
  await decide(over, at, { sequence: 2 })
  server = await startMailServer({}, port)
  expect(await mails.deliver(at + 300 * SECOND_MS, 'live')).toMatchObject({ sent: 1, failed: 0 })
  expect(await states()).toEqual(['opened collapsed', 'resolved sent'])
  expect(texts()).toHaveLength(1)
  expect(texts()[0]).toMatch(/^Late by 3.h[\s\S]*△ Closed/)
})

test('a connection that is cut after the content was sent is tried again, with the same Message-ID', async () => {
  let isCut = true
  const seen: string[] = []
  const { port } = await listen({
    onData(stream, _session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        seen.push(/^Message-ID: (.*)$/im.exec(Buffer.concat(chunks).toString())?.[1] ?? '')
        if (!isCut) return done()
        isCut = false
        for (const connection of server?.connections() ?? []) connection.close()
      })
    },
  })
  await decide(open, now)
  const mails = await sender(port)
  expect(await mails.deliver(now, 'live')).toMatchObject({ failed: 1, nextAttemptAt: now + 10 * SECOND_MS })
  expect(problems[0]?.error).toContain('hung up in the middle')
  expect(await mails.deliver(now + 10 * SECOND_MS, 'live')).toMatchObject({ sent: 1 })
  expect(seen).toHaveLength(2)
  expect(new Set(seen).size).toBe(1)
})

test('a server that hangs up before it greets is tried again', async () => {
  const sockets: Socket[] = []
  broken = createServer((socket) => {
    sockets.push(socket)
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(broken, 'listening')
  const { port = 0 }: { port?: number } = Object(broken.address())
  await decide(open, now)
  expect(await (await sender(port)).deliver(now, 'live')).toMatchObject({ failed: 1, refused: 0 })
  expect(sockets).toHaveLength(1)
})

test('a server that takes its time gets each mail once', async () => {
  const { port, received } = await listen({
    onMailFrom: (_address, _session, done) => setTimeout(done, 150),
    onRcptTo: (_address, _session, done) => setTimeout(done, 150),
  })
  await decide(open, now, { recipients: [ann, bob] })
  expect(await (await sender(port)).deliver(now, 'live')).toMatchObject({ sent: 2 })
  expect(received).toHaveLength(2)
})

test.each([
  { claim: 'content that is refused with 5xx', options: { onData: refuseContent(554) }, isRefused: false },
  { claim: 'a sender that is refused with 5xx', options: { onMailFrom: refuse(550) }, isRefused: false },
  { claim: 'a recipient that is refused with 4xx', options: { onRcptTo: refuse(452) }, isRefused: false },
  { claim: 'a server that wants a password', options: { onRcptTo: refuse(530) }, isRefused: false },
  { claim: 'a recipient that is refused with 5xx', options: { onRcptTo: refuse(550) }, isRefused: true },
])('$claim is given up: $isRefused', async ({ options, isRefused }) => {
  const { port } = await listen(options)
  await decide(open, now)
  const round = await (await sender(port)).deliver(now, 'live')
  expect(round).toMatchObject(isRefused ? { refused: 1, failed: 0 } : { refused: 0, failed: 1 })
})

test('content that is refused with 5xx is tried for a day, then given up, so that nothing waits for ever; the others are told', async () => {
  let isFiltered = false
  const { port } = await listen({
    onRcptTo({ address }, _session, done) {
      isFiltered = address === bob
      done()
    },
    onData(stream, session, done) {
      if (isFiltered) return refuseContent(554)(stream, session, done)
      stream.resume()
      stream.on('end', () => done())
    },
  })
  await decide(open, now, { recipients: [ann, bob] })
  const mails = await sender(port)
  expect(await mails.deliver(now, 'live')).toMatchObject({ sent: 1, failed: 1 })
  expect(await mails.deliver(now + 23 * HOUR_MS, 'live')).toMatchObject({ failed: 1 })
  expect(await mails.deliver(now + 24 * HOUR_MS, 'live')).toMatchObject({ refused: 1 })
  expect(await states()).toEqual(['opened sent', 'opened refused', 'undelivered waiting'])
})

function refuse(responseCode: number) {
  return (_address: unknown, _session: unknown, done: (error?: Error) => void) =>
    done(Object.assign(new Error('no'), { responseCode }))
}

function refuseContent(responseCode: number): NonNullable<SMTPServerOptions['onData']> {
  return (stream, _session, done) => {
    stream.resume()
    stream.on('end', () => done(Object.assign(new Error('no'), { responseCode })))
  }
}

test('who was told before is told once that somebody else could not be; who is told later reads it in that mail', async () => {
  const gone = 'gone@example.org'
  const { port, received } = await listen({
    onRcptTo({ address }, _session, done) {
      done(address === gone ? Object.assign(new Error('no such user'), { responseCode: 550 }) : null)
    },
  })
  await decide(open, now, { recipients: [ann, gone, bob] })
  const mails = await sender(port)
  await mails.deliver(now, 'live')
  await mails.deliver(now + SECOND_MS, 'live')
  await mails.deliver(now + 2 * SECOND_MS, 'live')
  expect(await states()).toEqual(['opened sent', 'opened refused', 'opened sent', 'undelivered sent'])
  const [toAnn, toBob, notice] = received
  expect(toAnn?.mail.text).not.toContain('was not told')
  expect(toBob?.mail.text).toContain('gone@example.org was not told')
  expect(notice?.recipients).toEqual([ann])
  expect(notice?.mail.text).toMatch(/^gone@example\.org was not told[\s\S]*no such user[\s\S]*Not everybody was told/)
  expect(notice?.mail.inReplyTo).toBe(toAnn?.mail.messageId)

  await decide(over, now + 5 * HOUR_MS, { recipients: [ann, gone, bob], sequence: 2 })
  await mails.deliver(now + 5 * HOUR_MS, 'live')
  expect((await states()).slice(4)).toEqual(['resolved sent', 'resolved refused', 'resolved sent'])
})

test('a thread that hangs costs a mail its picture, and seconds', async () => {
  const { port, received } = await listen()
  const hanging = join(folder, 'thread.mjs')
  await writeFile(
    hanging,
    `import { parentPort } from 'node:worker_threads'\nparentPort.on('message', () => { for (;;); })`,
  )
  drawer = createPictureDrawer(500, pathToFileURL(hanging))
  await decide(open, now, { recipients: [ann, bob] })
  expect(await (await sender(port, drawer)).deliver(now, 'live')).toMatchObject({ sent: 2 })
  expect(problems.map(({ kind, error }) => [kind, error])).toEqual([
    ['no_picture', "the picture wasn't drawn within 500 ms"],
    ['no_picture', "the picture wasn't drawn within 500 ms"],
  ])
  for (const { mail } of received) {
    expect(mail.attachments).toEqual([])
    expect(mail.html).toContain('The picture could not be drawn')
  }
})

test('started again in the middle, what was sent is not sent again and what was not is', async () => {
  let taken = 0
  const { port, received } = await listen({
    onRcptTo: (_address, _session, done) => {
      taken += 1
      done(taken > 1 && taken < 4 ? Object.assign(new Error('later'), { responseCode: 451 }) : null)
    },
  })
  await decide(open, now, { recipients: [ann, bob] })
  await (await sender(port)).deliver(now, 'live')
  await (await sender(port)).deliver(now + 10 * SECOND_MS, 'live')
  await (await sender(port)).deliver(now + 40 * SECOND_MS, 'live')
  await (await sender(port)).deliver(now + 60 * SECOND_MS, 'live')
  expect(received.map(({ recipients }) => recipients[0])).toEqual([ann, bob])
  const kept = await readKeptMail(folder, received[1]?.mail.messageId ?? '')
  expect(kept?.subject).toBe(received[1]?.mail.subject)
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Email } from 'postal-mime'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawPicture } from '../../alerts/email/picture/draw-picture.ts'
import { checkSmtp } from '../../alerts/email/sender/check-smtp.ts'
import { createMailSender } from '../../alerts/email/sender/mail-sender.ts'
import { TEST_CERTIFICATE } from '../../alerts/email/testing/certificate.ts'
import { fillCounts } from '../../alerts/email/testing/fill-counts.ts'
import { makeMails } from '../../alerts/email/testing/make-mails.ts'
import { makeIncident } from '../../alerts/testing/make-incident.ts'
import { openDatabase } from '../../data/counts/database.ts'
import { HOUR_MS, SECOND_MS } from '../../data/domain/time.ts'
import { enqueueMails } from '../../data/outbox/enqueue-mails.ts'
import { readMails } from '../../data/outbox/read-outbox.ts'
import { type Exim, startExim, whyNoExim } from './exim.ts'

/** Mails through Debian's own mail server, and back out of its mailbox with a parser that isn't the sender's. */

const missing = whyNoExim()
if (missing !== null) process.stderr.write(`SKIPPED: ${missing}: nothing is mailed through a real mail server\n`)

const now = Date.UTC(2014, 1, 1, 15, 2)
const open = makeIncident()
const over = { ...open, state: 'resolved' as const, resolvedAt: now + 5 * HOUR_MS, end: now + 4 * HOUR_MS }

describe.skipIf(missing !== null)('through exim', () => {
  let exim: Exim
  let folder: string
  beforeAll(async () => {
    exim = await startExim()
    folder = await mkdtemp(join(tmpdir(), 'tidewatch-through-exim-'))
  })
  afterAll(async () => {
    await exim?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const smtp = (user = 'tide:s3cret@') => ({ url: `smtp://${user}localhost:${exim.port}`, ca: TEST_CERTIFICATE })

  test('it is reached over STARTTLS and signed in to; a wrong password is told from a missing one', async () => {
    expect(await checkSmtp(smtp())).toMatchObject({ kind: 'works', encryption: 'STARTTLS', user: 'tide' })
    expect(await checkSmtp(smtp('tide:wrong@'))).toMatchObject({
      kind: 'trouble',
      at: 'signing in',
      error: expect.stringContaining("doesn't accept user and password"),
    })
    expect(await checkSmtp({ url: `smtps://localhost:${exim.port}`, ca: TEST_CERTIFICATE })).toMatchObject({
      error: expect.stringContaining('say smtp:// in smtp.url'),
    })
  })

  test('a thread arrives whole, and who is refused is told to the others', async () => {
    const database = await openDatabase(':memory:')
    await fillCounts(database, { from: now - 48 * HOUR_MS, to: now, brokenFrom: now - HOUR_MS, ofExpected: 0.8 })
    const mails = await createMailSender({
      database,
      journal: null,
      folder,
      settings: () => ({
        from: 'Tidewatch <tide@example.org>',
        smtp: smtp(),
        publicUrl: 'https://tidewatch.example.org',
        webhooks: {},
      }),
      linkKeys: async () => null,
      describe: ({ id }) => ({ id }),
      host: 'example.org',
      pictures: { draw: async (spec) => drawPicture(spec) },
      onProblem: () => undefined,
    })
    const decide = async (incident: typeof open, at: number, sequence: number) => {
      const recipients = ['ann@example.org', 'gone@example.org', 'full@example.org']
      const decided = makeMails(incident, { now: at, recipients, sequence })
      await database.inTransaction((transaction) => enqueueMails(transaction, decided))
    }
    await decide(open, now, 1)
    expect(await mails.deliver(now, 'live')).toMatchObject({ sent: 1, refused: 1, failed: 1 })
    expect(await mails.deliver(now + SECOND_MS, 'live')).toMatchObject({ sent: 1 })
    await decide(over, now + 5 * HOUR_MS, 2)
    expect(await mails.deliver(now + 5 * HOUR_MS, 'live')).toMatchObject({ sent: 1, refused: 1, failed: 1 })
    const states = (await readMails(database, { limit: 9 }))
      .reverse()
      .map(({ trigger, state }) => `${trigger} ${state}`)
    expect(states).toEqual([
      'opened sent',
      'opened refused',
      'opened collapsed',
      'undelivered sent',
      'resolved sent',
      'resolved refused',
      'resolved waiting',
    ])
    await database.close()

    await expect.poll(async () => (await exim.mails()).length, { timeout: 30_000 }).toBe(3)
    const arrived = await exim.mails()
    const saying = (words: string) => arrived.find(({ text }) => text?.includes(words))
    const undelivered = saying('gone@example.org was not told: the mail server refuses that address (550')
    const closing = saying('△ Closed')
    const opening = arrived.find((mail) => mail !== undelivered && mail !== closing)
    const header = (mail: Email | undefined, name: string) =>
      mail?.headers.find(({ key }) => key === name.toLowerCase())?.value
    expect(header(opening, 'Received')).toMatch(/with esmtpsa/)
    expect(opening?.subject).toMatch(/^\[tidewatch\] nightly: /)
    expect(opening?.messageId).toMatch(/^<incident-13\.1\.[0-9a-f]{10}@example\.org>$/)
    expect(header(opening, 'List-Id')).toBe('<nightly.tidewatch.example.org>')
    expect(header(opening, 'Auto-Submitted')).toBe('auto-generated')
    expect(header(opening, 'List-Unsubscribe')).toBeUndefined()
    expect(opening?.text).toContain('https://tidewatch.example.org/incident/13')
    expect(opening?.html).toContain('src="cid:tide"')
    const [picture] = opening?.attachments ?? []
    expect(picture).toMatchObject({ mimeType: 'image/png', contentId: '<tide>', related: true })
    const bytes = picture?.content
    expect([...(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : [])].slice(1, 4)).toEqual([0x50, 0x4e, 0x47])
    for (const followUp of [undelivered, closing]) {
      expect(header(followUp, 'In-Reply-To')).toBe(opening?.messageId)
      expect(header(followUp, 'References')).toContain(opening?.messageId)
      expect(followUp?.subject).toBe(`Re: ${opening?.subject}`)
    }
  })
})

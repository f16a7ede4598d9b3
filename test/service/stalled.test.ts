import { mkdtemp } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IncidentAnswer, IncidentsAnswer } from '../../server/api/types.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

/** The least that can be set is a minute, and this waits for it. */
const ATTEMPTS = 1500

let state: string
let smtp: SMTPServer
let server: TidewatchProcess
let mails: Email[]

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-stalled-'))
  mails = []
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        PostalMime.parse(Buffer.concat(chunks)).then((mail) => {
          mails.push(mail)
          callback()
        }, callback)
      })
    },
  })
  const port = await new Promise<number>((resolve) => {
    const listening = smtp.listen(0, '127.0.0.1', () => resolve((listening.address() as AddressInfo).port))
  })
  server = await startTidewatch({
    state,
    receivePort: await freePort(),
    dashboardPort: await freePort(),
    environment: {
      TIDEWATCH_STALLED_TELL_AFTER_MINUTES: '1',
      TIDEWATCH_SMTP_URL: `smtp://127.0.0.1:${port}`,
      TIDEWATCH_MAIL_TO: 'on-call@example.org',
    },
  })
})

afterEach(async () => {
  await server.kill()
  await new Promise<void>((resolve) => smtp.close(() => resolve()))
  await removeFolder(state)
})

async function submit(number: number): Promise<number> {
  const id = `${String(number).padStart(8, '0')}-0000-4000-8000-000000000000`
  const body = JSON.stringify({ ver: 1, info: { appUpdateChannel: 'nightly', reason: 'saved-session' } })
  const answer = await fetch(`${server.receiveUrl}/submit/telemetry/${id}`, { method: 'POST', body })
  await answer.arrayBuffer()
  return answer.status
}

async function incidents(): Promise<IncidentsAnswer['incidents']> {
  const answer = await fetch(`${server.dashboardUrl}/api/v1/incidents`)
  return ((await answer.json()) as IncidentsAnswer).incidents
}

test('a converter that hangs is told by the clock, as nothing but that; when it goes on, so is its end', async () => {
  expect(await submit(1)).toBe(200)
  const converter = server.children().get('convert')
  if (converter === undefined) throw new Error('there is no converter')
  process.kill(converter, 'SIGSTOP')
  try {
    expect(await submit(2)).toBe(200)
    const told = await eventually('it is told', async () => (await incidents())[0] ?? null, ATTEMPTS)
    expect(told).toMatchObject<Partial<IncidentAnswer>>({ group: 'stalled', trouble: 'behind', state: 'open' })
    expect(told.sentence).toContain('submissions are kept')
    expect(told.explanation.sentence).toContain('The converter does not go on')
    // Meanwhile everything is taken.
    expect(await submit(3)).toBe(200)
    const mail = await eventually('the mail', async () => mails[0] ?? null)
    expect(mail.subject).toMatch(/^\[tidewatch\] nothing is counted since .*: Tidewatch is behind/)
  } finally {
    process.kill(converter, 'SIGCONT')
  }
  const over = await eventually(
    'its end',
    async () => (await incidents()).find(({ state: now }) => now === 'resolved') ?? null,
    ATTEMPTS,
  )
  expect(over.sentence).toContain('was counted later')
  const end = await eventually('the mail of its end', async () => mails[1] ?? null)
  expect(end.inReplyTo).toBe(mails[0]?.messageId)
  expect(await incidents()).toHaveLength(1)
  expect(await server.stop()).toBe(0)
  expect(mails).toHaveLength(2)
}, 240_000)

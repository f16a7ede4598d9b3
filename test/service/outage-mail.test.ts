import { mkdtemp, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { expect, test } from 'vitest'
import { HOUR_MS, isoSeconds, startOfHour } from '../../data/domain/time.ts'
import { runCommandLine } from '../../server/cli/run-command-line.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort, startTidewatch } from '../support/tidewatch-process.ts'

const CHANNELS = { release: 60_000, beta: 9000, aurora: 1800, nightly: 2200 }
const DAYS = 24

test('nightly goes silent for an hour: one email with the picture, and its link takes the incident', async () => {
  const state = await mkdtemp(join(tmpdir(), 'tidewatch-outage-'))
  const mails: Email[] = []
  const smtp = new SMTPServer({
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
  const smtpPort = await new Promise<number>((resolve) => {
    const listening = smtp.listen(0, '127.0.0.1', () => resolve((listening.address() as AddressInfo).port))
  })
  const csv = join(state, 'history.csv')
  await writeFile(csv, historyUpTo(startOfHour(Date.now())))
  expect(await command(['import', 'counts', csv, '--state', state])).toBe(0)
  const server = await startTidewatch({
    state,
    receivePort: await freePort(),
    dashboardPort: await freePort(),
    environment: {
      TIDEWATCH_SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
      TIDEWATCH_MAIL_TO: 'on-call@example.org',
      TIDEWATCH_PUBLIC_URL: 'https://tide.example.org',
    },
  })
  try {
    const mail = await eventually('the mail', async () => mails[0] ?? null)
    expect(mail.subject).toMatch(/^\[tidewatch\] nightly: /)
    expect(mail.to?.map(({ address }) => address)).toEqual(['on-call@example.org'])
    expect(mail.text).toContain('nightly')
    expect(mail.text).toContain('https://tide.example.org/incident/1')
    expect(mail.attachments.map(({ mimeType, disposition }) => `${mimeType} ${disposition}`)).toEqual([
      'image/png inline',
    ])
    const answer = await fetch(`${server.dashboardUrl}/api/v1/incidents`)
    expect(await answer.json()).toMatchObject({
      incidents: [{ id: 1, kind: 'outage', channel: 'nightly', state: 'open' }],
    })

    // Pressed in the mail, on a phone, by somebody who isn't signed in anywhere.
    const [, path = ''] = /https:\/\/tide\.example\.org(\/act\/1\/acknowledge\/\S+)/.exec(mail.text ?? '') ?? []
    const page = await (await fetch(server.dashboardUrl + path)).text()
    expect(page).toContain('Do you take it?')
    const acted = await fetch(server.dashboardUrl + path, { method: 'POST' })
    expect(await acted.text()).toContain('on-call@example.org has it, since')
    const taken = await eventually('the mail that somebody has it', async () => mails[1] ?? null)
    expect(taken.text).toContain('on-call@example.org has it')
    expect(taken.inReplyTo).toBe(mail.messageId)
    expect(await server.stop()).toBe(0)
    expect(mails).toHaveLength(2)
  } finally {
    await server.kill()
    await new Promise<void>((resolve) => smtp.close(() => resolve()))
    await removeFolder(state)
  }
})

/** Quiet weeks with a daily tide; in the last whole hour nightly sends nothing while the others go on. */
function historyUpTo(end: number): string {
  const lines = ['hour,channel,submissions']
  for (let hour = end - DAYS * 24 * HOUR_MS; hour < end; hour += HOUR_MS) {
    const tide = 1 + 0.4 * Math.cos((((hour / HOUR_MS) % 24) / 24) * 2 * Math.PI)
    for (const [channel, mean] of Object.entries(CHANNELS)) {
      const isSilent = channel === 'nightly' && hour === end - HOUR_MS
      const wobble = 1 + 0.02 * Math.sin(hour / HOUR_MS / 1.7 + mean)
      lines.push(`${isoSeconds(hour)},${channel},${isSilent ? 0 : Math.round(mean * tide * wobble)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

function command(words: readonly string[]): Promise<number> {
  return runCommandLine(words, {
    out: () => undefined,
    err: (text) => process.stderr.write(text),
    environment: {},
    currentFolder: process.cwd(),
    stop: new AbortController().signal,
  })
}

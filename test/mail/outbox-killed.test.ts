import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { makeMails } from '../../alerts/email/testing/make-mails.ts'
import { startMailServer } from '../../alerts/email/testing/smtp-server.ts'
import { makeIncident } from '../../alerts/testing/make-incident.ts'
import { openDatabase } from '../../data/counts/database.ts'
import { enqueueMails } from '../../data/outbox/enqueue-mails.ts'
import { readMails } from '../../data/outbox/read-outbox.ts'

const PROGRAM = fileURLToPath(new URL('../../dist/test/mail/send-outbox.js', import.meta.url))
const MAILS = 40
const KILLS = 10

/** True where it had ended by itself before it was killed. */
async function runAndKill(folder: string, port: number, afterMs: number | null): Promise<boolean> {
  const child = spawn(process.execPath, [PROGRAM, folder, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  if (afterMs !== null) {
    await Promise.race([once(child.stdout, 'data'), exit])
    const timer = setTimeout(() => child.kill('SIGKILL'), afterMs)
    await exit
    clearTimeout(timer)
  }
  const [code, signal] = await exit
  if (signal === null) expect(code).toBe(0)
  return signal === null
}

test('killed again and again while it sends, every mail arrives, and twice at most where the kill met its acceptance', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidewatch-outbox-killed-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const server = await startMailServer({
    onRcptTo: (_address, _session, done) => setTimeout(done, 15),
  })
  onTestFinished(() => server.close())
  const recipients = Array.from({ length: MAILS }, (_, index) => `person-${index}@example.org`)
  const mails = makeMails(makeIncident(), { now: Date.now(), recipients })
  const first = await openDatabase(join(folder, 'tidewatch.duckdb'))
  await first.inTransaction((transaction) => enqueueMails(transaction, mails))
  await first.close()

  let kills = 0
  for (let round = 0; round < KILLS; round++) {
    kills += (await runAndKill(folder, server.port, Math.random() * 250)) ? 0 : 1
  }
  expect(kills).toBeGreaterThanOrEqual(3)
  expect(await runAndKill(folder, server.port, null)).toBe(true)

  const arrived = server.received.map(({ mail }) => mail.messageId ?? '')
  expect(new Set(arrived)).toEqual(new Set(mails.map(({ messageId }) => messageId)))
  expect(arrived.length - MAILS).toBeLessThanOrEqual(kills)
  const database = await openDatabase(join(folder, 'tidewatch.duckdb'))
  onTestFinished(() => database.close())
  const states = (await readMails(database, { limit: MAILS * 2 })).map(({ state }) => state)
  expect(states).toEqual(Array.from({ length: MAILS }, () => 'sent'))
})

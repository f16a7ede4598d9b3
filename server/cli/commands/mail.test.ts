import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startMailServer, type TestMailServer } from '../../../alerts/email/testing/smtp-server.ts'
import { runCommandLine } from '../run-command-line.ts'

let folder: string
let server: TestMailServer | null = null
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-mail-command-'))
})
afterEach(async () => {
  await server?.close()
  server = null
  await rm(folder, { recursive: true })
})

async function run(words: readonly string[], environment: Record<string, string> = {}) {
  const said = { out: '', err: '' }
  const exitCode = await runCommandLine(words, {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    environment: { TIDEWATCH_STATE: folder, ...environment },
    currentFolder: folder,
    stop: new AbortController().signal,
  })
  return { ...said, exitCode }
}

const smtp = () => ({
  TIDEWATCH_SMTP_URL: `smtp://127.0.0.1:${server?.port ?? 0}`,
  TIDEWATCH_MAIL_TO: 'ann@example.org',
})

test('a test mail is sent as every other mail is', async () => {
  server = await startMailServer()
  const { exitCode, out } = await run(['mail', 'test', 'ann@example.org'], {
    ...smtp(),
    TIDEWATCH_MAIL_FROM: 'Tide <tide@example.org>',
  })
  expect([exitCode, out]).toEqual([0, expect.stringContaining('for ann@example.org')])
  const [{ mail, recipients } = { mail: null, recipients: [] }] = server.received
  expect(recipients).toEqual(['ann@example.org'])
  expect(mail?.subject).toBe('[tidewatch] this is a test')
  expect(mail?.messageId).toMatch(/^<test-[a-z0-9.]+@example\.org>$/)
  expect(mail?.text).toContain('Mails of this Tidewatch arrive here.')
})

test.each([
  { claim: 'refused', words: ['test', 'gone@example.org'], code: 69, says: /^Not taken, for ever: 550 no such user/ },
  { claim: 'no address', words: ['test', 'ann'], code: 64, says: /"ann" is no mail address: use NAME@HOST/ },
  { claim: 'nobody', words: ['test'], code: 64, says: /say to whom/ },
  { claim: 'something else', words: ['send', 'x'], code: 64, says: /use test or revoke-links/ },
  {
    claim: 'no incident',
    words: ['revoke-links', '--incident', 'x'],
    code: 64,
    says: /--incident is "x": use the number/,
  },
])('$claim is said', async ({ words, code, says }) => {
  server = await startMailServer({
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error('no such user'), { responseCode: 550 })),
  })
  const { exitCode, err } = await run(['mail', ...words], smtp())
  expect(exitCode).toBe(code)
  expect(err).toMatch(says)
})

test('without a mail server there is nothing to test', async () => {
  const { exitCode, err } = await run(['mail', 'test', 'ann@example.org'])
  expect([exitCode, err]).toEqual([1, expect.stringContaining('smtp.url is not set')])
})

test('links are revoked for one incident, or all of them with their key', async () => {
  const key = async () => JSON.parse(await readFile(join(folder, 'link-keys.json'), 'utf8'))
  expect((await run(['mail', 'revoke-links', '--incident', '13'])).exitCode).toBe(0)
  const first = await key()
  expect(Object.keys(first.revoked)).toEqual(['13'])
  expect((await stat(join(folder, 'link-keys.json'))).mode & 0o777).toBe(0o600)
  expect((await run(['mail', 'revoke-links'])).exitCode).toBe(0)
  const second = await key()
  expect(second.key).not.toBe(first.key)
  expect(second.revoked).toEqual({})
})

test('the doctor says what works, what should be known and what is wrong', async () => {
  server = await startMailServer()
  const well = await run(['doctor'], {
    ...smtp(),
    TIDEWATCH_MAIL_FROM: 't@example.org',
  })
  expect(well.exitCode).toBe(0)
  expect(well.out).toMatch(/^ok {5}mail server: 127\.0\.0\.1:\d+ answers without encryption, without signing in\.$/m)
  expect(well.out).toMatch(/^note {3}links in mails: publicUrl is not set/m)
  expect(server.received).toEqual([])

  const url = smtp()
  await server.close()
  server = null
  const ill = await run(['doctor', '--json'], url)
  expect(ill.exitCode).toBe(1)
  const findings = ill.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(findings).toContainEqual({
    about: 'mail server',
    verdict: 'wrong',
    says: expect.stringMatching(/^127\.0\.0\.1:\d+, connecting: nobody listens on/),
  })
  expect(findings).toContainEqual({ about: 'recipients', verdict: 'well', says: 'ann@example.org.' })
  expect(findings).toContainEqual(expect.objectContaining({ about: 'service', verdict: 'mind' }))
})

test('without mail nothing is wrong, and it is said that nobody is told', async () => {
  const { exitCode, out } = await run(['doctor'])
  expect(exitCode).toBe(0)
  expect(out).toContain('smtp.url is not set: mails are kept as files and reach nobody.')
})

import { createServer, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { startTestApi } from '../../api/testing/test-api.ts'
import { runCommandLine } from '../run-command-line.ts'

let server: Server | null = null
afterEach(async () => {
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)))
  server = null
})

interface Answer {
  readonly status?: number
  readonly body: unknown
}

/** A service that gives these answers in turn, and the last one ever after; what it was asked is in `asked`. */
async function serving(answers: readonly Answer[]): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const made = createServer((request, response) => {
    const { status = 200, body } = answers[Math.min(asked.length, answers.length - 1)] ?? { body: null }
    asked.push(request.url ?? '')
    response.writeHead(status, { connection: 'close' }).end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  server = made
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  const address = made.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, asked }
}

const says = (verdict: 'pass' | 'fail' | 'wait', code: string, text: string): Answer => ({
  body: {
    channel: 'beta',
    build_id: '20140116030203',
    verdict,
    reasons: [{ code, text, incident: null }],
    first_seen: null,
    judged_up_to: null,
    known_at: null,
    volume: null,
    validity: null,
    completeness: null,
    href: '/channel/beta',
  },
})
const PASS = says('pass', 'no_trouble', 'Nothing is wrong with it.')
const FAIL = says('fail', 'not_reporting', 'Too few use it.')
const WAIT = says('wait', 'too_young', '18 hours have to be judged.')

async function gate(words: readonly string[], stop = new AbortController().signal) {
  const said = { out: '', err: '' }
  const exitCode = await runCommandLine(['gate', '--channel', 'beta', '--build', '20140116030203', ...words], {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    environment: {},
    currentFolder: '/',
    stop,
  })
  return { ...said, exitCode }
}

test.each([
  { verdict: 'pass', answer: PASS, code: 0, out: 'pass: 20140116030203 on beta\n  Nothing is wrong with it.\n' },
  { verdict: 'fail', answer: FAIL, code: 1, out: 'fail: 20140116030203 on beta\n  Too few use it.\n' },
  { verdict: 'wait', answer: WAIT, code: 2, out: 'wait: 20140116030203 on beta\n  18 hours have to be judged.\n' },
])('$verdict ends with $code, asked once', async ({ answer, code, out }) => {
  const { url, asked } = await serving([answer])
  expect(await gate(['--url', url])).toEqual({ exitCode: code, out, err: '' })
  expect(asked).toEqual(['/api/v1/gate?channel=beta&build=20140116030203'])
})

test('a real service answers it', async () => {
  const api = await startTestApi()
  try {
    const { exitCode, out } = await gate(['--url', api.url])
    expect(exitCode).toBe(2)
    expect(out).toContain('No submissions worth the name came from 20140116030203 on beta yet.')
  } finally {
    await api.close()
  }
})

test('with a time it waits until the verdict is there, and says once what for', async () => {
  const { url, asked } = await serving([WAIT, WAIT, { status: 503, body: { detail: 'starting' } }, FAIL])
  const { exitCode, err } = await gate(['--url', url, '--timeout', '1m', '--poll', '1ms'])
  expect({ exitCode, asked: asked.length }).toEqual({ exitCode: 1, asked: 4 })
  expect(err).toBe(`waiting: 18 hours have to be judged.\n${url} can't answer now (503): starting\n`)
})

test('when the time is up it is still a wait', async () => {
  const { url } = await serving([WAIT])
  expect((await gate(['--url', `${url}/`, '--timeout', '20ms', '--poll', '1ms'])).exitCode).toBe(2)
})

test('the answer of the API is printed as it is', async () => {
  const { url } = await serving([PASS])
  expect(JSON.parse((await gate(['--url', url, '--json'])).out)).toEqual(PASS.body)
})

test.each([
  { claim: 'another server', answer: { body: '<html>' }, code: 69, says: /is it a Tidewatch\?/ },
  { claim: 'a refusal', answer: { status: 400, body: { detail: 'no such' } }, code: 69, says: /400: no such/ },
  { claim: 'trouble', answer: { status: 500, body: 'oops' }, code: 75, says: /can't answer now \(500\): oops/ },
])('$claim is no verdict: $code', async ({ answer, code, says: pattern }) => {
  const { url } = await serving([answer])
  const { exitCode, err, out } = await gate(['--url', url])
  expect({ exitCode, out }).toEqual({ exitCode: code, out: '' })
  expect(err).toMatch(pattern)
})

test('nobody there is no verdict', async () => {
  const { url } = await serving([])
  await new Promise((resolve) => server?.close(resolve))
  server = null
  const { exitCode, err } = await gate(['--url', url])
  expect(exitCode).toBe(75)
  expect(err).toMatch(/doesn't answer \(ECONNREFUSED\)/)
})

test('who interrupts it has no verdict', async () => {
  const { url } = await serving([WAIT])
  const stop = AbortSignal.timeout(50)
  expect((await gate(['--url', url, '--timeout', '1h', '--poll', '10ms'], stop)).exitCode).toBe(130)
})

test.each([
  { words: ['--url', 'localhost:8081'], says: /--url is "localhost:8081": use an address/ },
  { words: ['--timeout', '6'], says: /--timeout is "6": use a number with its unit/ },
  { words: ['--build', ''], says: /--build is missing/ },
])('$words is refused', async ({ words, says: pattern }) => {
  const { exitCode, err } = await gate(words)
  expect(exitCode).toBe(64)
  expect(err).toMatch(pattern)
})

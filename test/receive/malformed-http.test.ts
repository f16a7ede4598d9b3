import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exchange, type RawAnswer } from '../support/raw-http.ts'
import { type ReceiverProcess, segmentsOnDisk, startReceiverProcess } from './receiver-process.ts'

const PATH = '/submit/telemetry/17caa68c-25f5-450a-9cce-7d31318846d8/idle-daily/Firefox/29.0a1/nightly/20140116030201'
const MAX_BODY_BYTES = 8 * 1024
const MIB = 1024 * 1024

let spool: string
let receiver: ReceiverProcess
/** Bodies that were answered 200, in all tests of this file. */
const kept: string[] = []
beforeAll(async () => {
  spool = await mkdtemp(join(tmpdir(), 'tidewatch-malformed-'))
  const overrides = { maxBodyBytes: MAX_BODY_BYTES, maxPathBytes: 512, maxHeaderBytes: 4096, maxHeaderCount: 50 }
  receiver = await startReceiverProcess(spool, {
    overrides: { ...overrides, headerTimeoutSeconds: 1, bodyTimeoutSeconds: 2 },
  })
})
afterAll(async () => {
  receiver.child.kill('SIGKILL')
  await rm(spool, { recursive: true })
})

/** Lines and their ends, as HTTP has them. */
const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`
const head = (...headers: string[]) => lines(`POST ${PATH} HTTP/1.1`, 'Host: x', ...headers)
const submission = (body: string, ...headers: string[]) => head(...headers, `Content-Length: ${body.length}`) + body
const chunked = (text: string, ...headers: string[]) => head('Transfer-Encoding: chunked', ...headers) + text

const statusesOf = (answers: readonly RawAnswer[]) => answers.map(({ status }) => status)
/** Whether the last answer says that the connection ends. */
const isLastCalled = (answers: readonly RawAnswer[]) => answers.at(-1)?.headers.get('connection') === 'close'

interface Case {
  readonly claim: string
  readonly send: string
  readonly answers: readonly number[]
  readonly keeps?: readonly string[]
}

/** Another request behind each of these: if what breaks the first were read in two ways, it would be told from its answer. */
const hidden = (claim: string) => submission(`smuggled behind ${claim}`)

describe('what is no HTTP, or contradicts itself, is 400, and nothing behind it is read', () => {
  test.each<{ claim: string; send: string }>([
    { claim: 'a TLS hello', send: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' },
    { claim: 'another protocol', send: 'SSH-2.0-OpenSSH_9.2\r\n' },
    { claim: 'the preface of HTTP/2', send: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
    { claim: 'a method in lower case', send: submission('x').replace('POST', 'post') },
    { claim: 'a method that nobody knows', send: submission('x').replace('POST', 'BREW') },
    { claim: 'a version of the future', send: submission('x').replace('HTTP/1.1', 'HTTP/1.2') },
    { claim: 'no version that can be read', send: submission('x').replace('HTTP/1.1', 'HTTP/one') },
    { claim: 'a blank before the method', send: ` ${submission('x')}` },
    { claim: 'a tab between the parts', send: submission('x').replaceAll(/(?<=POST) | (?=HTTP)/g, '\t') },
    { claim: 'a blank in the path', send: submission('x').replace('idle-daily', 'idle daily') },
    { claim: 'a NUL in the path', send: submission('x').replace('idle-daily', 'idle\0daily') },
    { claim: 'a control character in the path', send: submission('x').replace('idle-daily', 'idle\x01daily') },
    { claim: 'a byte beyond ASCII in the path', send: submission('x').replace('idle-daily', 'idl\xe9') },
    { claim: 'a path without its slash', send: submission('x').replace('/submit', 'submit') },
    { claim: 'ends of lines without CR', send: submission('x').replaceAll('\r\n', '\n') },
    { claim: 'one end of a line without CR', send: submission('x').replace('Host: x\r\n', 'Host: x\n') },
    { claim: 'a CR within a value', send: submission('x', 'X-Debug-ID: a\rb') },
    { claim: 'a NUL within a value', send: submission('x', 'X-Debug-ID: a\0b') },
    { claim: 'a value folded over two lines', send: submission('x', 'X-Debug-ID: a\r\n b') },
    { claim: 'a length folded over two lines', send: `${head('Content-Length:\r\n 1')}x` },
    { claim: 'a blank before the colon', send: `${head('Content-Length : 1')}x` },
    { claim: 'a header without colon', send: submission('x', 'Nonsense') },
    { claim: 'a header without name', send: submission('x', ': x') },
    { claim: 'a length that is no number', send: `${head('Content-Length: one')}x` },
    { claim: 'a negative length', send: head('Content-Length: -1') },
    { claim: 'a length with a sign', send: `${head('Content-Length: +1')}x` },
    { claim: 'a length in hexadecimal', send: `${head('Content-Length: 0x1')}x` },
    { claim: 'an empty length', send: head('Content-Length:') },
    { claim: 'a list of equal lengths', send: `${head('Content-Length: 1, 1')}x` },
    { claim: 'two equal lengths', send: `${head('Content-Length: 1', 'Content-Length: 1')}x` },
    { claim: 'two lengths', send: `${head('Content-Length: 1', 'Content-Length: 2')}xx` },
    { claim: 'a length that no number holds', send: head('Content-Length: 99999999999999999999') },
    { claim: 'chunks and a length (TE.CL)', send: chunked('1\r\nx\r\n0\r\n\r\n', 'Content-Length: 3') },
    {
      claim: 'a length and chunks (CL.TE)',
      send: `${head('Content-Length: 6', 'Transfer-Encoding: chunked')}0\r\n\r\nx`,
    },
    { claim: 'chunks twice', send: chunked('1\r\nx\r\n0\r\n\r\n', 'Transfer-Encoding: chunked') },
    { claim: 'chunks first, then another coding', send: `${head('Transfer-Encoding: chunked, gzip')}0\r\n\r\n` },
    { claim: 'another coding only', send: `${head('Transfer-Encoding: gzip')}x` },
    { claim: 'a coding that looks like chunks', send: `${head('Transfer-Encoding: xchunked')}0\r\n\r\n` },
    { claim: 'chunks behind a vertical tab', send: `${head('Transfer-Encoding: \x0bchunked')}0\r\n\r\n` },
    { claim: 'chunks with a blank before the colon', send: `${head('Transfer-Encoding : chunked')}0\r\n\r\n` },
    { claim: 'the identity coding', send: `${head('Transfer-Encoding: identity')}x` },
    { claim: 'a chunk size that is no number', send: chunked('zz\r\nx\r\n0\r\n\r\n') },
    { claim: 'a negative chunk size', send: chunked('-1\r\nx\r\n0\r\n\r\n') },
    { claim: 'a chunk size with 0x', send: chunked('0x1\r\nx\r\n0\r\n\r\n') },
    { claim: 'a chunk size that no number holds', send: chunked('fffffffffffffffff\r\nx\r\n0\r\n\r\n') },
    { claim: 'a chunk shorter than its size', send: chunked('2\r\nx\r\n0\r\n\r\n') },
    { claim: 'a chunk longer than its size', send: chunked('1\r\nxx\r\n0\r\n\r\n') },
    { claim: 'a chunk size ended without CR', send: chunked('1\nx\r\n0\r\n\r\n') },
    { claim: 'an extension ended without CR', send: chunked('1;a\nx\r\n0\r\n\r\n') },
    { claim: 'a length in the trailer', send: chunked('1\r\nx\r\n0\r\nContent-Length: 5\r\n\r\n') },
    { claim: 'chunks in the trailer', send: chunked('1\r\nx\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n') },
  ])('$claim', async ({ claim, send }) => {
    const { answers, closedBy, rest } = await exchange(receiver.port, [send + hidden(claim)])
    expect(statusesOf(answers)).toEqual([400])
    expect({ closedBy, rest }).toEqual({ closedBy: 'server', rest: '' })
  })
})

test.each([
  { claim: 'no Host', send: submission('x').replace('Host: x\r\n', '') },
  { claim: 'no version, as in HTTP/0.9', send: submission('x').replace(' HTTP/1.1', '') },
  { claim: 'no version, and a line without CR', send: submission('x').replace(' HTTP/1.1\r', '') },
  {
    claim: 'a coding without end, hidden behind an upgrade',
    send: `${head('Connection: upgrade', 'Upgrade: h2c', 'Transfer-Encoding: gzip')}x`,
  },
  { claim: 'HTTP/2 in plain text', send: submission('x').replace('HTTP/1.1', 'HTTP/2.0') },
])('$claim: 400, and the connection ends', async ({ send }) => {
  const { answers } = await exchange(receiver.port, [send])
  expect(statusesOf(answers)).toEqual([400])
  expect(isLastCalled(answers)).toBe(true)
})

describe('what is HTTP, however seldom it is seen, has its answer', () => {
  test.each<Case>([
    { claim: 'HTTP/1.0', send: submission('one-0').replace('HTTP/1.1', 'HTTP/1.0'), answers: [200], keeps: ['one-0'] },
    {
      claim: 'HTTP/1.0 that stays',
      send:
        submission('one-0-a', 'Connection: keep-alive').replace('HTTP/1.1', 'HTTP/1.0') +
        submission('one-0-b', 'Connection: close'),
      answers: [200, 200],
      keeps: ['one-0-a', 'one-0-b'],
    },
    {
      claim: 'a target with scheme and host',
      send: submission('absolute', 'Connection: close').replace('/submit', 'http://example.org:80/submit'),
      answers: [200],
      keeps: ['absolute'],
    },
    {
      claim: 'empty lines first',
      send: `\r\n\r\n${submission('lines', 'Connection: close')}`,
      answers: [200],
      keeps: ['lines'],
    },
    {
      claim: 'header names in any case',
      send: submission('case', 'CONNECTION: close'),
      answers: [200],
      keeps: ['case'],
    },
    {
      claim: 'chunks in any case',
      send: chunked('5\r\nlower\r\n0\r\n\r\n', 'Connection: close').replace('chunked', 'cHuNkEd'),
      answers: [200],
      keeps: ['lower'],
    },
    {
      claim: 'chunks of a coded body',
      send: chunked('5\r\ncoded\r\n0\r\n\r\n', 'Connection: close').replace('chunked', 'gzip, chunked'),
      answers: [200],
      keeps: ['coded'],
    },
    {
      claim: 'chunks with extensions',
      send: chunked('a;b=c;d\r\nextensions\r\n0;e\r\n\r\n', 'Connection: close'),
      answers: [200],
      keeps: ['extensions'],
    },
    {
      claim: 'chunks with a trailer',
      send: chunked('7\r\ntrailer\r\n0\r\nX-Sum: 1\r\n\r\n', 'Connection: close'),
      answers: [200],
      keeps: ['trailer'],
    },
    {
      claim: 'a body in chunks of a byte',
      send: chunked(`${[...'byte-by-byte'].map((byte) => `1\r\n${byte}\r\n`).join('')}0\r\n\r\n`, 'Connection: close'),
      answers: [200],
      keeps: ['byte-by-byte'],
    },
    { claim: 'an empty body', send: submission('', 'Connection: close'), answers: [200], keeps: [''] },
    { claim: 'a tunnel', send: 'CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n', answers: [405] },
    {
      claim: 'an expectation that nobody knows',
      send: submission('x', 'Expect: much', 'Connection: close'),
      answers: [417],
    },
    {
      claim: 'an upgrade, which is declined; nothing behind it is read',
      send: submission('upgrade', 'Connection: upgrade', 'Upgrade: h2c') + hidden('case 1'),
      answers: [200],
      keeps: ['upgrade'],
    },
    {
      claim: 'too many headers',
      send: submission('x', ...Array.from({ length: 60 }, (_, index) => `X-${index}: y`)),
      answers: [431],
    },
    {
      claim: 'thousands of headers, and the length behind them',
      send: submission('x', ...Array(600).fill('a:')),
      answers: [431],
    },
    { claim: 'a header too long', send: submission('x', `X-Long: ${'y'.repeat(4100)}`), answers: [431] },
    {
      claim: 'a header without end',
      send: `POST ${PATH} HTTP/1.1\r\nHost: x\r\nX-Long: ${'y'.repeat(300_000)}`,
      answers: [431],
    },
    { claim: 'a path without end', send: `POST ${PATH}${'y'.repeat(300_000)}`, answers: [431] },
    {
      claim: 'an expectation that nobody knows, of a client that waits for the answer',
      send: head('Content-Length: 5', 'Expect: much'),
      answers: [417],
    },
    {
      claim: 'a length of more than all disks',
      send: head('Content-Length: 9007199254740993', 'Expect: 100-continue'),
      answers: [202],
    },
  ])('$claim: $answers', async ({ send, answers: expected, keeps = [] }) => {
    const { answers, closedBy, rest } = await exchange(receiver.port, [send])
    expect(statusesOf(answers)).toEqual(expected)
    expect({ closedBy, rest, isLastCalled: isLastCalled(answers) }).toEqual({
      closedBy: 'server',
      rest: '',
      isLastCalled: true,
    })
    kept.push(...keeps)
  })
})

describe('pipelining: the answers come in the order of the requests', () => {
  const lost = submission('x').replace('/telemetry', '/nowhere')
  const longPath = submission('x').replace('/idle-daily', `/${'y'.repeat(600)}`)
  const large = submission('y'.repeat(MAX_BODY_BYTES + 1))
  const get = lines('GET /status HTTP/1.1', 'Host: x')
  const noLength = head()

  test.each<Case>([
    {
      claim: 'good ones',
      send: Array.from({ length: 100 }, (_, index) => submission(`p${index}`)).join(''),
      answers: Array(100).fill(200),
      keeps: Array.from({ length: 100 }, (_, index) => `p${index}`),
    },
    {
      claim: 'refusals that need no disk wait for those that do',
      send:
        submission('a') +
        lost +
        submission('b') +
        get +
        submission('c') +
        noLength +
        submission('d') +
        longPath +
        submission('e') +
        large,
      answers: [200, 404, 200, 200, 200, 411, 200, 202, 200, 202],
      keeps: ['a', 'b', 'c', 'd', 'e'],
    },
    {
      claim: 'and so does what breaks the connection',
      send: `${submission('f') + longPath + lost + submission('g')}nonsense\r\n\r\n${hidden('case 2')}`,
      answers: [200, 202, 404, 200, 400],
      keeps: ['f', 'g'],
    },
    {
      claim: 'broken in a body of chunks',
      send: submission('h') + chunked('1\r\nx\r\nzz') + hidden('case 3'),
      answers: [200, 400],
      keeps: ['h'],
    },
    {
      claim: 'too long a head',
      send: `${submission('i')}POST /${'y'.repeat(100_000)}`,
      answers: [200, 431],
      keeps: ['i'],
    },
  ])('$claim', async ({ send, answers: expected, keeps = [] }) => {
    const { answers, rest } = await exchange(receiver.port, [send], { answers: expected.length })
    expect(statusesOf(answers)).toEqual(expected)
    expect(rest).toBe('')
    kept.push(...keeps)
  })

  test('also where the bytes come one by one', async () => {
    const send = submission('slow-a') + lost + chunked('6\r\nslow-b\r\n0\r\n\r\n')
    const { answers } = await exchange(receiver.port, [...send], { answers: 3 })
    expect(statusesOf(answers)).toEqual([200, 404, 200])
    kept.push('slow-a', 'slow-b')
  })
})

describe('ends', () => {
  test('a client that ends its side at once has all its answers', async () => {
    const send = submission('half-a') + submission('half-b')
    const { answers, closedBy } = await exchange(receiver.port, [send], { endsAtOnce: true })
    expect(statusesOf(answers)).toEqual([200, 200])
    expect(closedBy).toBe('us')
    kept.push('half-a', 'half-b')
  })

  test.each([
    { claim: 'in the head', send: head('Content-Length: 5').slice(0, -9) },
    { claim: 'in the body', send: `${head('Content-Length: 5')}abc` },
    { claim: 'in a chunk', send: chunked('5\r\nabc') },
    { claim: 'before the last chunk', send: chunked('3\r\nabc\r\n') },
    { claim: 'in the last chunk', send: chunked('3\r\nabc\r\n0\r\n') },
    { claim: 'with a request of HTTP/0.9', send: 'GET /status\r\n' },
  ])('one that ends its side $claim: 400, and nothing is kept', async ({ send }) => {
    const { answers } = await exchange(receiver.port, [send], { endsAtOnce: true })
    expect(statusesOf(answers)).toEqual([400])
  })
})

describe('asking before sending', () => {
  const asks = (body: string) => submission('', 'Expect: 100-continue').replace('Length: 0', `Length: ${body.length}`)

  test('a yes comes first, then the answer', async () => {
    const { answers } = await exchange(receiver.port, [asks('asked'), 'asked'], { pauseMs: 50, answers: 1 })
    expect(answers).toMatchObject([{ status: 200, wasContinued: true }])
    kept.push('asked')
  })

  test.each([
    { claim: 'another path', send: asks('x').replace('/telemetry', '/nowhere'), status: 404 },
    { claim: 'another method', send: asks('x').replace('POST', 'GET'), status: 405 },
    { claim: 'a body too long', send: asks('y'.repeat(MAX_BODY_BYTES + 1)), status: 202 },
    { claim: 'too many headers', send: asks('x').replace('Host: x', `Host: x${'\r\na:'.repeat(60)}`), status: 431 },
  ])('$claim: a no, $status, and no body is waited for', async ({ send, status }) => {
    const { answers, closedBy } = await exchange(receiver.port, [send])
    expect(answers).toMatchObject([{ status, wasContinued: false }])
    expect(closedBy).toBe('server')
  })

  test('a no is read also by a client that sends without waiting', async () => {
    const body = 'y'.repeat(MIB)
    const { answers } = await exchange(receiver.port, [asks(body), body])
    expect(answers).toMatchObject([{ status: 202, wasContinued: false }])
  })

  test('at an address that takes no submissions it is a yes, and the answer is read by who did not wait for it', async () => {
    const body = 'y'.repeat(MIB)
    const elsewhere = asks(body).replace(PATH, '/favicon.ico')
    // Not each time is a connection reset that is closed too early.
    for (let time = 0; time < 10; time++) {
      const { answers } = await exchange(receiver.port, [elsewhere, body], { answers: 1 })
      expect(answers).toMatchObject([{ status: 404, wasContinued: true }])
    }
  })

  test('nor is a body asked for there that is longer than what is read for nothing', async () => {
    const send = head(`Content-Length: ${5 * MIB}`, 'Expect: 100-continue').replace(PATH, '/favicon.ico')
    const { answers, closedBy } = await exchange(receiver.port, [send])
    expect(answers).toMatchObject([{ status: 404, wasContinued: false }])
    expect(closedBy).toBe('server')
  })
})

describe('oversized', () => {
  const BODY = Buffer.alloc(4 * MIB - 1024, 'y')
  const pieces = Array.from({ length: 64 }, (_, index) =>
    BODY.subarray((index * BODY.length) / 64, ((index + 1) * BODY.length) / 64),
  )

  const size = `${(pieces[0]?.length ?? 0).toString(16)}\r\n`
  const chunks = pieces.flatMap((piece) => [size, piece, '\r\n'])

  test.each([
    { claim: 'a body a byte too long', send: [submission('y'.repeat(MAX_BODY_BYTES + 1))] },
    {
      claim: 'a body of nearly 4 MiB, which is read to its end,',
      send: [head(`Content-Length: ${BODY.length}`), BODY],
    },
    { claim: 'such a body in chunks', send: [head('Transfer-Encoding: chunked'), ...chunks, '0\r\n\r\n'] },
    { claim: 'a longer one', send: [head(`Content-Length: ${64 * MIB}`), ...Array(10).fill(BODY)] },
    {
      claim: 'a longer one in chunks',
      send: [head('Transfer-Encoding: chunked'), `${(64 * MIB).toString(16)}\r\n`, ...Array(10).fill(BODY)],
    },
  ])('of $claim the client still reads its 202, and then the connection ends', async ({ send }) => {
    const { answers, closedBy } = await exchange(receiver.port, send)
    expect(statusesOf(answers)).toEqual([202])
    expect({ closedBy, isLastCalled: isLastCalled(answers) }).toEqual({ closedBy: 'server', isLastCalled: true })
  })
})

describe('slow clients', () => {
  const trickle = (text: string) => [...text.slice(0, 100)]

  test.each([
    { claim: 'a connection that says nothing but the beginning of a head', send: ['POST /sub'], pauseMs: null },
    { claim: 'a head that comes byte by byte', send: trickle(head('Content-Length: 5')), pauseMs: 30 },
    { claim: 'a body that stops', send: [head('Content-Length: 5'), 'ab'], pauseMs: null },
    {
      claim: 'a body that comes byte by byte',
      send: [head('Content-Length: 200'), ...trickle('y'.repeat(100))],
      pauseMs: 50,
    },
    { claim: 'chunks that come byte by byte', send: [chunked(''), ...trickle('1\r\nx\r\n'.repeat(20))], pauseMs: 50 },
  ])('$claim: 408', async ({ send, pauseMs }) => {
    const { answers, closedBy } = await exchange(receiver.port, send, { pauseMs })
    expect(statusesOf(answers)).toEqual([408])
    expect(closedBy).toBe('server')
  })

  test('what was asked for before is answered before', async () => {
    const { answers } = await exchange(receiver.port, [submission('before-slow'), 'POST /sub'])
    expect(statusesOf(answers)).toEqual([200, 408])
    kept.push('before-slow')
  })

  test('a refusal stands although its body never ends', async () => {
    const { answers, closedBy } = await exchange(receiver.port, [
      head('Content-Length: 100').replace('POST', 'PATCH'),
      'ab',
    ])
    expect(statusesOf(answers)).toEqual([405])
    expect(closedBy).toBe('server')
  })
})

test('afterwards the receiver is well, and the spool holds what was answered 200 and nothing else', async () => {
  const { answers } = await exchange(receiver.port, [submission('last', 'Connection: close')])
  expect(statusesOf(answers)).toEqual([200])
  receiver.child.send({ kind: 'stop' })
  expect(await receiver.exited).toEqual([0, null])
  const segments = await segmentsOnDisk(spool)
  expect(segments.flatMap(({ damaged }) => damaged)).toEqual([])
  const bodies = segments.flatMap(({ frames }) =>
    frames.flatMap((frame) => (frame.kind === 'submission' ? [Buffer.from(frame.body).toString()] : [])),
  )
  expect(bodies.sort()).toEqual([...kept, 'last'].sort())
})

import { readdir } from 'node:fs/promises'
import { Agent } from 'node:http'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Frame } from '../../data/spool/frame.ts'
import { CLIENT_ADDRESS } from '../../data/spool/frame.ts'
import type { CreateSegmentFile } from '../../data/spool/segment-file.ts'
import { createSegmentFile } from '../../data/spool/segment-file.ts'
import type { ReceiveOptions } from './options.ts'
import type { Receiver } from './receiver.ts'
import {
  type Answered,
  ID,
  PATH,
  type RunningReceivers,
  runningReceivers,
  type Sent,
  send,
  sendRaw,
} from './testing/running-receivers.ts'

/** A busy disk takes its time to sync. */
const WAIT = { timeout: 10_000 }

let running: RunningReceivers
let spool: string
beforeEach(async () => {
  running = await runningReceivers()
  spool = running.spool
})
afterEach(() => running.remove())

const start = (overrides: Partial<ReceiveOptions> = {}, createFile?: CreateSegmentFile): Promise<Receiver> =>
  running.start(overrides, createFile === undefined ? {} : { createFile })

const framesOnDisk = () => running.frames()
type Discarded = Extract<Frame, { kind: 'discarded' }>
const submissions = () => running.submissions()
const discarded = async () => (await framesOnDisk()).filter((frame): frame is Discarded => frame.kind === 'discarded')
const heartbeats = async () => (await framesOnDisk()).filter(({ kind }) => kind === 'heartbeat').length

/** A disk whose syncs wait until they are let go on, or fail. */
function controlledDisk() {
  let gate: Promise<void> | null = null
  let open = () => {}
  let failure: Error | null = null
  const createFile: CreateSegmentFile = async (path) => {
    const file = await createSegmentFile(path)
    return {
      ...file,
      async sync() {
        await gate
        if (failure !== null) throw failure
        await file.sync()
      },
    }
  }
  return {
    createFile,
    hold() {
      gate = new Promise((resolve) => {
        open = resolve
      })
    },
    letGo() {
      gate = null
      open()
    },
    fail(code: string | null) {
      failure = code === null ? null : Object.assign(new Error(code), { code })
    },
  }
}

describe('every request has its answer', () => {
  test.each([
    { claim: 'a submission', sent: { body: '{}' }, status: 200, text: '' },
    { claim: 'a submission by PUT', sent: { method: 'PUT', body: '{}' }, status: 200, text: '' },
    { claim: 'an id alone', sent: { path: `/submit/telemetry/${ID}`, body: '{}' }, status: 200, text: '' },
    { claim: 'a query', sent: { path: `${PATH}?v=4`, body: '{}' }, status: 200, text: '' },
    {
      claim: 'a path that the converter will doubt',
      sent: { path: '/submit/telemetry/x/y', body: '{}' },
      status: 200,
      text: '',
    },
    { claim: 'an empty body', sent: { body: '' }, status: 200, text: '' },
    { claim: 'a chunked body', sent: { body: '{}', chunked: true }, status: 200, text: '' },
    { claim: 'GET', sent: { method: 'GET' }, status: 405, text: 'Method not allowed: GET' },
    { claim: 'DELETE', sent: { method: 'DELETE', body: '{}' }, status: 405, text: 'Method not allowed: DELETE' },
    { claim: 'no id', sent: { path: '/submit/telemetry/', body: '{}' }, status: 404, text: 'Not found' },
    { claim: 'slashes for an id', sent: { path: '/submit/telemetry//', body: '{}' }, status: 404, text: 'Not found' },
    { claim: 'another service', sent: { path: '/submit/other/x', body: '{}' }, status: 404, text: 'Not found' },
    { claim: 'another path', sent: { path: '/elsewhere', body: '{}' }, status: 404, text: 'Not found' },
    { claim: 'the root', sent: { method: 'GET', path: '/' }, status: 404, text: 'Not found' },
    { claim: 'status', sent: { method: 'GET', path: '/status' }, status: 200, text: 'OK' },
    { claim: 'status by POST', sent: { path: '/status', body: 'x' }, status: 405, text: 'Method not allowed' },
    {
      claim: 'the heartbeat of load balancers',
      sent: { method: 'GET', path: '/__lbheartbeat__' },
      status: 200,
      text: 'OK',
    },
    { claim: 'the heartbeat', sent: { method: 'GET', path: '/__heartbeat__' }, status: 200, text: '{"status":"ok"}' },
    {
      claim: 'the version',
      sent: { method: 'GET', path: '/__version__' },
      status: 200,
      text: '{"name":"tidewatch","version":"1.2.3"}',
    },
    {
      claim: 'a body too long',
      sent: { body: 'x'.repeat(1001) },
      status: 202,
      text: 'Body of 1001 bytes is over the limit of 1000 bytes',
    },
    {
      claim: 'a body too long in chunks',
      sent: { body: 'x'.repeat(1001), chunked: true },
      status: 202,
      text: 'Body of 1001 bytes',
    },
    { claim: 'a body of just the limit', sent: { body: 'x'.repeat(1000) }, status: 200, text: '' },
    {
      claim: 'a path too long',
      sent: { path: `${PATH}/${'x'.repeat(300)}`, body: '{}' },
      status: 202,
      text: 'is over the limit of 300 bytes',
    },
    {
      claim: 'a long query on a short path',
      sent: { path: `${PATH}?${'x'.repeat(500)}`, body: '{}' },
      status: 200,
      text: '',
    },
  ] satisfies { claim: string; sent: Sent; status: number; text: string }[])(
    '$claim: $status',
    async ({ sent, status, text }) => {
      const answered = await send(await start(), sent)
      expect(answered.status).toBe(status)
      expect(answered.text).toEqual(text === '' ? '' : expect.stringContaining(text))
      if (status === 405) expect(answered.headers.allow).toBe(sent.path === '/status' ? 'GET, HEAD' : 'POST, PUT')
    },
  )

  test.each([
    { claim: 'not HTTP at all', text: '\x16\x03\x01\x02\x00\r\n\r\n', status: '400 Bad Request' },
    {
      claim: 'two lengths',
      text: `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx`,
      status: '400 Bad Request',
    },
    {
      claim: 'a length that is no number',
      text: `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\nxx`,
      status: '400 Bad Request',
    },
    {
      claim: 'a length and chunks (smuggling)',
      text: `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      status: '400 Bad Request',
    },
    {
      claim: 'a chunk of no size',
      text: `POST ${PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      status: '400 Bad Request',
    },
    {
      claim: 'headers without end',
      text: `POST ${PATH} HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}`,
      status: '431 Request Header Fields Too Large',
    },
    {
      claim: 'a tunnel',
      text: 'CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n',
      status: '405 Method Not Allowed',
    },
  ])('$claim: $status', async ({ text, status }) => {
    const receiver = await start()
    expect(await sendRaw(receiver, text)).toMatch(new RegExp(`^HTTP/1.1 ${status}\r\n`))
    expect(await submissions()).toEqual([])
  })

  test.each([
    { claim: 'headers', text: `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Le` },
    { claim: 'a body', text: `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc` },
  ])('$claim too slow: 408', async ({ text }) => {
    const receiver = await start({ headerTimeoutSeconds: 0.2, bodyTimeoutSeconds: 0.2 })
    expect(await sendRaw(receiver, text)).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/)
    expect(await submissions()).toEqual([])
  })

  test('one connection serves many, refused ones among them, until a body is too long', async () => {
    const receiver = await start()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const answers = []
    for (const sent of [
      { body: '{}' },
      { path: '/submit/no', body: 'x'.repeat(5000) },
      { path: `${PATH}/${'x'.repeat(300)}`, body: '{}' },
      { body: 'x'.repeat(5000) },
      { body: '{}' },
      { body: 'x'.repeat(5000), chunked: true },
    ])
      answers.push(await send(receiver, { ...sent, agent }))
    expect(answers.map(({ status, headers }) => [status, headers.connection])).toEqual([
      [200, 'keep-alive'],
      [404, 'keep-alive'],
      [202, 'keep-alive'],
      [202, 'close'],
      [200, 'keep-alive'],
      [202, 'close'],
    ])
    agent.destroy()
  })
})

describe('what is kept', () => {
  test('path, kept headers and body are as they were sent; nothing else is kept', async () => {
    const receiver = await start()
    const body = gzipSync('{"ver":1}')
    const headers = { 'User-Agent': 'Tëst', 'X-Debug-ID': 'find-me', 'X-Other': 'no', 'Content-Encoding': 'gzip' }
    await send(receiver, { path: `${PATH.replace('idle-daily', 'idle%2Fdaily')}?v=4`, headers, body })
    const [submission, ...more] = await submissions()
    expect(more).toEqual([])
    expect(submission?.path).toBe(PATH.replace('idle-daily', 'idle%2Fdaily'))
    expect(submission?.attributes).toEqual({ 'user-agent': 'Tëst', 'x-debug-id': 'find-me' })
    expect(Buffer.from(submission?.body ?? []).equals(body)).toBe(true)
  })

  test('a chunked body is kept whole', async () => {
    const receiver = await start()
    const answer = await sendRaw(
      receiver,
      `PUT ${PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    expect((await submissions()).map(({ body }) => Buffer.from(body).toString())).toEqual(['abcdefg'])
  })

  test('a client that asks first is told to go on', async () => {
    const receiver = await start()
    const asked = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n`
    expect(await sendRaw(receiver, `${asked}Content-Length: 2\r\n\r\n{}`)).toMatch(
      /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/,
    )
    expect(await sendRaw(receiver, `${asked}Content-Length: 5000\r\n\r\n`)).toMatch(/^HTTP\/1.1 202 Accepted\r\n/)
    expect(await submissions()).toHaveLength(1)
  })

  test('of a client that went away in the middle, nothing', async () => {
    const receiver = await start()
    await new Promise<void>((resolve) => {
      const socket = connect(receiver.port, '127.0.0.1', () => {
        socket.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc`, () => socket.destroy())
      })
      socket.on('close', () => resolve())
    })
    await send(receiver, { body: 'whole' })
    expect((await submissions()).map(({ body }) => Buffer.from(body).toString())).toEqual(['whole'])
  })

  test('what was discarded is counted, under its channel and with its size and limit', async () => {
    const receiver = await start()
    await send(receiver, { body: 'x'.repeat(2000) })
    await send(receiver, { body: 'x'.repeat(3000), chunked: true })
    await send(receiver, { path: `/submit/telemetry/${ID}`, body: 'x'.repeat(4000) })
    const path = `${PATH}${'0'.repeat(300)}`
    await send(receiver, { path, body: '{}' })
    await send(receiver, { headers: { 'X-Source-Tags': 'automation' }, body: 'x'.repeat(5000) })
    const facts = (await discarded()).map(({ channel, cause, bytes, limitBytes, sourceTags = '' }) => [
      channel,
      cause,
      bytes,
      limitBytes,
      sourceTags,
    ])
    expect(facts).toEqual([
      ['nightly', 'body', 2000, 1000, ''],
      ['nightly', 'body', 3000, 1000, ''],
      ['UNKNOWN', 'body', 4000, 1000, ''],
      ['nightly', 'path', path.length, 300, ''],
      ['nightly', 'body', 5000, 1000, 'automation'],
    ])
    expect(await submissions()).toEqual([])
  })

  test('a body without end gets its answer while it is still sent', async () => {
    const receiver = await start()
    const socket = connect(receiver.port, '127.0.0.1')
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    socket.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`)
    const pump = () => {
      while (socket.writable && socket.write(chunk));
    }
    socket.on('drain', pump).on('error', () => {})
    pump()
    const answer = await new Promise<string>((resolve) => socket.once('data', (piece) => resolve(piece.toString())))
    expect(answer).toMatch(/^HTTP\/1.1 202 Accepted\r\n/)
    await new Promise((resolve) => socket.once('close', resolve))
    expect(await discarded()).toHaveLength(1)
  })

  test("the client's address only where that is wanted, and believed only from trusted proxies", async () => {
    const headers = { 'X-Forwarded-For': '192.0.2.9' }
    const kept = async () => (await submissions()).at(-1)?.attributes[CLIENT_ADDRESS]
    await send(await start(), { headers, body: '{}' })
    expect(await kept()).toBeUndefined()
    await send(await start({ receiver: 'second', keepClientAddress: true }), { headers, body: '{}' })
    expect((await submissions()).map(({ attributes }) => attributes[CLIENT_ADDRESS])).toContain('127.0.0.1')
    await send(await start({ receiver: 'third', keepClientAddress: true, trustedProxies: ['127.0.0.0/8'] }), {
      headers,
      body: '{}',
    })
    expect((await submissions()).map(({ attributes }) => attributes[CLIENT_ADDRESS])).toContain('192.0.2.9')
  })
})

describe('the disk', () => {
  test('a submission is answered only when it is synced', async () => {
    const disk = controlledDisk()
    const receiver = await start({}, disk.createFile)
    disk.hold()
    let answered: Answered | undefined
    const sent = send(receiver, { body: '{}' }).then((answer) => {
      answered = answer
    })
    await vi.waitFor(async () => expect(await submissions()).toHaveLength(1), WAIT)
    await sleep(50)
    expect(answered).toBeUndefined()
    disk.letGo()
    await sent
    expect(answered).toMatchObject({ status: 200 })
  })

  test.each([
    { claim: 'full', code: 'ENOSPC', status: 507 },
    { claim: 'broken', code: 'EIO', status: 503 },
  ])('$claim: $status and no heartbeat, until it works again', async ({ code, status }) => {
    const disk = controlledDisk()
    const receiver = await start({ heartbeatSeconds: 0.05 }, disk.createFile)
    await vi.waitFor(async () => expect(await heartbeats()).toBeGreaterThan(1), WAIT)
    disk.fail(code)
    await vi.waitFor(async () => expect((await send(receiver, { body: '{}' })).status).toBe(status), WAIT)
    const refused = await send(receiver, { body: 'lost?' })
    expect(refused.headers['retry-after']).toMatch(/^\d+$/)
    expect(await send(receiver, { method: 'GET', path: '/__heartbeat__' })).toMatchObject({ status: 500 })
    expect(await send(receiver, { method: 'GET', path: '/__lbheartbeat__' })).toMatchObject({ status: 200 })
    disk.fail(null)
    await vi.waitFor(async () => expect((await send(receiver, { body: 'again' })).status).toBe(200), WAIT)
    expect((await submissions()).map(({ body }) => Buffer.from(body).toString())).toContain('again')
    await receiver.stop()
    const after = (await framesOnDisk()).findIndex(
      (frame) => frame.kind === 'submission' && Buffer.from(frame.body).toString() === 'again',
    )
    expect((await framesOnDisk())[after - 1]?.kind).toBe('heartbeat')
  })

  test('nearly full: 507 before anything is written, not even a heartbeat', async () => {
    const receiver = await start({ minFreeDiskBytes: Number.MAX_SAFE_INTEGER, heartbeatSeconds: 0.05 })
    expect(await send(receiver, { body: '{}' })).toMatchObject({ status: 507 })
    expect((await send(receiver, { method: 'GET', path: '/__heartbeat__' })).text).toMatch(
      /"disk_full","freeBytes":\d+/,
    )
    await sleep(150)
    await receiver.stop()
    expect(await framesOnDisk()).toEqual([])
  })

  test('slow: when memory is full of what waits, 503, and heard again when it has drained', async () => {
    const disk = controlledDisk()
    const receiver = await start({ maxPendingBytes: 1000 }, disk.createFile)
    disk.hold()
    const waiting = send(receiver, { body: 'a'.repeat(900) })
    await vi.waitFor(async () => expect(await submissions()).toHaveLength(1), WAIT)
    const refused = await send(receiver, { body: 'b'.repeat(900) })
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': expect.stringMatching(/^\d+$/) } })
    disk.letGo()
    expect(await waiting).toMatchObject({ status: 200 })
    expect(await send(receiver, { body: 'c'.repeat(900) })).toMatchObject({ status: 200 })
  })
})

describe('heartbeats and ends', () => {
  test('the first frame is a heartbeat, more follow without traffic, one is the last', async () => {
    const receiver = await start({ heartbeatSeconds: 0.05 })
    await send(receiver, { body: '{}' })
    await vi.waitFor(async () => expect(await heartbeats()).toBeGreaterThan(2), WAIT)
    await receiver.stop()
    const kinds = (await framesOnDisk()).map(({ kind }) => kind)
    expect(kinds[0]).toBe('heartbeat')
    expect(kinds.at(-1)).toBe('heartbeat')
    expect(await readdir(join(spool, 'open'))).toEqual([])
  })

  test('who is turned away for want of connections costs the next heartbeat', async () => {
    const periodMs = 100
    const receiver = await start({ heartbeatSeconds: periodMs / 1000, maxConnections: 1 })
    const first = connect(receiver.port, '127.0.0.1')
    await new Promise((resolve) => first.once('connect', resolve))
    await vi.waitFor(async () => expect(await heartbeats()).toBeGreaterThan(1), WAIT)
    expect(await sendRaw(receiver, 'POST')).toBe('')
    const before = await heartbeats()
    await vi.waitFor(async () => expect(await heartbeats()).toBeGreaterThan(before + 1), WAIT)
    first.destroy()
    const times = (await framesOnDisk()).map(({ receivedAt }) => receivedAt)
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    expect(Math.max(...pauses)).toBeGreaterThan(1.5 * periodMs)
  })

  test('a stop answers what has arrived and refuses what comes', async () => {
    const disk = controlledDisk()
    const receiver = await start({}, disk.createFile)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await send(receiver, { body: 'before', agent })
    disk.hold()
    const inFlight = send(receiver, { body: 'in flight', agent })
    await vi.waitFor(async () => expect(await submissions()).toHaveLength(2), WAIT)
    const stopped = receiver.stop()
    disk.letGo()
    expect(await inFlight).toMatchObject({ status: 200, headers: { connection: 'close' } })
    await stopped
    await expect(send(receiver, { body: 'after' })).rejects.toThrow('ECONNREFUSED')
    expect((await submissions()).map(({ body }) => Buffer.from(body).toString())).toEqual(['before', 'in flight'])
    agent.destroy()
  })

  test('a stop waits for no one who sends for ever', async () => {
    const receiver = await start()
    const socket = connect(receiver.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc`)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await send(receiver, { body: '{}' })
    await receiver.stop()
    await closed
  })

  test('who never gets its address never says that it listened', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await expect(start({ port })).rejects.toThrow(`can't listen on 127.0.0.1:${port}: listen EADDRINUSE`)
    expect(await framesOnDisk()).toEqual([])
    other.close()
  })
})

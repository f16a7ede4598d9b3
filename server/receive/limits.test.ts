import { Agent } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createSegmentFile } from '../../data/spool/segment-file.ts'
import type { Receiver } from './receiver.ts'
import { PATH, type RunningReceivers, runningReceivers, send, sendRaw } from './testing/running-receivers.ts'

let running: RunningReceivers
let sockets: Socket[]
beforeEach(async () => {
  running = await runningReceivers()
  sockets = []
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await running.remove()
})

const submission = (headers = '', body = '{}') =>
  `POST ${PATH} HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`
const manyHeaders = (count: number) => Array.from({ length: count }, (_, index) => `X-${index}: y\r\n`).join('')
const statuses = (answers: string) => [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))

/** A connection that is open and says nothing. Its `text()` is what the server has said. */
async function hold({ port }: Receiver): Promise<{ socket: Socket; text: () => string; closed: Promise<void> }> {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  let text = ''
  socket.on('data', (piece) => {
    text += piece
  })
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise((resolve) => socket.once('connect', resolve))
  return { socket, text: () => text, closed }
}

describe('headers', () => {
  test('as many as are allowed: 200; one more: 431, and nothing is kept', async () => {
    const receiver = await running.start({ maxHeaderCount: 20 })
    const [fitting, tooMany] = [manyHeaders(17), manyHeaders(18)]
    expect(statuses(await sendRaw(receiver, submission(`Connection: close\r\n${fitting}`)))).toEqual([200])
    const refused = await sendRaw(receiver, submission(`Connection: close\r\n${tooMany}`))
    expect(statuses(refused)).toEqual([431])
    expect(refused).toContain('21 headers are over the limit of 20')
    expect(running.refused).toEqual(['headers'])
    expect(await running.submissions()).toHaveLength(1)
  })

  test('more than Node.js would show: none goes unseen', async () => {
    const receiver = await running.start({ maxHeaderBytes: 100_000, maxHeaderCount: 3_000 })
    expect(statuses(await sendRaw(receiver, submission(`Connection: close\r\n${manyHeaders(2_900)}`)))).toEqual([200])
    expect(statuses(await sendRaw(receiver, submission(manyHeaders(3_000))))).toEqual([431])
  })

  test('longer than is allowed, on a short path: 431, and the connection is closed', async () => {
    const receiver = await running.start({ maxHeaderBytes: 1024 })
    const refused = await sendRaw(receiver, submission(`X-Long: ${'x'.repeat(1024)}\r\n`))
    expect(refused).toMatch(/^HTTP\/1.1 431 .*\r\n.*Headers of \d+ bytes are over the limit of 1024 bytes/s)
    expect(running.refused).toEqual(['headers'])
  })

  test('the paths that monitors ask for have the same limit', async () => {
    const receiver = await running.start({ maxHeaderCount: 20 })
    const asked = `GET /status HTTP/1.1\r\nHost: x\r\n${manyHeaders(20)}\r\n`
    expect(statuses(await sendRaw(receiver, asked))).toEqual([431])
  })

  test('a client that asks before it sends is told so, and nothing it sends is waited for', async () => {
    const receiver = await running.start({ maxHeaderCount: 20 })
    const asked = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n${manyHeaders(20)}\r\n`
    expect(statuses(await sendRaw(receiver, asked))).toEqual([431])
  })
})

describe('time', () => {
  test.each([
    { claim: 'nothing at all', text: '', limit: 'header_time' },
    { claim: 'half of its headers', text: `POST ${PATH} HTTP/1.1\r\nHost: x\r\n`, limit: 'header_time' },
    { claim: 'half of its body', text: submission().slice(0, -1), limit: 'body_time' },
    { claim: 'half of the next request', text: `${submission()}POST`, limit: 'header_time', before: [200] },
  ])('a client that sends $claim: 408, noted as $limit', async ({ text, limit, before = [] }) => {
    const receiver = await running.start({ headerTimeoutSeconds: 0.2, bodyTimeoutSeconds: 0.2 })
    expect(statuses(await sendRaw(receiver, text))).toEqual([...before, 408])
    expect(running.refused).toEqual([limit])
  })
})

describe('connections', () => {
  test('beyond those of one address: closed at once, while others go on, until one of them goes', async () => {
    const receiver = await running.start({ maxConnectionsPerAddress: 2 })
    const first = await hold(receiver)
    await hold(receiver)
    await (await hold(receiver)).closed
    expect(running.refused).toEqual(['connections_per_address'])
    first.socket.destroy()
    await vi.waitFor(async () => expect((await send(receiver, { body: '{}' })).status).toBe(200))
  })

  test('of one address do not cost a heartbeat: one client alone must not make the service deaf', async () => {
    const receiver = await running.start({ maxConnectionsPerAddress: 1, heartbeatSeconds: 0.05 })
    await hold(receiver)
    const refuseForAWhile = async (times: number) => {
      for (let time = 0; time < times; time++) await (await hold(receiver)).closed
    }
    await refuseForAWhile(20)
    const heartbeats = async () => (await running.frames()).filter(({ kind }) => kind === 'heartbeat').length
    const before = await heartbeats()
    await vi.waitFor(async () => {
      await refuseForAWhile(5)
      expect(await heartbeats()).toBeGreaterThan(before + 2)
    })
  })

  test('of a trusted proxy: as many as it needs', async () => {
    const receiver = await running.start({ maxConnectionsPerAddress: 1, trustedProxies: ['127.0.0.0/8'] })
    await hold(receiver)
    await hold(receiver)
    expect((await send(receiver, { body: '{}' })).status).toBe(200)
    expect(running.refused).toEqual([])
  })

  test('beyond all that there may be: closed at once, and noted', async () => {
    const receiver = await running.start({ maxConnections: 1 })
    await hold(receiver)
    await (await hold(receiver)).closed
    expect(running.refused).toEqual(['connections'])
  })
})

describe('requests on one connection', () => {
  test('the last answer says that it is the last, and the client opens another', async () => {
    const receiver = await running.start({ maxRequestsPerConnection: 3 })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const answers = []
    for (let request = 0; request < 7; request++) answers.push(await send(receiver, { body: '{}', agent }))
    expect(answers.map(({ status }) => status)).toEqual(Array(7).fill(200))
    const kept = answers.map(({ headers }) => headers.connection)
    expect(kept).toEqual(['keep-alive', 'keep-alive', 'close', 'keep-alive', 'keep-alive', 'close', 'keep-alive'])
    expect(running.refused).toEqual(['requests_per_connection', 'requests_per_connection'])
    agent.destroy()
  })

  test('what was sent behind the last is neither answered nor kept', async () => {
    const receiver = await running.start({ maxRequestsPerConnection: 2 })
    expect(statuses(await sendRaw(receiver, submission().repeat(5)))).toEqual([200, 200])
    expect(await running.submissions()).toHaveLength(2)
  })
})

test('what is no HTTP is answered after what came before it, also where that waits for the disk', async () => {
  let letGo = () => {}
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let isHeld = false
  const receiver = await running.start(
    {},
    {
      createFile: async (path) => {
        const file = await createSegmentFile(path)
        return {
          ...file,
          async sync() {
            if (isHeld) await gate
            await file.sync()
          },
        }
      },
    },
  )
  expect((await send(receiver, { body: '{}' })).status).toBe(200)
  isHeld = true
  const { socket, text, closed } = await hold(receiver)
  socket.write(`${submission()}no HTTP\r\n\r\n`)
  await vi.waitFor(async () => expect(await running.submissions()).toHaveLength(2))
  expect(text()).toBe('')
  letGo()
  await closed
  expect(statuses(text())).toEqual([200, 400])
})

import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KeptAnswers } from '../http/kept-answers.ts'
import { mountOperations } from '../http/mount-operations.ts'
import { StreamHub } from '../stream-hub.ts'
import type { Freshness } from '../types.ts'
import { streamOperation } from './stream.ts'

const FRESHNESS: Freshness = {
  counted_up_to: '2014-02-06T14:00:00Z',
  judged_up_to: '2014-02-06T14:00:00Z',
  now: '2014-02-06T14:00:01Z',
  receivers: [],
  waiting_segments: 0,
  oldest_waiting_seconds: 0,
  hours_until_full: null,
  mode: 'live',
}

let hub: StreamHub
let server: ReturnType<typeof createServer>
let port: number

beforeEach(async () => {
  hub = new StreamHub('boot')
  server = createServer(
    getRequestListener(mountOperations([streamOperation({ hub })], new KeptAnswers(), () => '').fetch),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

function openStream(headers = '') {
  const socket = connect(port, '127.0.0.1')
  socket.write(`GET /stream HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`)
  socket.on('error', () => undefined)
  return socket
}

async function readUntil(socket: ReturnType<typeof openStream>, wanted: string): Promise<string> {
  let text = ''
  for await (const chunk of socket) {
    text += String(chunk)
    if (text.includes(wanted)) break
  }
  return text
}

test('a stream begins with how fresh the counts are, and goes on with what is published', async () => {
  hub.tell({ event: 'freshness', freshness: FRESHNESS })
  const socket = openStream()
  setTimeout(() => hub.publish({ event: 'judged', hour: '2014-02-06T13:00:00Z' }), 50)
  const text = await readUntil(socket, '"event":"judged"')
  expect(text).toContain('"counted_up_to":"2014-02-06T14:00:00Z"')
  expect(text).toContain('id: boot-1')
})

test('who comes back gets what was missed', async () => {
  hub.publish({ event: 'judged', hour: 'first' })
  hub.publish({ event: 'judged', hour: 'second' })
  const text = await readUntil(openStream('Last-Event-ID: boot-1\r\n'), 'second')
  expect(text).not.toContain('first')
})

test('a client that never reads is cut off, and nothing is kept for it', async () => {
  const socket = openStream()
  await once(socket, 'data')
  socket.pause()
  const ids = Array.from({ length: 20_000 }, (_, i) => i)
  const connections = () => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))
  for (let i = 0; i < 2000 && (await connections()) > 0; i++) {
    hub.publish({ event: 'incidents', ids })
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await connections()).toBe(0)
  expect(hub.listenerCount).toBe(0)
})

test('five hundred clients at once each hear every event once, in order, and one that comes back what it missed', async () => {
  const CLIENTS = 500
  const EVENTS = 40
  const sockets = Array.from({ length: CLIENTS }, () => openStream())
  const heard = sockets.map((socket) => {
    let text = ''
    socket.on('data', (chunk) => (text += String(chunk)))
    return () => [...text.matchAll(/"hour":"(\d+)"/g)].map(([, hour]) => Number(hour))
  })
  const until = async (isDone: () => boolean) => {
    while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await until(() => hub.listenerCount === CLIENTS)
  for (let event = 0; event < EVENTS; event++) {
    hub.publish({ event: 'judged', hour: String(event) })
    if (event % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await until(() => heard.every((events) => events().length >= EVENTS))
  const all = Array.from({ length: EVENTS }, (_, event) => event)
  for (const events of heard) expect(events()).toEqual(all)
  for (const socket of sockets) socket.destroy()
  await until(() => hub.listenerCount === 0)
  const text = await readUntil(openStream('Last-Event-ID: boot-38\r\n'), `"hour":"${EVENTS - 1}"`)
  expect([...text.matchAll(/"hour":"(\d+)"/g)].map(([, hour]) => hour)).toEqual(['38', '39'])
})

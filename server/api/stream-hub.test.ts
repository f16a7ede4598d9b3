import { expect, test } from 'vitest'
import { type StreamClient, StreamHub } from './stream-hub.ts'
import type { StreamEvent } from './types.ts'

const judged = (hour: string) => ({ event: 'judged', hour }) as const

/** A client that remembers what it was written; `stalled`: one that takes nothing. */
function testClient({ isStalled = false } = {}) {
  const chunks: string[] = []
  let waiting = 0
  let isCut = false
  const client: StreamClient = {
    write(chunk) {
      chunks.push(new TextDecoder().decode(chunk))
      if (isStalled) waiting += chunk.byteLength
    },
    waitingBytes: () => waiting,
    cut() {
      isCut = true
    },
  }
  const events = (): StreamEvent[] =>
    chunks.flatMap((chunk) => [...chunk.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '')))
  return { client, events, chunks, isCut: () => isCut, ids: () => chunks.join('').match(/(?<=^id: ).*$/gm) ?? [] }
}

function eventsSince(hub: StreamHub, lastId: string | null): StreamEvent[] {
  const { client, events } = testClient()
  hub.connect(client, lastId)()
  return events()
}

test('a client that comes back gets exactly what it missed', () => {
  const hub = new StreamHub('boot')
  const first = testClient()
  const leave = hub.connect(first.client, null)
  hub.publish(judged('1'))
  leave()
  hub.publish(judged('2'))
  hub.publish(judged('3'))
  expect(first.events()).toEqual([judged('1')])
  expect(first.ids().at(-1)).toBe('boot-1')
  expect(eventsSince(hub, 'boot-1')).toEqual([judged('2'), judged('3')])
  expect(eventsSince(hub, 'boot-3')).toEqual([])
})

test('a client that heard nothing before it was cut off misses nothing either', () => {
  const hub = new StreamHub('boot')
  const first = testClient()
  hub.connect(first.client, null)()
  const [lastId = null] = first.ids()
  hub.publish(judged('1'))
  expect(eventsSince(hub, lastId)).toEqual([judged('1')])
})

test('a client of an earlier boot, or one away for too long, is told to load everything anew', () => {
  const hub = new StreamHub('second')
  hub.publish(judged('1'))
  expect(eventsSince(hub, 'first-7')).toEqual([{ event: 'reload' }])
  for (let i = 0; i < 1001; i++) hub.publish(judged(String(i)))
  expect(eventsSince(hub, 'second-1')).toEqual([{ event: 'reload' }])
  expect(eventsSince(hub, 'second-0')).toEqual([{ event: 'reload' }])
})

test('what is kept for those that come back is bounded in bytes as well', () => {
  const hub = new StreamHub('boot')
  for (let i = 0; i < 5; i++) hub.publish(judged('x'.repeat(400_000)))
  expect(eventsSince(hub, 'boot-2')).toEqual([{ event: 'reload' }])
  expect(eventsSince(hub, 'boot-3')).toHaveLength(2)
})

test('states are told to all, and only the newest to those that come', () => {
  const hub = new StreamHub('boot')
  const first = testClient()
  hub.connect(first.client, null)
  const freshness = {
    counted_up_to: '',
    judged_up_to: null,
    now: '',
    receivers: [],
    waiting_segments: 0,
    oldest_waiting_seconds: 0,
  }
  const state = (hours: number) =>
    ({ event: 'freshness', freshness: { ...freshness, hours_until_full: hours, mode: 'live' } }) as const
  hub.tell(state(1))
  hub.tell(state(2))
  expect(first.events()).toEqual([state(1), state(2)])
  expect(eventsSince(hub, null)).toEqual([state(2)])
})

test('a client that takes nothing is cut off, and the others hear on', () => {
  const hub = new StreamHub('boot')
  const [stalled, reading] = [testClient({ isStalled: true }), testClient()]
  for (const { client } of [stalled, reading]) hub.connect(client, null)
  for (let i = 0; i < 20; i++) hub.publish(judged('x'.repeat(20_000)))
  expect(stalled.isCut()).toBe(true)
  expect(reading.events()).toHaveLength(20)
  expect(hub.listenerCount).toBe(1)
})

test('an event is written out once for all', () => {
  const hub = new StreamHub('boot')
  const seen = new Set<Uint8Array>()
  for (let i = 0; i < 50; i++) {
    hub.connect({ write: (chunk) => seen.add(chunk), waitingBytes: () => 0, cut: () => undefined }, null)
  }
  seen.clear()
  hub.publish(judged('1'))
  expect(seen.size).toBe(1)
})

test('closing ends all streams', () => {
  const hub = new StreamHub('boot')
  const { client, isCut } = testClient()
  hub.connect(client, null)
  hub.close()
  expect(isCut()).toBe(true)
  expect(hub.listenerCount).toBe(0)
})

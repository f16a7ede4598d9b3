import { expect, test } from 'vitest'
import { StreamHub } from './stream-hub.ts'
import type { StreamEvent } from './types.ts'

const judged = (hour: string): StreamEvent => ({ event: 'judged', hour })

test('a client that comes back gets exactly what it missed', () => {
  const hub = new StreamHub('boot')
  const seen: string[] = []
  const unsubscribe = hub.subscribe((sent) => seen.push(sent.id))
  hub.publish(judged('1'))
  unsubscribe()
  hub.publish(judged('2'))
  hub.publish(judged('3'))
  expect(seen).toEqual(['boot-1'])
  expect(hub.missedSince('boot-1').map((sent) => sent.event)).toEqual([judged('2'), judged('3')])
  expect(hub.missedSince('boot-3')).toEqual([])
})

test('a client of an earlier boot, or one away for too long, is told to load everything anew', () => {
  const hub = new StreamHub('second')
  hub.publish(judged('1'))
  expect(hub.missedSince('first-7')).toEqual([{ id: 'second-1', event: { event: 'reload' } }])
  for (let i = 0; i < 1000; i++) hub.publish(judged(String(i)))
  expect(hub.missedSince('second-1')[0]?.event).toEqual({ event: 'reload' })
})

test('a client that comes for the first time has missed nothing', () => {
  const hub = new StreamHub('boot')
  hub.publish(judged('1'))
  expect(hub.missedSince(null)).toEqual([])
})

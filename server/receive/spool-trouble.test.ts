import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type RunningReceivers, runningReceivers, send } from './testing/running-receivers.ts'

const WAIT = { timeout: 10_000 }

let running: RunningReceivers
beforeEach(async () => {
  running = await runningReceivers()
})
afterEach(() => running.remove())

const SHORT_LIVED = { segmentMaxAgeSeconds: 0.1, heartbeatSeconds: 0.05 }
const ids = async () => (await running.submissions()).map(({ body }) => Buffer.from(body).toString())

test('a spool that goes away: 503 and a red heartbeat, until it is back, with all that was answered 200', async () => {
  const receiver = await running.start(SHORT_LIVED)
  const health = async () => (await send(receiver, { method: 'GET', path: '/__heartbeat__' })).status
  expect(await send(receiver, { body: 'before' })).toMatchObject({ status: 200 })
  await rename(running.spool, `${running.spool}-away`)
  await vi.waitFor(async () => expect((await send(receiver, { body: 'meanwhile' })).status).toBe(503), WAIT)
  expect(await health()).toBe(500)
  expect((await send(receiver, { method: 'GET', path: '/__heartbeat__' })).text).toContain(
    '"refusal":{"kind":"write_failed","code":"ENOENT"}',
  )
  expect(await send(receiver, { method: 'GET', path: '/__lbheartbeat__' })).toMatchObject({ status: 200 })

  await rename(`${running.spool}-away`, running.spool)
  await vi.waitFor(async () => expect(await health()).toBe(200), WAIT)
  expect(await send(receiver, { body: 'after' })).toMatchObject({ status: 200 })
  expect(await ids()).toEqual(expect.arrayContaining(['before', 'after']))
  // Nobody else may close the segment that was open when it went away: its writer lives.
  await receiver.stop()
  expect(await running.openSegments()).toEqual([])
})

test('a spool that comes back empty is made anew', async () => {
  const receiver = await running.start(SHORT_LIVED)
  await rm(running.spool, { recursive: true })
  await vi.waitFor(async () => expect((await send(receiver, { body: 'lost' })).status).toBe(503), WAIT)
  await mkdir(running.spool)
  await vi.waitFor(async () => expect((await send(receiver, { body: 'after' })).status).toBe(200), WAIT)
  expect(await ids()).toContain('after')
})

test('a receiver that starts without a spool starts, and receives once there is one', async () => {
  const spool = join(running.spool, 'a-file', 'spool')
  await running.putFile('a-file')
  const receiver = await running.start({ ...SHORT_LIVED, spool })
  await vi.waitFor(async () => expect((await send(receiver, { body: 'too early' })).status).toBe(503), WAIT)
  await rm(join(running.spool, 'a-file'))
  await mkdir(spool, { recursive: true })
  await vi.waitFor(async () => expect((await send(receiver, { body: 'heard' })).status).toBe(200), WAIT)
})

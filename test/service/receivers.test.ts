import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { mkdtemp, readdir } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

let state: string
let ports: { receivePort: number; dashboardPort: number }
let server: TidewatchProcess | null
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-receivers-'))
  ports = { receivePort: await freePort(), dashboardPort: await freePort() }
  server = null
})
afterEach(async () => {
  await server?.kill()
  await removeFolder(state)
})

async function start(...words: string[]): Promise<TidewatchProcess> {
  const command = ['serve', ...words]
  const hasNoDashboard = words.includes('receive')
  server = await startTidewatch({ state, ...ports, command, hasNoDashboard })
  return server
}

/** POSTs a submission on a connection of its own; the status, or what became of the connection. */
function submit(id = randomUUID()): Promise<number | string> {
  return new Promise((resolve) => {
    const path = `/submit/telemetry/${id}/idle-daily/Firefox/29.0a1/nightly/20140116030201`
    const options = { host: '127.0.0.1', port: ports.receivePort, method: 'POST', path, agent: new Agent() }
    const sent = request(options, (answer) => answer.resume().on('end', () => resolve(answer.statusCode ?? 0)))
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    sent.end('{}')
  })
}

const submitMany = (count: number) => Promise.all(Array.from({ length: count }, () => submit()))

const freshnessSchema = z.object({ receivers: z.array(z.string()), counted_up_to: z.iso.datetime() })

async function freshness({ dashboardUrl }: TidewatchProcess) {
  return freshnessSchema.parse(await (await fetch(`${dashboardUrl}/api/v1/freshness`)).json())
}

/** Names of the receivers whose segments lie in the spool. */
async function namesInSpool(): Promise<string[]> {
  const names = await Promise.all(['open', 'closed', 'claimed'].map((folder) => readdir(join(state, 'spool', folder))))
  return [...new Set(names.flat().map((name) => name.replace(/-\d{13}-.*$/, '')))].sort()
}

test('several receivers share one address, each with its name and its part of the load', async () => {
  const running = await start('--receivers', '3')
  expect(running.receivers()).toHaveLength(3)
  await eventually('all have a segment of their own', async () =>
    (await freshness(running)).receivers.join() === 'local-1,local-2,local-3' ? true : null,
  )
  // Whoever is free takes the next connection: how many, nobody knows, but none is left out.
  const filesBefore = running.receivers().map(openFiles)
  const connections = await Promise.all(Array.from({ length: 300 }, openConnection))
  await eventually('each has taken at least ten', async () =>
    running.receivers().every((pid, index) => openFiles(pid) >= (filesBefore[index] ?? 0) + 10) ? true : null,
  )
  for (const connection of connections) connection.destroy()
  expect(await submitMany(50)).toEqual(Array(50).fill(200))
})

test('a killed receiver of several is started again, while the others take what comes', async () => {
  const running = await start('--receivers', '2')
  const [victim = 0, other = 0] = running.receivers()
  process.kill(victim, 'SIGKILL')
  await eventually('it is gone', async () => (running.receivers().includes(victim) ? null : true))
  expect(await submitMany(20)).toEqual(Array(20).fill(200))
  const again = await eventually('it is back', async () =>
    running.receivers().length === 2 ? running.receivers() : null,
  )
  expect(again).toContain(other)
  const killedAt = new Date().toISOString()
  await eventually('the watermark is not held by the dead one', async () =>
    (await freshness(running)).counted_up_to > killedAt ? true : null,
  )
})

test('while the only receiver is started again nobody is refused: who comes waits for the next', async () => {
  const running = await start('--receivers', '1')
  for (let round = 0; round < 3; round++) {
    const [victim = 0] = running.receivers()
    process.kill(victim, 'SIGKILL')
    await eventually('it is gone', async () => (running.receivers().includes(victim) ? null : true))
    expect(await submitMany(10)).toEqual(Array(10).fill(200))
  }
})

test('a service that was killed is followed at once by the next on the same address', async () => {
  const killed = await start('--receivers', '2')
  const orphans = killed.receivers()
  await killed.kill()
  const running = await start('--receivers', '2')
  expect(running.receivers()).toHaveLength(2)
  expect(await submitMany(20)).toEqual(Array(20).fill(200))
  await eventually('the old ones are gone', async () => (orphans.some(isAlive) ? null : true))
})

test('the role that receives alone does so with as many processes, and takes them along', async () => {
  const running = await start('--role', 'receive', '--receivers', '2')
  const receivers = running.receivers()
  expect(receivers).toHaveLength(2)
  expect(await submitMany(20)).toEqual(Array(20).fill(200))
  await eventually('each has its segments', async () =>
    (await namesInSpool()).join() === 'local-1,local-2' ? true : null,
  )
  expect(await running.stop()).toBe(0)
  server = null
  expect(receivers.filter(isAlive)).toEqual([])
  expect(await readdir(join(state, 'spool', 'open'))).toEqual([])
  expect(await submit()).toBe('ECONNREFUSED')
})

test.each([
  { first: ['--receivers', '2'], second: [] },
  { first: ['--receivers', '2'], second: ['--role', 'receive'] },
  { first: ['--role', 'receive'], second: ['--role', 'receive', '--receivers', '2'] },
  { first: ['--role', 'receive'], second: ['--receivers', '2'] },
])('while "serve $first" runs, "serve $second" on the same state directory says so and ends', async (given) => {
  const running = await start(...given.first)
  const elsewhere = { receivePort: await freePort(), dashboardPort: await freePort() }
  const failure = await startTidewatch({ state, ...elsewhere, command: ['serve', ...given.second] }).catch(String)
  expect(failure).toContain('it ended with exit code 1')
  expect(failure).toContain(`state is "${state}": another tidewatch is using this directory`)
  expect(failure).not.toMatch(/ {4}at /)
  expect(await submit()).toBe(200)
  expect(await running.stop()).toBe(0)
  server = null
})

function openConnection() {
  return new Promise<ReturnType<typeof connect>>((resolve, reject) => {
    const socket = connect(ports.receivePort, '127.0.0.1', () => resolve(socket))
    socket.on('error', reject)
  })
}

function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

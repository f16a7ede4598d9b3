import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually, freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

let state: string
let others: Server[]
let server: TidewatchProcess | null

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-port-'))
  others = []
  server = null
})

afterEach(async () => {
  await server?.kill()
  for (const other of others) other.close()
  await rm(state, { recursive: true, force: true })
})

const sentence = (name: string, port: number) =>
  `${name} is "127.0.0.1:${port}": something else listens there already; choose another with --${name}`

/** Another program that listens, and knows nothing of submissions. */
async function occupy(port: number): Promise<Server> {
  const other = createServer((_, response) => response.writeHead(404).end())
  await once(other.listen(port, '127.0.0.1'), 'listening')
  others.push(other)
  return other
}

test.each([
  { command: ['serve'], taken: 'receivePort', name: 'receive.listen' },
  { command: ['serve', '--role', 'receive'], taken: 'receivePort', name: 'receive.listen' },
  { command: ['serve'], taken: 'dashboardPort', name: 'dashboard.listen' },
] as const)('$command says in one sentence that the address of $name is taken, and ends', async (given) => {
  const ports = { receivePort: await freePort(), dashboardPort: await freePort() }
  await occupy(ports[given.taken])
  const failure = await startTidewatch({ state, ...ports, command: given.command }).catch(String)
  expect(failure).toContain('it ended with exit code 1')
  expect(failure).toContain(sentence(given.name, ports[given.taken]))
  expect(failure).not.toMatch(/ {4}at |Dashboard:|Submissions:|is started again/)

  // It ended cleanly: the state directory is free, and elsewhere it serves.
  server = await startTidewatch({ state, receivePort: await freePort(), dashboardPort: await freePort() })
  expect(await server.stop()).toBe(0)
  server = null
})

test('an address that is taken while the receiver is started again is tried for until it is free', async () => {
  const receivePort = await freePort()
  const running = await startTidewatch({ state, receivePort, dashboardPort: await freePort() })
  server = running
  const other = await eventually('the address is taken in between', async () => {
    const receiver = running.children().get('receive')
    if (receiver !== undefined) process.kill(receiver, 'SIGKILL')
    return occupyAtOnce(receivePort)
  })
  // The log is JSON.
  const said = JSON.stringify(sentence('receive.listen', receivePort))
  await eventually('it is said', async () => (running.output().includes(said) ? true : null))
  const restarts = () => running.output().split('is started again').length
  const before = restarts()
  await eventually('it is tried again', async () => (restarts() > before ? true : null))
  other.close()
  await eventually('it receives again', async () =>
    fetch(`${running.receiveUrl}/status`).then(
      ({ ok }) => ok || null,
      () => null,
    ),
  )
  expect(running.output().split(said)).toHaveLength(2)
  expect(running.output()).not.toMatch(/ {4}at /)
  expect(await running.stop()).toBe(0)
  server = null
})

/** Null where the killed receiver, or its successor, has the address. */
async function occupyAtOnce(port: number): Promise<Server | null> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const other = await occupy(port).catch(() => null)
    if (other !== null) return other
  }
  return null
}

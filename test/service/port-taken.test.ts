import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeFolder } from '../support/remove-folder.ts'
import { freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

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
  await removeFolder(state)
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

import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Random } from '../support/random.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'
import { segmentsOnDisk, submit } from './receiver-process.ts'

const RECEIVERS = 3
const KILLS_PER_LIFE = 4
const CLIENTS = 12

let state: string
let ports: { receivePort: number; dashboardPort: number }
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-receivers-killed-'))
  ports = { receivePort: await freePort(), dashboardPort: await freePort() }
})
afterEach(async () => {
  await removeFolder(state)
})

test(`${RECEIVERS} receivers, killed at random while clients send, and twice the service with them: every 200 is on disk once`, async () => {
  const random = new Random(1)
  const answered: string[] = []
  for (let life = 0; life < 2; life++) {
    const service = await start()
    await whileClientsSend(answered, async () => {
      for (let kill = 0; kill < KILLS_PER_LIFE; kill++) {
        await answersBeyond(answered, answered.length + 20 + random.below(100))
        const victim = random.pick(service.receivers())
        process.kill(victim, 'SIGKILL')
        await eventually('it is started again', async () => {
          const receivers = service.receivers()
          return receivers.length === RECEIVERS && !receivers.includes(victim) ? true : null
        })
      }
      await answersBeyond(answered, answered.length + 50)
      await service.kill()
    })
  }
  const last = await start()
  expect(await last.stop()).toBe(0)

  expect(await readdir(join(state, 'spool', 'open'))).toEqual([])
  const segments = await segmentsOnDisk(join(state, 'spool'))
  expect(segments.flatMap(({ damaged }) => damaged)).toEqual([])
  const kept = segments.flatMap(({ frames }) => frames.flatMap((frame) => (frame.kind === 'submission' ? [frame] : [])))
  const ids = kept.map(({ path }) => path.split('/')[3] ?? '')
  expect(new Set(ids).size).toBe(ids.length)
  const lost = new Set(answered)
  for (const id of ids) lost.delete(id)
  expect([...lost]).toEqual([])
  expect(kept.filter(({ body }, index) => Buffer.from(body).toString() !== bodyOf(ids[index] ?? ''))).toEqual([])
  // All of them took their part, so all of them were killed in the middle of it.
  expect(new Set(segments.map(({ header }) => header.receiver)).size).toBe(RECEIVERS)
})

function start(): Promise<TidewatchProcess> {
  const command = ['serve', '--role', 'receive', '--receivers', String(RECEIVERS)]
  return startTidewatch({ state, ...ports, command, hasNoDashboard: true })
}

const bodyOf = (id: string) => `${id} `.repeat(100)

/** Each on connections of its own, one submission after the other; a broken connection is followed by the next. */
async function whileClientsSend(answered: string[], work: () => Promise<void>): Promise<void> {
  let isOver = false
  const clients = Array.from({ length: CLIENTS }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    let sent = 0
    while (!isOver) {
      const id = randomUUID()
      const status = await submit(ports.receivePort, agent, id, bodyOf(id))
      if (status === 200) answered.push(id)
      // Now and then another connection, so that each receiver gets some.
      if (status === null || ++sent % 20 === 0) agent.destroy()
      if (status === null) await new Promise((passed) => setTimeout(passed, 5))
    }
    agent.destroy()
  })
  await work()
  isOver = true
  await Promise.all(clients)
}

async function answersBeyond(answered: readonly string[], count: number): Promise<void> {
  await eventually(`${count} answers`, async () => (answered.length >= count ? true : null))
}

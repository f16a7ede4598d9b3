import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { segmentsOnDisk, startReceiverProcess, submit } from './receiver-process.ts'

let spool: string
let agent: Agent
beforeEach(async () => {
  spool = await mkdtemp(join(tmpdir(), 'tidewatch-killed-'))
  agent = new Agent({ keepAlive: true, maxSockets: 8 })
})
afterEach(async () => {
  agent.destroy()
  await rm(spool, { recursive: true })
})

const ROUNDS = 20

test(`killed ${ROUNDS} times: whatever was answered 200 is on disk once, and nothing is damaged`, async () => {
  const answered: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const receiver = await startReceiverProcess(spool)
    // Always another moment: after so many answers, while eight clients go on sending.
    const killAfter = answered.length + 1 + round * 3
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let status: number | null = 200; status === 200; ) {
          const id = randomUUID()
          status = await submit(receiver.port, agent, id, `${id} `.repeat(40 + round * 20))
          if (status === 200) answered.push(id)
          if (answered.length >= killAfter) receiver.child.kill('SIGKILL')
        }
      }),
    )
    await receiver.exited
  }

  const last = await startReceiverProcess(spool)
  expect((await readdir(join(spool, 'open'))).length).toBeLessThanOrEqual(2)
  last.child.send({ kind: 'stop' })
  await last.exited
  expect(await readdir(join(spool, 'open'))).toEqual([])

  const segments = await segmentsOnDisk(spool)
  expect(segments.flatMap(({ damaged }) => damaged)).toEqual([])
  const kept = segments.flatMap(({ frames }) => frames.flatMap((frame) => (frame.kind === 'submission' ? [frame] : [])))
  const ids = kept.map(({ path }) => path.split('/')[3])
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toEqual(expect.arrayContaining(answered))
  for (const [index, { body }] of kept.entries()) {
    expect(new Set(Buffer.from(body).toString().trim().split(' '))).toEqual(new Set([ids[index]]))
  }
  // Each life begins with a heartbeat, so that what lies between two lives is known to be uncovered.
  const firstOfEachWriter = new Map(
    segments.toReversed().map(({ header, frames }) => [header.segment.split('-')[2], frames[0]?.kind]),
  )
  expect(firstOfEachWriter.size).toBe(ROUNDS + 1)
  expect(new Set(firstOfEachWriter.values())).toEqual(new Set(['heartbeat']))
})

test('a receiver ends with its parent, and leaves nothing open', async () => {
  const receiver = await startReceiverProcess(spool)
  expect(await submit(receiver.port, agent, randomUUID(), '{}')).toBe(200)
  // All that a child sees of a parent's death, however it died.
  receiver.child.disconnect()
  await receiver.exited
  expect(await readdir(join(spool, 'open'))).toEqual([])
  expect((await segmentsOnDisk(spool)).at(-1)?.frames.at(-1)?.kind).toBe('heartbeat')
})

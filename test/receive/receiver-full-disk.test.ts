import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { segmentsOnDisk, startReceiverProcess, submit } from './receiver-process.ts'

const disk = mkdtempSync(join(tmpdir(), 'tidewatch-full-'))
const canMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).status === 0
afterAll(() => {
  if (canMount) spawnSync('umount', ['-l', disk])
  rmSync(disk, { recursive: true, force: true })
})

test.skipIf(!canMount)(
  'a disk that is really full (a small tmpfs, which needs root): 507 until there is room, and every 200 kept',
  async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 4 })
    const spool = join(disk, 'spool')
    const receiver = await startReceiverProcess(spool)
    const answered: string[] = []
    const submitOne = async () => {
      const id = randomUUID()
      const status = await submit(receiver.port, agent, id, 'x'.repeat(20_000))
      if (status === 200) answered.push(id)
      return status
    }
    const fill = async () => {
      for (let status: number | null = 200; status === 200; ) status = await submitOne()
    }

    await Promise.all([fill(), fill(), fill(), fill()])
    expect(await submitOne()).toBe(507)
    expect(answered.length).toBeGreaterThan(20)

    spawnSync('mount', ['-o', 'remount,size=8m', disk])
    await expect.poll(submitOne, { timeout: 20_000, interval: 200 }).toBe(200)
    receiver.child.send({ kind: 'stop' })
    await receiver.exited

    expect(await readdir(join(spool, 'open'))).toEqual([])
    const segments = await segmentsOnDisk(spool)
    expect(segments.flatMap(({ damaged }) => damaged)).toEqual([])
    const ids = segments.flatMap(({ frames }) =>
      frames.flatMap((frame) => (frame.kind === 'submission' ? [frame.path.split('/')[3]] : [])),
    )
    expect(ids).toEqual(expect.arrayContaining(answered))
    agent.destroy()
  },
)

import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ReceiverProcess, segmentsOnDisk, startReceiverProcess, submit } from './receiver-process.ts'

/** The disk, or what stands for one. */
let disk: string
let spool: string
let agent: Agent
beforeEach(async () => {
  disk = await mkdtemp(join(tmpdir(), 'tidewatch-disk-'))
  spool = join(disk, 'spool')
  agent = new Agent({ keepAlive: true, maxSockets: 8 })
})
afterEach(async () => {
  agent.destroy()
  spawnSync('umount', ['-l', disk])
  await rm(disk, { recursive: true })
})

const mount = (...words: string[]) => spawnSync('mount', words).status === 0
const mountSmallDisk = () => mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk)
const canMount = await (async () => {
  const place = await mkdtemp(join(tmpdir(), 'tidewatch-mount-'))
  const isMounted = mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', place)
  if (isMounted) spawnSync('umount', ['-l', place])
  await rm(place, { recursive: true })
  return isMounted
})()

/** A file of so many bytes, or as many as there is room for. */
async function putInTheWay(bytes: number): Promise<string> {
  const path = join(disk, 'in-the-way')
  await writeFile(path, Buffer.alloc(bytes)).catch(() => {})
  return path
}

/** What clients saw. */
class Clients {
  readonly answered: string[] = []
  readonly #port: number

  constructor({ port }: ReceiverProcess) {
    this.#port = port
  }

  async submitOne(bytes = 20_000): Promise<number | null> {
    const id = randomUUID()
    const status = await submit(this.#port, agent, id, 'x'.repeat(bytes))
    if (status === 200) this.answered.push(id)
    return status
  }

  /** Eight at a time, until one isn't taken; all that was answered then but 200. */
  async submitUntilRefused(): Promise<(number | null)[]> {
    const refusals: (number | null)[] = []
    const client = async () => {
      while (refusals.length === 0) {
        const status = await this.submitOne()
        if (status !== 200) refusals.push(status)
      }
    }
    await Promise.all(Array.from({ length: 8 }, client))
    return refusals
  }

  async heartbeat(): Promise<{ status: number; text: string }> {
    const answer = await fetch(`http://127.0.0.1:${this.#port}/__heartbeat__`)
    return { status: answer.status, text: await answer.text() }
  }

  /** Asks until submissions are taken again. */
  async untilTaken(): Promise<void> {
    await expect.poll(() => this.submitOne(), { timeout: 30_000, interval: 100 }).toBe(200)
    expect(await this.heartbeat()).toMatchObject({ status: 200 })
  }
}

/** Stops it, well as it is, and looks for everything that was answered 200. */
async function expectAllKept({ child, exited }: ReceiverProcess, { answered }: Clients): Promise<void> {
  expect(child.exitCode).toBeNull()
  child.send({ kind: 'stop' })
  expect(await exited).toEqual([0, null])
  expect(await readdir(join(spool, 'open'))).toEqual([])
  const segments = await segmentsOnDisk(spool)
  expect(segments.flatMap(({ damaged }) => damaged)).toEqual([])
  const ids = segments.flatMap(({ frames }) =>
    frames.flatMap((frame) => (frame.kind === 'submission' ? [frame.path.split('/')[3]] : [])),
  )
  expect(answered.filter((id) => ids.filter((kept) => kept === id).length !== 1)).toEqual([])
}

describe.skipIf(!canMount)('a disk of 2 MiB (a tmpfs, which needs root)', () => {
  test('fills in the middle of a batch: 507 until there is room, and every 200 kept', async () => {
    mountSmallDisk()
    const receiver = await startReceiverProcess(spool)
    const clients = new Clients(receiver)
    for (const size of ['8m', '12m']) {
      expect(new Set(await clients.submitUntilRefused())).toEqual(new Set([507]))
      expect(await clients.submitOne()).toBe(507)
      expect(await clients.heartbeat()).toMatchObject({ status: 500, text: expect.stringContaining('disk_full') })
      mount('-o', `remount,size=${size}`, disk)
      await clients.untilTaken()
    }
    expect(clients.answered.length).toBeGreaterThan(60)
    await expectAllKept(receiver, clients)
  })

  test('has room again when somebody removes what is in the way', async () => {
    mountSmallDisk()
    const inTheWay = await putInTheWay(1024 * 1024)
    const receiver = await startReceiverProcess(spool)
    const clients = new Clients(receiver)
    expect(new Set(await clients.submitUntilRefused())).toEqual(new Set([507]))
    await rm(inTheWay)
    await clients.untilTaken()
    await expectAllKept(receiver, clients)
  })

  test('is full before the receiver starts: it starts, answers 507, and recovers', async () => {
    mountSmallDisk()
    const inTheWay = await putInTheWay(4 * 1024 * 1024)
    const receiver = await startReceiverProcess(spool)
    const clients = new Clients(receiver)
    await expect.poll(() => clients.submitOne(), { timeout: 10_000 }).not.toBe(200)
    expect(await clients.heartbeat()).toMatchObject({ status: 500 })
    await rm(inTheWay)
    await clients.untilTaken()
    await expectAllKept(receiver, clients)
  })

  test('is near its limit before it is full: 507 beforehand, and not a byte more is written', async () => {
    mountSmallDisk()
    const receiver = await startReceiverProcess(spool, { overrides: { minFreeDiskBytes: 1536 * 1024 } })
    const clients = new Clients(receiver)
    // It looks once a second: what comes in between is taken. So slowly that a machine may be busy for seconds before the disk is full.
    const until = performance.now() + 30_000
    let last: number | null = 200
    while (last === 200 && performance.now() < until) {
      last = await clients.submitOne(10_000)
      await new Promise((passed) => setTimeout(passed, 50))
    }
    expect(last).toBe(507)
    expect(await clients.heartbeat()).toMatchObject({ status: 500, text: expect.stringMatching(/"freeBytes":\d+/) })
    mount('-o', 'remount,size=8m', disk)
    await clients.untilTaken()
    await expectAllKept(receiver, clients)
  })

  test('becomes read-only: 503 and a red heartbeat, until it can be written', async () => {
    mountSmallDisk()
    const receiver = await startReceiverProcess(spool, { overrides: { segmentMaxAgeSeconds: 0.3 } })
    const clients = new Clients(receiver)
    expect(await clients.submitOne()).toBe(200)
    // Refused as long as a file is open for writing, which it nearly always is: forced, as a failing disk does it.
    mount('-o', 'remount,size=1k', disk)
    await expect.poll(() => clients.submitOne(), { timeout: 10_000 }).not.toBe(200)
    await expect.poll(() => mount('-o', 'remount,ro', disk), { timeout: 10_000, interval: 20 }).toBe(true)
    await expect.poll(() => clients.submitOne(), { timeout: 10_000 }).not.toBe(200)
    expect(await clients.heartbeat()).toMatchObject({ status: 500 })
    mount('-o', 'remount,rw,size=8m', disk)
    await clients.untilTaken()
    await expectAllKept(receiver, clients)
  })
})

test('a limit on the size of files, met in the middle of a batch: who isn’t answered 200 is told so, and every 200 kept', async () => {
  // In blocks of 512 bytes: 64 KiB, of which three submissions take nearly all. Without the trap the kernel kills.
  const wrapper = ['sh', '-c', 'trap "" XFSZ; ulimit -f 128; exec "$@"', 'sh']
  const overrides = { segmentMaxAgeSeconds: 60, segmentMaxBytes: 1024 * 1024 }
  const receiver = await startReceiverProcess(spool, { wrapper, overrides })
  const clients = new Clients(receiver)
  for (let round = 0; round < 5; round++) {
    expect(new Set(await clients.submitUntilRefused())).toEqual(new Set([503]))
    await clients.untilTaken()
  }
  // One a round at the least: eight that are written together don't fit.
  expect(clients.answered.length).toBeGreaterThanOrEqual(5)
  await expectAllKept(receiver, clients)
})

test('a spool that is moved away: refused and red, until it is back, and every 200 kept', async () => {
  const receiver = await startReceiverProcess(spool)
  const clients = new Clients(receiver)
  const away = join(disk, 'away')
  for (let round = 0; round < 2; round++) {
    for (let count = 0; count < 20; count++) await clients.submitOne(2_000)
    await rename(spool, away)
    expect(new Set(await clients.submitUntilRefused())).toEqual(new Set([503]))
    expect(await clients.heartbeat()).toMatchObject({ status: 500, text: expect.stringContaining('ENOENT') })
    await rm(spool, { recursive: true, force: true })
    await rename(away, spool)
    await clients.untilTaken()
  }
  await expectAllKept(receiver, clients)
})

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exchange } from '../support/raw-http.ts'
import { type ReceiverProcess, segmentsOnDisk, startReceiverProcess } from './receiver-process.ts'

const CONNECTIONS = 1_000
const MIB = 1024 * 1024

let spool: string
let receiver: ReceiverProcess | null
beforeEach(async () => {
  spool = await mkdtemp(join(tmpdir(), 'tidewatch-many-'))
  receiver = null
})
afterEach(async () => {
  receiver?.child.kill('SIGKILL')
  await rm(spool, { recursive: true })
})

const LIMITS = {
  maxConnections: 2 * CONNECTIONS,
  maxPendingBytes: 64 * MIB,
  segmentMaxAgeSeconds: 60,
  segmentMaxBytes: 16 * MIB,
}

const pathOf = (index: number) =>
  `/submit/telemetry/connection-${index}/idle-daily/Firefox/29.0a1/nightly/20140116030201`

function headOf(index: number, bodyBytes: number): string {
  return [`POST ${pathOf(index)} HTTP/1.1`, 'Host: x', `Content-Length: ${bodyBytes}`, '', ''].join('\r\n')
}

/** All at once, each on a connection of its own; answers the statuses, in the order of the connections. */
function submitAll({ port }: ReceiverProcess, body: Buffer): Promise<readonly (readonly number[])[]> {
  return Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, index) => {
      const send = [headOf(index, body.length), body]
      const { answers } = await exchange(port, send, { answers: 1, timeoutMs: 100_000 })
      for (const { status, headers } of answers) if (status === 503) expect(headers.get('retry-after')).toMatch(/^\d+$/)
      return answers.map(({ status }) => status)
    }),
  )
}

async function peakMemoryBytes({ child }: ReceiverProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}

/** Which connections' submissions lie in the spool, once each and whole. */
async function keptWhole(body: Buffer): Promise<number[]> {
  const kept: number[] = []
  for (const segment of await segmentsOnDisk(spool)) {
    expect(segment.damaged).toEqual([])
    for (const frame of segment.frames) {
      if (frame.kind !== 'submission') continue
      expect(body.equals(frame.body)).toBe(true)
      kept.push(Number(/connection-(\d+)/.exec(frame.path)?.[1]))
    }
  }
  return kept.sort((a, b) => a - b)
}

function indexesOf(statuses: readonly (readonly number[])[], status: number): number[] {
  return statuses.flatMap((answers, index) => (answers[0] === status ? [index] : []))
}

test(`${CONNECTIONS} connections that send at once are all answered 200`, async () => {
  receiver = await startReceiverProcess(spool, { overrides: LIMITS })
  const body = Buffer.alloc(18 * 1024, 'tide')
  const statuses = await submitAll(receiver, body)
  expect(statuses).toEqual(Array(CONNECTIONS).fill([200]))
  expect(await peakMemoryBytes(receiver)).toBeLessThan(256 * MIB)
  receiver.child.send({ kind: 'stop' })
  expect(await receiver.exited).toEqual([0, null])
  expect(await keptWhole(body)).toEqual(Array.from({ length: CONNECTIONS }, (_, index) => index))
})

test(`${CONNECTIONS} connections with 200 KiB each and a disk too slow for them: 200 or 503, and less than 256 MiB`, async () => {
  const slowDisk = new URL('../../dist/test/receive/slow-disk.js', import.meta.url).href
  const wrapper = ['env', `TEST_DISK_BYTES_PER_SECOND=${10 * MIB}`]
  receiver = await startReceiverProcess(spool, { wrapper, nodeArguments: ['--import', slowDisk], overrides: LIMITS })
  const body = Buffer.alloc(200 * 1024, 'tide')
  const statuses = await submitAll(receiver, body)
  expect(await peakMemoryBytes(receiver)).toBeLessThan(256 * MIB)
  expect(statuses.filter((answers) => answers.length !== 1)).toEqual([])
  const [taken, refused] = [indexesOf(statuses, 200), indexesOf(statuses, 503)]
  expect(taken.length + refused.length).toBe(CONNECTIONS)
  // Memory for a third of them, and a disk that is done with the next ones before their clients give up waiting.
  expect(taken.length).toBeGreaterThan(300)
  receiver.child.send({ kind: 'stop' })
  expect(await receiver.exited).toEqual([0, null])
  expect(await keptWhole(body)).toEqual(taken)
})

test(`${CONNECTIONS} connections that begin and say no more cost those who do nothing`, async () => {
  receiver = await startReceiverProcess(spool, {
    overrides: { ...LIMITS, headerTimeoutSeconds: 3, bodyTimeoutSeconds: 3 },
  })
  const { port } = receiver
  const idle = await Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => openConnection(port, index)))
  const body = Buffer.from('heard')
  const { answers } = await exchange(port, [headOf(0, body.length), body], { answers: 1 })
  expect(answers.map(({ status }) => status)).toEqual([200])
  // And none of them stays.
  expect(await Promise.all(idle.map(({ answer }) => answer))).toEqual(Array(CONNECTIONS).fill('HTTP/1.1 408'))
})

/** Says a part of a head, or of a body, and then only listens. */
async function openConnection(port: number, index: number): Promise<{ answer: Promise<string> }> {
  const text = headOf(index, 10)
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opened = connect(port, '127.0.0.1', () => resolve(opened))
    opened.once('error', reject)
  })
  socket.write(index % 2 === 0 ? text.slice(0, 60) : `${text}abc`)
  let said = ''
  socket.on('data', (piece) => {
    said += piece.toString('latin1')
  })
  return { answer: new Promise((resolve) => socket.once('close', () => resolve(said.slice(0, 12)))) }
}

import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Random } from '../support/random.ts'
import { anyConversation, hold, type Outcome } from './fuzz/conversation.ts'
import { discardedText, type KeptSubmission } from './fuzz/expected-answers.ts'
import { KEPT_SEEDS } from './fuzz/kept-seeds.ts'
import type { Inspection } from './inspect-receiver.ts'
import { type ReceiverProcess, segmentsOnDisk, startReceiverProcess } from './receiver-process.ts'

const REQUESTS = Number(process.env.TIDEWATCH_FUZZ_REQUESTS ?? 100_000)
/** The same in every run, so that a change is judged by its own faults; another number hunts for more. */
const SEED = Number(process.env.TIDEWATCH_FUZZ_SEED ?? 20140116)
const CONNECTIONS = 24

const LIMITS = {
  maxBodyBytes: 8 * 1024,
  maxPathBytes: 512,
  maxHeaderBytes: 4 * 1024,
  maxHeaderCount: 40,
  keepHeaders: ['X-Debug-ID', 'X-Source-Tags', 'User-Agent', 'Date'],
}
const MIB = 1024 * 1024
/** Half a minute where nothing else runs. */
const MOST_MS = 300_000

let spool: string
beforeEach(async () => {
  spool = await mkdtemp(join(tmpdir(), 'tidewatch-fuzz-'))
})
afterEach(async () => {
  await rm(spool, { recursive: true })
})

test(
  `${REQUESTS} random and mutated requests (seed ${SEED}): each has its answer, and the spool holds what got 200`,
  async () => {
    const receiver = await startInspectedReceiver()
    // The first few make what lives as long as the process: buffers, compiled code, the pool of handles.
    const outcomes = await converse(receiver, seedsFrom(new Random(SEED ^ 0x5eed)), 2_000)
    const before = await settled(receiver)
    const filesBefore = await openFiles(receiver)
    outcomes.push(...(await converse(receiver, KEPT_SEEDS.values(), Number.POSITIVE_INFINITY)))
    outcomes.push(...(await converse(receiver, seedsFrom(new Random(SEED)), REQUESTS)))
    const after = await settled(receiver)

    // Nothing leaks: neither bodies, nor connections, nor memory.
    expect(after.pendingBytes).toBe(0)
    expect(after.resources.TCPSocketWrap ?? 0).toBe(0)
    expect(after.resources.Timeout ?? 0).toBeLessThanOrEqual(before.resources.Timeout ?? 0)
    expect(await openFiles(receiver)).toBeLessThanOrEqual(filesBefore + 2)
    expect(after.heapBytes - before.heapBytes).toBeLessThan(8 * MIB)
    expect(after.bufferBytes - before.bufferBytes).toBeLessThan(8 * MIB)
    expect(await peakMemoryBytes(receiver)).toBeLessThan(256 * MIB)
    expect(receiver.child.exitCode).toBeNull()
    receiver.child.send({ kind: 'stop' })
    expect(await receiver.exited).toEqual([0, null])

    const statuses = new Map<number, number>()
    for (const status of outcomes.flatMap(({ answered }) => answered))
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    process.stdout.write(
      `answers by status: ${JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))}\n`,
    )
    // A grammar that has lost one of its ways proves nothing about it any more.
    for (const status of [200, 202, 400, 404, 405, 411, 417, 431])
      expect(statuses.get(status)).toBeGreaterThan(REQUESTS / 5000)

    const { kept, discarded } = await whatIsInTheSpool()
    expectJust(
      kept,
      outcomes.flatMap(({ kept }) => kept.map(digest)),
      outcomes.flatMap(({ maybeKept }) => maybeKept.map(digest)),
    )
    expectJust(
      discarded,
      outcomes.flatMap((outcome) => outcome.discarded),
      outcomes.flatMap((outcome) => outcome.maybeDiscarded),
    )
  },
  MOST_MS,
)

async function startInspectedReceiver(): Promise<ReceiverProcess> {
  const hook = new URL('../../dist/test/receive/inspect-receiver.js', import.meta.url).href
  const nodeArguments = ['--expose-gc', '--import', hook]
  const overrides = {
    ...LIMITS,
    maxConnections: 1000,
    heartbeatSeconds: 1,
    segmentMaxAgeSeconds: 60,
    segmentMaxBytes: 64 * MIB,
  }
  return startReceiverProcess(spool, { nodeArguments, overrides })
}

function* seedsFrom(random: Random): Generator<number> {
  for (;;) yield random.below(2 ** 32)
}

/** Holds conversations, several at a time, until so many requests are sent or the seeds are used up. */
async function converse({ port }: ReceiverProcess, seeds: Iterator<number>, requests: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  let left = requests
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (left > 0) {
        const seed = seeds.next()
        if (seed.done === true) return
        const conversation = anyConversation(seed.value, LIMITS)
        left -= conversation.requests
        const outcome = await hold(port, conversation, LIMITS)
        if (outcome.complaint !== null) {
          const last = JSON.stringify(conversation.last.toString('latin1', 0, 2000))
          throw new Error(
            `conversation ${seed.value}: ${outcome.complaint}; answers ${outcome.answered}\nthe last request: ${last}`,
          )
        }
        outcomes.push(outcome)
      }
    }),
  )
  return outcomes
}

async function inspect({ child }: ReceiverProcess): Promise<Inspection> {
  const answered = new Promise<Inspection>((resolve) => {
    // It tells its parent other things as well.
    child.on('message', function listen(message: Inspection) {
      if (message.kind !== 'inspection') return
      child.off('message', listen)
      resolve(message)
    })
  })
  child.send({ kind: 'inspect' })
  return answered
}

/** The last connections take a moment to be gone. */
async function settled(receiver: ReceiverProcess): Promise<Inspection> {
  let now = await inspect(receiver)
  for (let attempt = 0; attempt < 100 && (now.resources.TCPSocketWrap ?? 0) > 0; attempt++) {
    await new Promise((passed) => setTimeout(passed, 100))
    now = await inspect(receiver)
  }
  return now
}

async function openFiles({ child }: ReceiverProcess): Promise<number> {
  return (await readdir(`/proc/${child.pid}/fd`)).length
}

async function peakMemoryBytes({ child }: ReceiverProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}

async function whatIsInTheSpool(): Promise<{ kept: string[]; discarded: string[] }> {
  const kept: string[] = []
  const discarded: string[] = []
  for (const segment of await segmentsOnDisk(spool)) {
    expect(segment.damaged).toEqual([])
    for (const frame of segment.frames) {
      if (frame.kind === 'submission') kept.push(digest(frame))
      else if (frame.kind === 'discarded') discarded.push(discardedText(frame.channel, frame.cause, frame.bytes))
    }
  }
  return { kept, discarded }
}

/** Path, attributes and body, to the byte, in a few. */
function digest({ path, attributes, body }: Omit<KeptSubmission, 'body'> & { body: Uint8Array }): string {
  const facts = JSON.stringify([path, Object.entries(attributes).sort()])
  return `${path} ${createHash('sha1').update(facts).update(body).digest('hex')}`
}

/** Everything that must be there is, as often as it must; and beyond it only what may be. */
function expectJust(found: readonly string[], must: readonly string[], may: readonly string[]): void {
  const counts = new Map<string, number>()
  for (const one of found) counts.set(one, (counts.get(one) ?? 0) + 1)
  for (const one of must) counts.set(one, (counts.get(one) ?? 0) - 1)
  expect([...counts].filter(([, count]) => count < 0)).toEqual([])
  for (const one of may) counts.set(one, Math.max(0, (counts.get(one) ?? 0) - 1))
  expect([...counts].filter(([, count]) => count > 0)).toEqual([])
}

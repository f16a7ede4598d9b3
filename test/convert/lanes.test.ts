import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cutLog } from '../../data/spool/cut-log.ts'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import { laneOf } from '../../data/spool/lanes.ts'
import { readLog } from '../../data/spool/read-log.ts'
import { SpoolWriter } from '../../data/spool/spool-writer.ts'
import { oldFrame } from '../../data/spool/testing/old-log.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually } from '../support/tidewatch-process.ts'

/** The converter as it runs, with an import in the spool that takes it a while. */
const ENTRY = fileURLToPath(new URL('../../dist/server/convert/main.js', import.meta.url))
const RECEIVED = Date.UTC(2014, 0, 16, 14)
const BODY = JSON.stringify({ ver: 1, info: { reason: 'idle-daily' }, padding: 'x'.repeat(20_000) })

let state: string
let child: ChildProcess | null = null
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-lanes-'))
  await makeSpoolFolders(join(state, 'spool'))
})
afterEach(async () => {
  child?.kill('SIGKILL')
  child = null
  await removeFolder(state)
})

const id = (at: number) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`

/** An old log, cut into many segments. */
async function bringIn(): Promise<number> {
  const path = join(state, 'telemetry.v1.log')
  const frames = Array.from({ length: 4_000 }, (_, at) => {
    return oldFrame(`${id(at)}/idle-daily/Firefox/29.0a1/nightly/20140116030203`, BODY, { receivedAt: RECEIVED + at })
  })
  await writeFile(path, Buffer.concat(frames))
  const facts = await readLog(path, () => undefined)
  if (facts.origin === null) throw new Error('a log was expected')
  return cutLog({
    path,
    spool: join(state, 'spool'),
    facts: { ...facts, origin: facts.origin },
    source: 'old',
    segmentMaxBytes: 2_000_000,
    known: [],
    room: async () => undefined,
    onRead: () => undefined,
  })
}

async function receive(): Promise<void> {
  const writer = new SpoolWriter({
    spool: join(state, 'spool'),
    receiver: 'edge',
    segmentMaxAgeMs: 1e9,
    segmentMaxBytes: 1e9,
  })
  const path = `/submit/telemetry/${id(0)}/idle-daily/Firefox/29.0a1/nightly/20140116030203`
  await writer.append({ kind: 'submission', path, attributes: {}, body: [Buffer.from('{"ver":1}')] })
  await writer.stop()
}

/** Starts a converter; answers the list of what it has converted, which grows. */
async function convert(workers: number): Promise<string[]> {
  const started = fork(ENTRY, [JSON.stringify({ state, logLevel: 'silent', workers })])
  child = started
  const told: string[] = []
  started.on('message', (message: { kind: string; segment?: string }) => {
    if (message.kind === 'converted') told.push(message.segment ?? '')
  })
  return told
}

test.each([1, 2])(
  'while an old log is brought in, with %d workers: a live segment waits for one other at the most',
  async (workers) => {
    const segments = await bringIn()
    expect(segments).toBeGreaterThan(30)
    const told = await convert(workers)
    for (let live = 0; live < 5; live++) {
      const before = await eventually('some of the log is converted', async () =>
        told.length > live * 3 ? told.length : null,
      )
      await receive()
      const toldAtOnce = told.length
      const place = await eventually('the live segment is converted', async () => {
        const at = told.findIndex((segment, index) => index >= before && laneOf(segment) === 'live')
        return at === -1 ? null : at
      })
      // One that was in work, and one whose message was on its way.
      expect(place - toldAtOnce).toBeLessThanOrEqual(2)
    }
    expect(told.length).toBeLessThan(segments)
    await eventually('all is converted', async () => (told.length === segments + 5 ? true : null))
  },
)

test('asked to stop, it doesn’t work off the import first, but what is received live', async () => {
  const segments = await bringIn()
  const told = await convert(2)
  await eventually('it has begun', async () => (told.length > 0 ? true : null))
  await receive()
  const ended = once(child ?? process, 'exit')
  child?.send({ kind: 'stop' })
  await ended
  expect(await readdir(join(state, 'spool', 'closed'))).toEqual([])
  const waiting = await readdir(join(state, 'spool', 'import'))
  expect(waiting.length).toBeGreaterThan(segments / 2)
  // What was left goes on with the next converter.
  const rest = await convert(2)
  await eventually('all is converted', async () => (rest.length >= waiting.length ? true : null))
})

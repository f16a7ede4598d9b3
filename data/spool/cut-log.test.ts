import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CutOptions, cutLog, missingFrames } from './cut-log.ts'
import { makeSpoolFolders } from './folders.ts'
import { encodeFrame, type Frame, type SpoolEntry } from './frame.ts'
import { rangesInSpool } from './import-ranges.ts'
import { removeLeftAside } from './import-segment-file.ts'
import { ownIdentity } from './process-identity.ts'
import { LogChanged, readLog } from './read-log.ts'
import { decodeSegment, readSegment } from './read-segment.ts'
import { encodeSegmentHeader } from './segment-header.ts'
import { segmentName } from './segment-name.ts'
import { claimNext } from './segment-queue.ts'
import { oldFrame } from './testing/old-log.ts'
import { listUnmerged } from './unmerged.ts'

const RECEIVED = Date.UTC(2014, 0, 16, 14)

let folder: string
let spool: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-cut-'))
  spool = join(folder, 'spool')
  await makeSpoolFolders(spool)
})
afterEach(() => rm(folder, { recursive: true }))

const frameOf = (text: string, at: number, version: 1 | 2 = 1) =>
  oldFrame(`id-${text}`, `{"text":"${text}"}`, { receivedAt: RECEIVED + at, version })

/** A log of these pieces, in a file of this name. */
async function log(pieces: readonly Uint8Array[], name = 'telemetry.v1.log'): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, Buffer.concat(pieces))
  return path
}

async function bringIn(path: string, more: Partial<CutOptions> = {}) {
  const facts = await readLog(path, () => undefined)
  const { origin } = facts
  if (origin === null) throw new Error('a log was expected')
  const known = await rangesInSpool(spool, facts.digest)
  const room = async () => undefined
  const options = { path, spool, facts: { ...facts, origin }, source: 'Wínter', segmentMaxBytes: 250, known, room }
  return { facts, segments: await cutLog({ ...options, onRead: () => undefined, ...more }) }
}

const waiting = async () => (await readdir(join(spool, 'import'))).sort()

/** All that the waiting segments hold, in order of their names. */
async function content() {
  const segments = await Promise.all((await waiting()).map((name) => readSegment(join(spool, 'import', name))))
  return {
    headers: segments.map(({ header }) => header),
    frames: segments.flatMap(({ frames }) => frames.map(summary)),
    damaged: segments.flatMap(({ damaged }) => damaged.map(({ bytes, near }) => [bytes, near - RECEIVED])),
  }
}

function summary(frame: Frame): string {
  const body = frame.kind === 'submission' ? ` ${frame.path} ${Buffer.from(frame.body)}` : ''
  return `${frame.number} +${frame.receivedAt - RECEIVED} ${frame.kind}${body}`
}

const TEXTS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']
const FRAMES = TEXTS.map((text, at) => frameOf(text, at))
const EXPECTED = TEXTS.map((text, at) => `${at} +${at} submission /submit/telemetry/id-${text} {"text":"${text}"}`)

test.each([1, 2] as const)(
  'a log of v%d is cut into segments that hold each of its frames once, with its time',
  async (version) => {
    const path = await log(TEXTS.map((text, at) => frameOf(text, at, version)))
    const { facts, segments } = await bringIn(path)
    expect(facts).toMatchObject({ origin: `v${version}`, frames: 8, submissions: 8, from: RECEIVED, to: RECEIVED + 7 })
    expect(segments).toBeGreaterThan(2)
    const { headers, frames, damaged } = await content()
    expect(frames).toEqual(EXPECTED)
    expect(damaged).toEqual([])
    expect(headers[0]).toMatchObject({ version: 'v3', receiver: 'import:Wínter', createdAt: RECEIVED })
  },
)

test('a segment of this server is brought in with its heartbeats and what it had to discard', async () => {
  const identity = { receiver: 'far', createdAt: RECEIVED, writer: '1.2', id: '00112233445566aa' }
  const entries: SpoolEntry[] = [
    { kind: 'heartbeat' },
    { kind: 'submission', path: '/submit/telemetry/x', attributes: { 'x-debug-id': 'mine' }, body: [Buffer.from('x')] },
    { kind: 'discarded', channel: 'nightly', cause: 'body', bytes: 300_000, sourceTags: 'automation' },
  ]
  const id = Buffer.from(identity.id, 'hex')
  const frames = entries.flatMap((entry, number) => encodeFrame(id, number + 7, RECEIVED + number, entry))
  const { facts } = await bringIn(await log([encodeSegmentHeader(identity), ...frames], segmentName(identity)))
  expect(facts).toMatchObject({ origin: 'v3', frames: 3, submissions: 1 })
  expect((await content()).frames).toEqual([
    '0 +0 heartbeat',
    '1 +1 submission /submit/telemetry/x x',
    '2 +2 discarded',
  ])
})

test('renamed, compressed or with an end of line behind it, a log is the same log', async () => {
  const { facts } = await bringIn(await log(FRAMES))
  const before = await waiting()
  for (const pieces of [[gzipSync(Buffer.concat(FRAMES))], [...FRAMES, Buffer.from('\n')]]) {
    const again = await bringIn(await log(pieces, 'copy'))
    expect(again.facts.digest).toBe(facts.digest)
    expect(again.segments).toBe(0)
  }
  expect(await waiting()).toEqual(before)
})

test('cut again, a log makes the same segments, to the byte', async () => {
  const path = await log(FRAMES)
  await bringIn(path)
  const read = async () => Promise.all((await waiting()).map((name) => readFile(join(spool, 'import', name), 'hex')))
  const first = await read()
  await bringIn(path, { known: [] })
  expect(await read()).toEqual(first)
})

test('what is damaged is told, and goes along with the frame before it for the converter to keep', async () => {
  const garbage = Buffer.from('\x1egarbage')
  const path = await log([garbage, ...FRAMES.slice(0, 3), garbage, garbage, ...FRAMES.slice(3), garbage])
  const { facts } = await bringIn(path)
  const length = FRAMES.slice(0, 3).reduce((sum, frame) => sum + frame.length, 8)
  expect(facts.damaged.slice(0, 2)).toEqual([
    { offset: 0, bytes: 8, near: RECEIVED },
    { offset: length, bytes: 16, near: RECEIVED + 2 },
  ])
  const { frames, damaged } = await content()
  expect(frames).toEqual(EXPECTED)
  expect(damaged).toEqual([
    [8, 0],
    [16, 2],
    [8, 7],
  ])
})

test('interrupted anywhere and given again, also with segments of another length: each frame is there once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ rooms: fc.nat(4), bytes: fc.integer({ min: 100, max: 700 }) }), { maxLength: 4 }),
      async (attempts) => {
        await rm(spool, { recursive: true })
        await makeSpoolFolders(spool)
        const path = await log(FRAMES)
        for (const { rooms, bytes } of attempts) {
          let left = rooms
          const room = async () => {
            if (left-- === 0) throw new Error('no room')
          }
          await bringIn(path, { room, segmentMaxBytes: bytes }).catch(() => undefined)
        }
        await bringIn(path)
        expect((await content()).frames).toEqual(EXPECTED)
      },
    ),
    { numRuns: 40 },
  )
})

test('a file that is written while it is read is refused, and nothing half stays', async () => {
  const path = await log(FRAMES)
  const room = async () => {
    await log([...FRAMES, frameOf('late', 9)])
  }
  await expect(bringIn(path, { room })).rejects.toThrow(LogChanged)
  expect(await waiting()).toEqual([])
})

test('what an import left that was killed in the middle of a segment is removed, what another one is writing isn’t', async () => {
  await writeFile(join(spool, 'import', `abc-0.aside-4194305.1x1x1`), 'half')
  await writeFile(join(spool, 'import', `abc-9.aside-${ownIdentity()}`), 'half')
  await removeLeftAside(spool)
  expect(await waiting()).toEqual([`abc-9.aside-${ownIdentity()}`])
  expect(await claimNext(spool, '7.8')).toBeNull()
})

test('with its header lost a segment of an import is read all the same', async () => {
  await bringIn(await log(FRAMES), { segmentMaxBytes: 1e9 })
  const [name = ''] = await waiting()
  const bytes = await readFile(join(spool, 'import', name))
  bytes.fill(0xff, 0, 12)
  const { header, frames } = decodeSegment(name, bytes)
  expect(frames).toHaveLength(8)
  expect(header.receiver).toMatch(/^import:[0-9a-f]{32}$/)
})

test('an import holds up no watermark', async () => {
  await bringIn(await log(FRAMES))
  await claimNext(spool, '7.8')
  expect(await listUnmerged(spool)).toEqual([])
})

describe('frames that none of the ranges holds', () => {
  test.each([
    { ranges: [], missing: 10 },
    { ranges: [{ first: 0, last: 9 }], missing: 0 },
    {
      ranges: [
        { first: 5, last: 9 },
        { first: 0, last: 1 },
      ],
      missing: 3,
    },
    {
      ranges: [
        { first: 0, last: 6 },
        { first: 2, last: 3 },
      ],
      missing: 3,
    },
  ])('$ranges: $missing of 10', ({ ranges, missing }) => {
    expect(missingFrames(ranges, 10)).toBe(missing)
  })
})

import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Frame, SpoolEntry } from './frame.ts'
import { CLIENT_ADDRESS, encodeFrame } from './frame.ts'
import { decodeSegment, readSegment } from './read-segment.ts'
import { encodeSegmentHeader } from './segment-header.ts'
import { segmentName } from './segment-name.ts'

const RECEIVED = Date.UTC(2014, 0, 16, 14)
const IDENTITY = { receiver: 'local', createdAt: RECEIVED, writer: '12.345x6789abcd', id: 'ff01122334455667' }
const ID = Buffer.from(IDENTITY.id, 'hex')
const NAME = segmentName(IDENTITY)
const HEADER = encodeSegmentHeader(IDENTITY)

const submission = (path: string, body: Uint8Array | string, attributes = {}): SpoolEntry => ({
  kind: 'submission',
  path,
  attributes,
  body: [Buffer.from(body)],
})
const encode = (entry: SpoolEntry, number: number) => encodeFrame(ID, number, RECEIVED + number, entry)

/** A segment of `entries`, and where each frame begins and ends. */
function segmentOf(entries: readonly SpoolEntry[]) {
  const encoded = entries.map(encode)
  let to = HEADER.length
  const places = encoded.map((bytes) => {
    const from = to
    to += bytes.length
    return { from, to }
  })
  return { bytes: Buffer.concat([HEADER, ...encoded]), places }
}

const content = (frame: Frame) => {
  const { offset: _, frameBytes: __, ...rest } = frame
  return rest.kind === 'submission' ? { ...rest, body: Buffer.from(rest.body).toString('latin1') } : rest
}

// No path or body here ends with 0xff, the first byte of the id: a frame cut off by just that byte would be made whole by
// the marker of the next, and one of the two must then be missed.
const anyEntry: fc.Arbitrary<SpoolEntry> = fc.oneof(
  fc.record({
    kind: fc.constant('submission' as const),
    path: fc.string({ unit: fc.integer({ min: 0, max: 254 }).map((code) => String.fromCharCode(code)), maxLength: 80 }),
    attributes: fc.dictionary(
      fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' }),
      fc.string({ unit: 'grapheme' }),
    ),
    body: fc.array(fc.uint8Array({ max: 254, maxLength: 300 }), { maxLength: 3 }),
  }),
  fc.constant({ kind: 'heartbeat' as const }),
  fc.record(
    {
      kind: fc.constant('discarded' as const),
      channel: fc.string({ unit: 'grapheme' }),
      cause: fc.constantFrom('body' as const, 'path' as const),
      bytes: fc.nat(),
      limitBytes: fc.nat(),
    },
    { requiredKeys: ['kind', 'channel', 'cause', 'bytes'] },
  ),
)

describe('v3', () => {
  test('what is written is read: any path, attributes, pieces of body', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 8 }), (entries) => {
        const { bytes, places } = segmentOf(entries)
        const { header, frames, damaged, tornBytes } = decodeSegment(NAME, bytes)
        expect(header).toEqual({ version: 'v3', segment: NAME, receiver: 'local', createdAt: RECEIVED })
        expect(damaged).toEqual([])
        expect(tornBytes).toBe(0)
        expect(frames.map(({ offset, frameBytes }) => ({ from: offset, to: offset + frameBytes }))).toEqual(places)
        expect(frames.map(content)).toEqual(
          entries.map((entry, number) => ({
            ...(entry.kind === 'submission'
              ? { ...entry, attributes: { ...entry.attributes }, body: Buffer.concat(entry.body).toString('latin1') }
              : entry),
            number,
            receivedAt: RECEIVED + number,
          })),
        )
      }),
    )
  })

  test('damage anywhere: every undamaged frame comes back under its number, none that is damaged', () => {
    const damage = fc.array(
      fc.record({ at: fc.nat(), length: fc.integer({ min: 1, max: 60 }), mask: fc.integer({ min: 1, max: 255 }) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    fc.assert(
      fc.property(fc.array(anyEntry, { minLength: 1, maxLength: 8 }), damage, (entries, hits) => {
        const { bytes, places } = segmentOf(entries)
        const whole = decodeSegment(NAME, bytes).frames.map(content)
        const broken = Buffer.from(bytes)
        for (const { at, length, mask } of hits) {
          const from = at % broken.length
          for (let i = from; i < Math.min(from + length, broken.length); i++) broken[i] = bytes.readUInt8(i) ^ mask
        }
        const intact = places.flatMap(({ from, to }, number) =>
          bytes.subarray(from, to).equals(broken.subarray(from, to)) ? [number] : [],
        )
        const read = decodeSegment(NAME, broken)
        expect(read.frames.map(content)).toEqual(intact.map((number) => whole[number]))
        expectAllBytesAccountedFor(read, broken.length)
        expect(read.tornBytes).toBe(0)
      }),
      { numRuns: 500 },
    )
  })

  test('cut off anywhere: the whole frames come back, the rest is torn and no damage', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 5 }), fc.nat(), (entries, at) => {
        const { bytes, places } = segmentOf(entries)
        const cut = at % (bytes.length + 1)
        const read = decodeSegment(NAME, bytes.subarray(0, cut))
        expect(read.frames.map(({ number }) => number)).toEqual(
          places.flatMap(({ to }, number) => (to <= cut ? [number] : [])),
        )
        expect(read.damaged).toEqual([])
      }),
    )
  })

  test('stretches missing, doubled or in the wrong place: every whole frame is read, none twice', () => {
    fc.assert(
      fc.property(
        fc.array(anyEntry, { minLength: 2, maxLength: 6 }),
        fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
        (entries, cuts) => {
          const { bytes, places } = segmentOf(entries)
          const [a = 0, b = 0, c = 0, d = 0] = cuts.map((cut) => cut % (bytes.length + 1))
          const pieces = [
            [0, a],
            [b, c],
            [d, bytes.length],
          ] as const
          const whole = places.flatMap((place, number) =>
            pieces.some(([from, to]) => from <= place.from && place.to <= to) ? [number] : [],
          )
          const { frames } = decodeSegment(NAME, Buffer.concat(pieces.map(([from, to]) => bytes.subarray(from, to))))
          const numbers = frames.map(({ number }) => number)
          expect(numbers.length).toBe(new Set(numbers).size)
          expect(numbers).toEqual(expect.arrayContaining(whole))
        },
      ),
      { numRuns: 500 },
    )
  })

  test('a frame inside a body never counts, damaged or not', () => {
    const forged = encodeFrame(Buffer.alloc(8, 7), 9, RECEIVED, submission('/forged', 'x'))
    const { bytes, places } = segmentOf([submission('/a', forged), submission('/b', 'second')])
    expect(paths(decodeSegment(NAME, bytes).frames)).toEqual(['/a', '/b'])
    bytes.writeUInt8(0xff, (places[0]?.from ?? 0) + 20)
    expect(paths(decodeSegment(NAME, bytes).frames)).toEqual(['/b'])
  })

  test('even a frame of the same segment, brought along by its own body, counts once', () => {
    const first = encode(submission('/a', 'first'), 0)
    const { bytes, places } = segmentOf([submission('/a', 'first'), submission('/b', first), submission('/c', 'third')])
    bytes.writeUInt8(0xff, (places[1]?.from ?? 0) + 20)
    expect(paths(decodeSegment(NAME, bytes).frames)).toEqual(['/a', '/c'])
  })

  test('zeros at the end are room that was never filled, not damage', () => {
    const { bytes } = segmentOf([submission('/a', 'first')])
    expect(decodeSegment(NAME, Buffer.concat([bytes, Buffer.alloc(4096)]))).toMatchObject({
      frames: [{ number: 0 }],
      damaged: [],
      tornBytes: 4096,
    })
  })

  test('a damaged last frame is damage, although the file ends with it', () => {
    const { bytes, places } = segmentOf([submission('/a', 'first'), submission('/b', 'second')])
    const last = places[1]?.from ?? 0
    bytes.writeUInt8(bytes.readUInt8(last + 36) ^ 0x40, last + 36)
    expect(decodeSegment(NAME, bytes)).toMatchObject({
      frames: [{ number: 0 }],
      damaged: [{ offset: last, bytes: bytes.length - last, near: RECEIVED }],
      tornBytes: 0,
    })
  })

  test('with its header lost the name tells, with its name lost the header', () => {
    const { bytes } = segmentOf([submission('/a', 'first')])
    expect(decodeSegment('renamed.bin', bytes)).toMatchObject({
      header: { receiver: 'local' },
      frames: [{ number: 0 }],
      damaged: [],
    })
    const broken = Buffer.from(bytes)
    broken.fill(0xff, 0, 20)
    expect(decodeSegment(NAME, broken)).toMatchObject({
      header: { receiver: 'local', createdAt: RECEIVED },
      frames: [{ number: 0 }],
      damaged: [{ offset: 0, bytes: HEADER.length, near: RECEIVED }],
    })
  })

  test.each([
    { claim: 'an empty file', bytes: Buffer.alloc(0), tornBytes: 0 },
    { claim: 'a header alone', bytes: HEADER, tornBytes: 0 },
    { claim: 'half a header', bytes: HEADER.subarray(0, 21), tornBytes: 21 },
  ])('$claim holds no frames and no damage', ({ bytes, tornBytes }) => {
    expect(decodeSegment(NAME, bytes)).toMatchObject({ frames: [], damaged: [], tornBytes })
  })
})

test('garbage never throws, under any name, and every byte of it is accounted for', () => {
  const names = fc.constantFrom(NAME, 'telemetry1.v1.log', 'telemetry.v2.log', 'garbage', '')
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.concat([HEADER, bytes])),
    fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.concat([Buffer.from([0x1e]), bytes])),
  )
  fc.assert(
    fc.property(names, garbage, (name, bytes) => {
      const read = decodeSegment(name, Buffer.from(bytes))
      expect(read.frames).toEqual([])
      expect(read.damaged.reduce((sum, stretch) => sum + stretch.bytes, 0) + read.tornBytes).toBeLessThanOrEqual(
        bytes.length,
      )
    }),
  )
})

/** Frames, damaged stretches and what is torn lie side by side, from the header to the end, without gap or overlap. */
function expectAllBytesAccountedFor(read: ReturnType<typeof decodeSegment>, length: number): void {
  const frames = read.frames.map(({ offset, frameBytes }) => ({ offset, bytes: frameBytes }))
  const places = [...frames, ...read.damaged].sort((a, b) => a.offset - b.offset)
  let at = places[0]?.offset ?? 0
  expect([0, HEADER.length]).toContain(at)
  for (const { offset, bytes } of places) {
    expect(offset).toBe(at)
    at += bytes
  }
  expect(at + read.tornBytes).toBe(length)
}

function paths(frames: readonly Frame[]): string[] {
  return frames.flatMap((frame) => (frame.kind === 'submission' ? [frame.path] : []))
}

function oldFrame(version: 1 | 2, path: string, body: string, receivedAt = RECEIVED): Buffer {
  const address = version === 2 ? '192.0.2.7' : ''
  const head = Buffer.alloc(14 + version)
  head.writeUInt8(0x1e, 0)
  if (version === 2) head.writeUInt8(address.length, 1)
  head.writeUInt16LE(path.length, version)
  head.writeUInt32LE(body.length, version + 2)
  head.writeBigUInt64LE(BigInt(receivedAt), version + 6)
  return Buffer.concat([head, Buffer.from(address + path + body, 'latin1')])
}

describe.each([1, 2] as const)('v%d', (version) => {
  const name = `telemetry.log.v${version}.host.17.1389880800000.finished`
  const frames = ['one', 'two', 'three'].map((text, index) =>
    oldFrame(version, `id-${text}`, `{"text":"${text}"}`, RECEIVED + index),
  )
  const read = (pieces: readonly Uint8Array[], as = name) => decodeSegment(as, Buffer.concat(pieces))
  const all = ['/submit/telemetry/id-one', '/submit/telemetry/id-two', '/submit/telemetry/id-three']

  test('frames are read, their paths whole again', () => {
    const { header, frames: found, damaged } = read(frames)
    expect(header).toEqual({ version: `v${version}`, segment: name, receiver: '', createdAt: RECEIVED })
    expect(paths(found)).toEqual(all)
    expect(found.map(({ number, receivedAt }) => [number, receivedAt - RECEIVED])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ])
    expect(found[0]).toMatchObject({ attributes: version === 2 ? { [CLIENT_ADDRESS]: '192.0.2.7' } : {} })
    expect(Buffer.from((found[2] as { body?: Uint8Array }).body ?? []).toString()).toBe('{"text":"three"}')
    expect(damaged).toEqual([])
  })

  test('a file of an unknown name is told by its content', () => {
    expect(read(frames, 'backup').header.version).toBe(`v${version}`)
  })

  test.each(['\n', '\r\n'])('an end of line behind the last frame (%j) is no damage', (end) => {
    const { frames: found, damaged } = read([...frames, Buffer.from(end)])
    expect(paths(found)).toEqual(all)
    expect(damaged).toEqual([])
  })

  test('garbage between frames is skipped and measured', () => {
    const { frames: found, damaged } = read([...frames.slice(0, 2), Buffer.from('\x1egarbage\x1e'), ...frames.slice(2)])
    expect(paths(found)).toEqual(all)
    expect(damaged).toEqual([{ offset: (frames[0]?.length ?? 0) * 2, bytes: 9, near: RECEIVED + 1 }])
  })

  test.each([
    { claim: 'a lost separator', at: 0, byte: 0x00 },
    { claim: 'a body length grown by 4', at: version + 2, byte: 18 },
    { claim: 'a body length shrunk to 1', at: version + 2, byte: 1 },
    { claim: 'a body length over the next frame', at: version + 2, byte: 90 },
    { claim: 'a path length beyond the limit', at: version + 1, byte: 0xff },
    { claim: 'a time out of its century', at: version + 12, byte: 0x7f },
  ])('$claim costs that frame only', ({ at, byte }) => {
    const broken = Buffer.from(frames[1] ?? [])
    broken.writeUInt8(byte, at)
    const { frames: found, damaged } = read([frames[0] ?? broken, broken, frames[2] ?? broken])
    expect(paths(found).filter((path) => path !== all[1])).toEqual([all[0], all[2]])
    expect(damaged.length).toBeGreaterThan(0)
  })

  test('a torn last frame is damage: it was answered before it was on disk', () => {
    const {
      frames: found,
      damaged,
      tornBytes,
    } = read([...frames.slice(0, 2), (frames[2] ?? Buffer.alloc(0)).subarray(0, -3)])
    expect(paths(found)).toEqual(all.slice(0, 2))
    expect(damaged).toMatchObject([{ bytes: (frames[2]?.length ?? 0) - 3 }])
    expect(tornBytes).toBe(0)
  })
})

test('a claimed segment is read under its own name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidewatch-segment-'))
  try {
    await writeFile(join(folder, `${NAME}~77.1`), segmentOf([submission('/a', 'x')]).bytes)
    expect(await readSegment(join(folder, `${NAME}~77.1`))).toMatchObject({
      header: { segment: NAME },
      frames: [{ path: '/a' }],
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})

const realLog = '../shared/real/telemetry1.v1.log'
test.skipIf(!existsSync(realLog))(`a log of the 2013 server (${realLog}) is read`, async () => {
  const { header, frames, damaged } = decodeSegment('telemetry1.v1.log', await readFile(realLog))
  expect(header.version).toBe('v1')
  expect(damaged).toEqual([])
  const [frame, ...more] = frames
  expect(more).toEqual([])
  if (frame?.kind !== 'submission') throw new Error('a submission was expected')
  expect(frame.path).toMatch(
    /^\/submit\/telemetry\/17caa68c-[0-9a-f-]+\/idle-daily\/Firefox\/23\.0\.1\/release\/20130814063812$/,
  )
  expect(frame.body.length).toBe(18_255)
  expect(gunzipSync(frame.body).length).toBe(77_740)
})

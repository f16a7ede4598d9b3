import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decodeSteps } from './decode-steps.ts'
import { encodeFrame, type Frame } from './frame.ts'
import { decodeSegment, openSegmentReader, readSegment } from './read-segment.ts'
import { encodeSegmentHeader } from './segment-header.ts'
import { segmentName } from './segment-name.ts'
import { SegmentWindow } from './segment-window.ts'

const RECEIVED = Date.UTC(2014, 0, 16, 14)
const IDENTITY = { receiver: 'local', createdAt: RECEIVED, writer: '12.345x6789abcd', id: 'ff01122334455667' }
const ID = Buffer.from(IDENTITY.id, 'hex')
const NAME = segmentName(IDENTITY)
const OLD_NAME = 'telemetry.log.v1.host.17.1389880800000.finished'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-steps-'))
})
afterEach(() => rm(folder, { recursive: true }))

function frame(number: number, body: Uint8Array): Buffer {
  return encodeFrame(ID, number, RECEIVED + number, {
    kind: 'submission',
    path: `/${number}`,
    attributes: {},
    body: [body],
  })
}

function oldFrame(body: Uint8Array, path = 'an-id'): Buffer {
  const head = Buffer.alloc(15)
  head.writeUInt8(0x1e, 0)
  head.writeUInt16LE(path.length, 1)
  head.writeUInt32LE(body.length, 3)
  head.writeBigUInt64LE(BigInt(RECEIVED), 7)
  return Buffer.concat([head, Buffer.from(path, 'latin1'), body])
}

/** What is read of `bytes` when they come in pieces of these lengths, and the most that the window held. */
function inPieces(name: string, bytes: Buffer, lengths: readonly number[]) {
  const window = new SegmentWindow()
  const steps = decodeSteps(name, window)
  const frames: Frame[] = []
  const damaged: { offset: number; bytes: number; near: number }[] = []
  const kept: Uint8Array[] = []
  let mostHeld = 0
  for (let at = 0, turn = 0; ; ) {
    const step = steps.next()
    if (step.done === true) return { ...step.value, frames, damaged, mostHeld, kept: Buffer.concat(kept) }
    mostHeld = Math.max(mostHeld, window.bytes.length)
    if (step.value === 'more') {
      const length = lengths[turn++ % lengths.length] ?? 1
      if (at >= bytes.length) window.end()
      else window.grow(Buffer.concat([window.bytes, bytes.subarray(at, at + length)]))
      at += length
    } else if (step.value.kind === 'frame') frames.push(step.value.frame)
    else if (step.value.kind === 'damaged') damaged.push({ ...step.value.stretch })
    else kept.push(step.value.bytes)
  }
}

/** Comparing bodies byte by byte would take the test's time. */
function contentOf(read: Frame) {
  return read.kind === 'submission' ? { ...read, body: crc32(read.body) } : read
}

const lengths = fc.array(fc.integer({ min: 5000, max: 60_000 }), { minLength: 1, maxLength: 5 })

describe('a segment that comes in pieces', () => {
  const hits = fc.array(fc.record({ at: fc.nat(), length: fc.integer({ min: 1, max: 40_000 }), fill: fc.nat(255) }), {
    maxLength: 4,
  })
  const bodies = fc.array(fc.integer({ min: 0, max: 50_000 }), { minLength: 1, maxLength: 12 })

  test('is read as it is read whole, however it is cut and damaged, and every damaged byte is handed on', () => {
    fc.assert(
      fc.property(bodies, hits, lengths, (sizes, damage, cut) => {
        const frames = sizes.map((size, number) => frame(number, Buffer.alloc(size, 'body ')))
        // Behind this much a header can't reach: from here on it is read in pieces.
        const bytes = Buffer.concat([encodeSegmentHeader(IDENTITY), Buffer.alloc(140_000, 0x55), ...frames])
        for (const { at, length, fill } of damage) {
          const from = at % bytes.length
          bytes.fill(fill, from, Math.min(bytes.length, from + length))
        }
        const { frames: found, damaged, header, tornBytes, kept } = inPieces(NAME, bytes, cut)
        const whole = decodeSegment(NAME, bytes)
        const { frames: expected, ...rest } = whole
        expect({ damaged, header, tornBytes }).toEqual(rest)
        expect(found.map(contentOf)).toEqual(expected.map(contentOf))
        const stretches = damaged.map(({ offset, bytes: length }) => bytes.subarray(offset, offset + length))
        expect(kept.equals(Buffer.concat(stretches))).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  test('is in memory only as far as its frames are long, also where nothing verifies', () => {
    const garbage = Buffer.alloc(3_000_000, 'garbage')
    const bytes = Buffer.concat([encodeSegmentHeader(IDENTITY), garbage, frame(0, Buffer.from('x'))])
    const { frames, mostHeld } = inPieces(NAME, bytes, [50_000])
    expect(frames).toHaveLength(1)
    expect(mostHeld).toBeLessThan(200_000)
  })
})

describe('a log of 2013 that is longer than what is held of it', () => {
  // Full of what looks like the beginning of a frame.
  const body = Buffer.alloc(300_000, '\x1e\x05\x00')
  const frames = Array.from({ length: 70 }, (_, at) => oldFrame(Buffer.concat([Buffer.from(`${at} `), body])))

  test('is read as it is read whole: frames, damage between them, a body longer than the next frame', () => {
    const broken = Buffer.from(frames[20] ?? [])
    broken.writeUInt32LE(400_000, 3)
    const bytes = Buffer.concat([...frames.slice(0, 20), broken, ...frames.slice(21, 60), body, ...frames.slice(60)])
    const { frames: found, damaged, header } = inPieces(OLD_NAME, bytes, [4_000_000, 1_000_000])
    const whole = decodeSegment(OLD_NAME, bytes)
    expect(found.map(({ offset, number }) => [offset, number])).toEqual(
      whole.frames.map(({ offset, number }) => [offset, number]),
    )
    expect(damaged).toEqual(whole.damaged)
    expect(damaged.map(({ bytes: length }) => length)).toEqual([broken.length, body.length])
    expect(header).toEqual(whole.header)
  })

  test('under another name, compressed, it is the same log', async () => {
    await writeFile(join(folder, 'some-backup'), gzipSync(Buffer.concat(frames), { level: 1 }))
    const { header, frames: found, damaged } = await readSegment(join(folder, 'some-backup'))
    expect({ version: header.version, frames: found.length, damaged }).toEqual({
      version: 'v1',
      frames: 70,
      damaged: [],
    })
  })

  test('compressed and cut off, what came before the cut is read', async () => {
    const random = Array.from({ length: 40 }, (_, at) => oldFrame(Buffer.from(`${Math.sin(at)}`.repeat(2000))))
    const zipped = gzipSync(Buffer.concat(random))
    await writeFile(join(folder, 'telemetry.v1.log'), zipped.subarray(0, zipped.length - 50))
    const reader = await openSegmentReader(join(folder, 'telemetry.v1.log'))
    let read = 0
    for await (const piece of reader) if (piece.kind === 'frame') read++
    expect(reader.isBroken).toBe(true)
    expect(read).toBeGreaterThan(30)
    await reader.close()
  })
})

test('a file of more than 2 GiB is read, and what stands behind its holes is found', async () => {
  const path = join(folder, 'telemetry.v1.log')
  const file = await open(path, 'w')
  const far = 2 ** 31 + 12_345
  await file.write(oldFrame(Buffer.from('near')), 0)
  await file.write(oldFrame(Buffer.from('far')), 0, undefined, far)
  await file.close()
  const { frames, damaged } = await readSegment(path)
  expect(frames.map(({ offset }) => offset)).toEqual([0, far])
  expect(damaged).toMatchObject([{ offset: frames[0]?.frameBytes, bytes: far - (frames[0]?.frameBytes ?? 0) }])
}, 60_000)

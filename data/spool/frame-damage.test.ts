import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Frame, SpoolEntry } from './frame.ts'
import { encodeFrame } from './frame.ts'
import { decodeSegment } from './read-segment.ts'
import { encodeSegmentHeader } from './segment-header.ts'
import { segmentName } from './segment-name.ts'

// Whatever fails here prints its seed and path: `fc.assert(…, { seed, path })` runs that one case again.

const RECEIVED = Date.UTC(2014, 0, 16, 14)
const IDENTITY = { receiver: 'local', createdAt: RECEIVED, writer: '12.345x6789abcd', id: 'ff01122334455667' }
const ID = Buffer.from(IDENTITY.id, 'hex')
const OTHER_ID = Buffer.from('a0b1c2d3e4f50617', 'hex')
const NAME = segmentName(IDENTITY)
const HEADER = encodeSegmentHeader(IDENTITY)

/** How a file comes to harm. Places and lengths are taken modulo what there is. */
type Damage =
  | { readonly kind: 'flip'; readonly at: number; readonly length: number; readonly mask: number }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'double' | 'move'; readonly at: number; readonly length: number; readonly to: number }

const place = fc.nat({ max: 100_000 })
const stretch = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 2000 }))
const anyDamage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('flip'), at: place, length: stretch, mask: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant('cut'), at: place, length: stretch }),
  fc.record({ kind: fc.constant('insert'), at: place, bytes: lookingLikeFrames() }),
  fc.record({ kind: fc.constantFrom('double', 'move'), at: place, length: stretch, to: place }),
)

function damaged(bytes: Buffer, damage: Damage): Buffer {
  const at = damage.at % (bytes.length + 1)
  switch (damage.kind) {
    case 'flip':
      return Buffer.from(bytes.map((byte, i) => (i >= at && i < at + damage.length ? byte ^ damage.mask : byte)))
    case 'cut':
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + damage.length)])
    case 'insert':
      return Buffer.concat([bytes.subarray(0, at), damage.bytes, bytes.subarray(at)])
    case 'double':
    case 'move': {
      const taken = bytes.subarray(at, at + damage.length)
      const rest =
        damage.kind === 'double' ? bytes : Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + taken.length)])
      const to = damage.to % (rest.length + 1)
      return Buffer.concat([rest.subarray(0, to), taken, rest.subarray(to)])
    }
  }
}

/** What a client could think of: noise, markers, headers, and whole frames of other segments and of 2013. */
function lookingLikeFrames(): fc.Arbitrary<Uint8Array> {
  const forged = fc
    .tuple(fc.nat({ max: 9 }), fc.uint8Array({ maxLength: 60 }))
    .map(([number, body]) =>
      encodeFrame(OTHER_ID, number, RECEIVED, { kind: 'submission', path: '/forged', attributes: {}, body: [body] }),
    )
  const old = fc
    .tuple(fc.constantFrom(1 as const, 2 as const), fc.string({ maxLength: 30, unit: 'grapheme-ascii' }))
    .map(([version, body]) => oldFrame(version, 'forged', Buffer.from(body), RECEIVED))
  const piece = fc.oneof(
    fc.uint8Array({ max: 254, maxLength: 80 }),
    forged,
    old,
    fc.constant(HEADER),
    fc.constant(OTHER_ID),
  )
  return fc.array(piece, { maxLength: 3 }).map((pieces) => Buffer.concat(pieces))
}

describe('v3', () => {
  // No path, value or body ends with 0xff, the first byte of the id: a frame cut off by just that byte would be made
  // whole by the marker of the next one, and one of the two must then be missed.
  const anyEntry: fc.Arbitrary<SpoolEntry> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('submission' as const),
        path: fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
        attributes: fc.dictionary(
          fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme-ascii' }),
          fc.string({ unit: 'grapheme', maxLength: 12 }),
          { maxKeys: 3 },
        ),
        body: fc.array(lookingLikeFrames(), { maxLength: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'heartbeat' as const }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('discarded' as const),
        channel: fc.string({ unit: 'grapheme', maxLength: 12 }),
        cause: fc.constantFrom('body' as const, 'path' as const),
        bytes: fc.nat(),
      }),
    },
  )
  const encode = (entry: SpoolEntry, number: number) => encodeFrame(ID, number, RECEIVED + number, entry)

  test('after any damage: each frame that is whole somewhere comes back once, unchanged, and nothing else does', () => {
    fc.assert(
      fc.property(
        fc.array(anyEntry, { minLength: 1, maxLength: 8 }),
        fc.array(anyDamage, { minLength: 1, maxLength: 4 }),
        (entries, damages) => {
          const encoded = entries.map(encode)
          const broken = damages.reduce(damaged, Buffer.concat([HEADER, ...encoded]))
          const read = decodeSegment(NAME, broken)
          const whole = encoded.flatMap((bytes, number) => (broken.includes(bytes) ? [number] : []))
          expect(read.frames.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(whole)
          for (const { number, offset, frameBytes } of read.frames) {
            expect(broken.subarray(offset, offset + frameBytes).equals(encoded[number] ?? Buffer.alloc(0))).toBe(true)
          }
          expectNoOverlap(read, broken.length)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('without damage: exactly the frames that were written, whatever their bodies look like', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 8 }), (entries) => {
        const read = decodeSegment(NAME, Buffer.concat([HEADER, ...entries.map(encode)]))
        expect(read.frames.map(said)).toEqual(entries.map(said))
        expect(read).toMatchObject({ damaged: [], tornBytes: 0 })
      }),
      { numRuns: 300 },
    )
  })

  test('a body may hold every file that it likes: as long as its own frame is damaged, none of its frames counts', () => {
    const hidden = fc.array(lookingLikeFrames(), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(hidden, fc.nat(), fc.integer({ min: 1, max: 255 }), (body, at, mask) => {
        const [first, second, third] = [[], body, []].map((pieces, number) =>
          encode({ kind: 'submission', path: `/${number}`, attributes: {}, body: pieces }, number),
        ) as [Buffer, Buffer, Buffer]
        const hit = at % second.length
        second.writeUInt8(second.readUInt8(hit) ^ mask, hit)
        const { frames } = decodeSegment(NAME, Buffer.concat([HEADER, first, second, third]))
        expect(frames.map(({ number }) => number)).toEqual([0, 2])
      }),
      { numRuns: 500 },
    )
  })

  test('damage in the middle is never taken for an end that was not finished', () => {
    fc.assert(
      fc.property(
        fc.array(anyEntry, { minLength: 2, maxLength: 6 }),
        fc.nat(),
        fc.array(anyDamage, { minLength: 1, maxLength: 3 }),
        (entries, choice, damages) => {
          const encoded = entries.map(encode)
          const last = encoded.length - 1
          const victim = choice % last
          const before = Buffer.concat([HEADER, ...encoded.slice(0, victim)])
          const harmed = damages.reduce(damaged, encoded[victim] ?? Buffer.alloc(0))
          const read = decodeSegment(NAME, Buffer.concat([before, harmed, ...encoded.slice(victim + 1)]))
          expect(read.tornBytes).toBe(0)
          expect(read.frames.map(({ number }) => number)).toEqual(expect.arrayContaining([last]))
        },
      ),
      { numRuns: 500 },
    )
  })
})

/** A frame as the 2013 server wrote it. */
function oldFrame(version: 1 | 2, path: string, body: Uint8Array, receivedAt: number): Buffer {
  const address = version === 2 ? '192.0.2.7' : ''
  const head = Buffer.alloc(14 + version)
  head.writeUInt8(0x1e, 0)
  if (version === 2) head.writeUInt8(address.length, 1)
  head.writeUInt16LE(path.length, version)
  head.writeUInt32LE(body.length, version + 2)
  head.writeBigUInt64LE(BigInt(receivedAt), version + 6)
  return Buffer.concat([head, Buffer.from(address + path, 'latin1'), body])
}

describe.each([1, 2] as const)('v%d, which has lengths and no checksum', (version) => {
  const name = `telemetry.log.v${version}.host.17.1389880800000.finished`
  const PATH = 'id-of-a-submission'
  const encode = (body: Uint8Array, number: number) => oldFrame(version, PATH, body, RECEIVED + number)
  const HEAD_BYTES = encode(Buffer.alloc(0), 0).length
  // The byte that begins a frame stands in no gzip'd body by intention, and in no JSON text at all.
  const plainBody = fc.uint8Array({ maxLength: 120 }).map((bytes) => bytes.map((byte) => (byte === 0x1e ? 0x20 : byte)))

  test('without damage: exactly the frames that were written, whatever their bodies look like', () => {
    fc.assert(
      fc.property(fc.array(lookingLikeFrames(), { minLength: 1, maxLength: 8 }), (bodies) => {
        const { frames, damaged: stretches } = decodeSegment(name, Buffer.concat(bodies.map(encode)))
        expect(frames.map(bodyOf)).toEqual(bodies.map(text))
        expect(stretches).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('damage within one body changes that body, and costs no frame', () => {
    fc.assert(
      fc.property(fc.array(plainBody, { minLength: 1, maxLength: 6 }), fc.nat(), plainBody, (bodies, choice, noise) => {
        const victim = choice % bodies.length
        const now = bodies.map((body, index) => (index === victim ? body.map((byte, i) => noise[i] ?? byte) : body))
        expect(decodeSegment(name, Buffer.concat(now.map(encode))).frames.map(bodyOf)).toEqual(now.map(text))
      }),
    )
  })

  test('damage within one head costs that frame, and those over which its wrong lengths reach and fit', () => {
    const mask = fc.integer({ min: 1, max: 255 })
    fc.assert(
      fc.property(
        fc.array(plainBody, { minLength: 3, maxLength: 6 }),
        fc.nat(),
        fc.nat(),
        mask,
        (bodies, choice, at, bits) => {
          const encoded = bodies.map(encode)
          const offsets = encoded.map((_, index) => Buffer.concat(encoded.slice(0, index)).length)
          const victim = choice % bodies.length
          const from = offsets[victim] ?? 0
          const hit = from + (at % (HEAD_BYTES - PATH.length))
          const broken = Buffer.concat(encoded)
          broken.writeUInt8(broken.readUInt8(hit) ^ bits, hit)

          const read = decodeSegment(name, broken)
          const misread = read.frames.find(({ offset }) => offset === from)
          const misreadTo = from + (misread?.frameBytes ?? 0)
          // Wrong lengths that end where another frame begins can't be told from right ones.
          const covers = misreadTo === broken.length || offsets.includes(misreadTo)
          const expected = offsets.filter(
            (offset, index) => index !== victim && !(covers && offset > from && offset < misreadTo),
          )
          expect(read.frames.map(({ offset }) => offset).filter((offset) => offset !== from)).toEqual(expected)
          expectNoOverlap(read, broken.length)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('a frame hidden in a body is not found by damage elsewhere', () => {
    const noise = fc.uint8Array({ max: 0x1d, minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(plainBody, noise, fc.integer({ min: 0, max: 3 }), (inner, garbage, where) => {
        const hidden = Buffer.concat([
          Buffer.from('{"a":"'),
          oldFrame(version, 'forged', inner, RECEIVED),
          Buffer.from('"}'),
        ])
        const pieces: Uint8Array[] = [
          encode(Buffer.from('first'), 0),
          encode(hidden, 1),
          encode(Buffer.from('third'), 2),
        ]
        pieces.splice(where, 0, garbage)
        const { frames } = decodeSegment(name, Buffer.concat(pieces))
        expect(frames.map(bodyOf)).toEqual(['first', text(hidden), 'third'])
      }),
    )
  })
})

/** Kind and content: what must come back of an entry. */
function said(frame: Frame | SpoolEntry): unknown {
  switch (frame.kind) {
    case 'submission': {
      const body = frame.body instanceof Uint8Array ? frame.body : Buffer.concat(frame.body)
      return [frame.path, { ...frame.attributes }, text(body)]
    }
    case 'heartbeat':
      return frame.kind
    case 'discarded':
      return [frame.channel, frame.cause, frame.bytes]
  }
}

function bodyOf(frame: Frame): string {
  return frame.kind === 'submission' ? text(frame.body) : frame.kind
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

/** Frames and damaged stretches lie side by side within the file, none in another. */
function expectNoOverlap(read: ReturnType<typeof decodeSegment>, length: number): void {
  const frames = read.frames.map(({ offset, frameBytes }) => ({ offset, bytes: frameBytes }))
  let end = 0
  for (const { offset, bytes } of [...frames, ...read.damaged].sort((a, b) => a.offset - b.offset)) {
    expect(offset).toBeGreaterThanOrEqual(end)
    end = offset + bytes
  }
  expect(end + read.tornBytes).toBeLessThanOrEqual(length)
}

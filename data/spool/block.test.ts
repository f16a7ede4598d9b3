import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BLOCK_BYTES, MOST_PADDING_BYTES, paddedLength } from './block.ts'
import { encodeFrame, LEAST_PADDING_BYTES, padFrame } from './frame.ts'
import { decodeSegment } from './read-segment.ts'
import { encodeSegmentHeader } from './segment-header.ts'
import { segmentName } from './segment-name.ts'

const RECEIVED = Date.UTC(2014, 0, 16, 14)
const IDENTITY = { receiver: 'local', createdAt: RECEIVED, writer: '12.345', id: '0011223344556677' }
const ID = Buffer.from(IDENTITY.id, 'hex')
const HEADER = encodeSegmentHeader(IDENTITY)
const NAME = segmentName(IDENTITY)

test.each([
  { claim: 'nothing needs no padding', bytes: 0, padded: 0 },
  { claim: 'a full block needs none', bytes: BLOCK_BYTES, padded: BLOCK_BYTES },
  { claim: 'one that is begun is filled up', bytes: 1, padded: BLOCK_BYTES },
  { claim: 'so much room is just enough', bytes: BLOCK_BYTES - LEAST_PADDING_BYTES, padded: BLOCK_BYTES },
  { claim: 'where there is less, it goes on', bytes: BLOCK_BYTES - LEAST_PADDING_BYTES + 1, padded: 2 * BLOCK_BYTES },
])('$claim', ({ bytes, padded }) => {
  expect(paddedLength(bytes)).toBe(padded)
  expect(padded - bytes).toBeLessThan(MOST_PADDING_BYTES)
})

describe('a segment in which commits are filled up to blocks', () => {
  const encode = (body: Uint8Array, number: number) =>
    encodeFrame(ID, number, RECEIVED + number, { kind: 'submission', path: '/a', attributes: {}, body: [body] })

  /** The header, each commit's frames, and what fills each of them up; where each of these pieces begins. */
  function segmentOf(commits: readonly (readonly Uint8Array[])[]) {
    let number = 0
    const pieces = [
      { kind: 'header', bytes: HEADER },
      { kind: 'padding', bytes: padding(HEADER.length) },
    ]
    for (const bodies of commits) {
      const frames = bodies.map((body) => encode(body, number++))
      for (const bytes of frames) pieces.push({ kind: 'frame', bytes })
      pieces.push({ kind: 'padding', bytes: padding(Buffer.concat(frames).length) })
    }
    return { pieces, bytes: Buffer.concat(pieces.map(({ bytes }) => bytes)), frames: number }
  }

  function padding(behind: number): Buffer {
    const bytes = Buffer.alloc(paddedLength(behind) - behind)
    if (bytes.length > 0) padFrame(bytes, 0, bytes.length, ID, RECEIVED)
    return bytes
  }

  const anyCommits = fc.array(
    fc.array(fc.uint8Array({ maxLength: 2 * BLOCK_BYTES, max: 254 }), { minLength: 1, maxLength: 4 }),
    { maxLength: 4 },
  )
  const numbers = (bytes: Buffer) => decodeSegment(NAME, bytes).frames.map(({ number }) => number)

  test('is read as if nothing filled them up', () => {
    fc.assert(
      fc.property(anyCommits, (commits) => {
        const { bytes, frames } = segmentOf(commits)
        expect(bytes.length % BLOCK_BYTES).toBe(0)
        const read = decodeSegment(NAME, bytes)
        expect(read.frames.map(({ number }) => number)).toEqual(Array.from({ length: frames }, (_, number) => number))
        expect([read.damaged, read.tornBytes]).toEqual([[], 0])
      }),
    )
  })

  test('cut off anywhere: the frames before that are there, and nothing counts as damage', () => {
    fc.assert(
      fc.property(anyCommits, fc.nat(), (commits, place) => {
        const { pieces, bytes } = segmentOf(commits)
        const end = place % (bytes.length + 1)
        let at = 0
        let whole = 0
        for (const { kind, bytes: piece } of pieces) {
          at += piece.length
          if (kind === 'frame' && at <= end) whole++
        }
        const read = decodeSegment(NAME, bytes.subarray(0, end))
        expect(read.frames).toHaveLength(whole)
        expect(read.damaged).toEqual([])
      }),
    )
  })

  test('damage to what fills them up costs no frame, and is told', () => {
    fc.assert(
      fc.property(anyCommits, fc.nat(), fc.nat(), (commits, which, where) => {
        // Damage to the last one is told from a write that wasn't finished by the frame behind it.
        const { pieces, frames } = segmentOf([...commits, [Buffer.from('last')]])
        const paddings = pieces.slice(0, -1).filter(({ kind, bytes }) => kind === 'padding' && bytes.length > 0)
        const hit = paddings[which % paddings.length]?.bytes ?? Buffer.alloc(1)
        const at = where % hit.length
        hit[at] = (hit[at] ?? 0) ^ 0x10
        const bytes = Buffer.concat(pieces.map((piece) => piece.bytes))
        expect(numbers(bytes)).toEqual(Array.from({ length: frames }, (_, number) => number))
        expect(decodeSegment(NAME, bytes).damaged.map((stretch) => stretch.bytes)).toEqual([hit.length])
      }),
    )
  })
})

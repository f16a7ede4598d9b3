import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { DamagedStretch } from '../converted/converted-record.ts'
import type { EpochMs } from '../domain/time.ts'
import { segmentOfClaim } from './claims.ts'
import type { Frame, FrameAt } from './frame.ts'
import { decodeFrame, decodeOldFrame, RECORD_SEPARATOR } from './frame.ts'
import { decodeSegmentHeader, encodeSegmentHeader, looksLikeSegment } from './segment-header.ts'
import type { SegmentIdentity } from './segment-name.ts'
import { oldVersionOf, parseSegmentName } from './segment-name.ts'

/** All that a segment's file holds. Frames and damaged stretches are in the file's order and never overlap. */
export interface Segment {
  readonly header: SegmentHeader
  /** No number twice. In `v3`, where each frame knows its own, those of damaged frames are missing. */
  readonly frames: readonly Frame[]
  /** Stretches without a frame that verifies. */
  readonly damaged: readonly DamagedStretch[]
  /**
   * Bytes at the end that the writer didn't live to finish. They were never acknowledged, so they aren't damage.
   * Always 0 in `v1` and `v2`, whose writers answered before anything was on disk.
   */
  readonly tornBytes: number
}

export interface SegmentHeader {
  /** `unknown`: neither the file nor its name tells; all of it is damaged. */
  readonly version: 'v1' | 'v2' | 'v3' | 'unknown'
  /** The segment's name: its file's, without the owner of the claim. */
  readonly segment: string
  /** Empty where nothing tells, as in `v1` and `v2`. */
  readonly receiver: string
  /** In `v1` and `v2` the receipt time of the first frame, 0 without one. */
  readonly createdAt: EpochMs
}

/** Reads the segment at `path`, claimed or not. Only reading the file can fail, whatever it holds. */
export async function readSegment(path: string): Promise<Segment> {
  return decodeSegment(segmentOfClaim(basename(path)), await readFile(path))
}

/** What the file of the segment called `name` holds, given its `bytes`; frames are views into them. Never throws. */
export function decodeSegment(name: string, bytes: Buffer): Segment {
  const header = decodeSegmentHeader(bytes)
  // The name says the same as the header, so that a damaged header costs nothing.
  const identity = header?.identity ?? parseSegmentName(name)
  if (identity !== null) return decodeCurrent(name, bytes, identity, header?.length ?? 0)
  const version = oldVersionOf(name)
  if (version !== null) return decodeOld(name, bytes, version)
  const guess = looksLikeSegment(bytes)
    ? undefined
    : OLD_VERSIONS.map((old) => decodeOld(name, bytes, old)).find(hasFrames)
  return guess ?? unknownSegment(name, bytes)
}

const OLD_VERSIONS = [1, 2] as const

function hasFrames(segment: Segment): boolean {
  return segment.frames.length > 0
}

function unknownSegment(segment: string, bytes: Buffer): Segment {
  const damaged = bytes.length === 0 ? [] : [{ offset: 0, bytes: bytes.length, near: 0 }]
  return { header: { version: 'unknown', segment, receiver: '', createdAt: 0 }, frames: [], damaged, tornBytes: 0 }
}

function decodeCurrent(segment: string, bytes: Buffer, identity: SegmentIdentity, firstFrameAt: number): Segment {
  const { receiver, createdAt } = identity
  const header = { version: 'v3', segment, receiver, createdAt } as const
  if (encodeSegmentHeader(identity).subarray(0, bytes.length).equals(bytes)) {
    return { header, frames: [], damaged: [], tornBytes: firstFrameAt === 0 ? bytes.length : 0 }
  }

  const id = Buffer.from(identity.id, 'hex')
  const { frames, stretches, tornFrom } = walk(bytes, firstFrameAt, {
    frameAt: (offset) => decodeFrame(bytes, offset, id),
    nextCandidate: (from) => bytes.indexOf(id, from),
  })
  const end = tornFrom ?? bytes.length
  const damaged = stretches
    .filter(({ from }) => from < end)
    .map(({ from, to, after }) => damagedStretch(from, Math.min(to, end), after?.receivedAt ?? createdAt))
  return { header, frames, damaged, tornBytes: bytes.length - end }
}

function decodeOld(segment: string, bytes: Buffer, version: 1 | 2): Segment {
  let number = 0
  const { frames, stretches } = walk(bytes, 0, {
    frameAt: (offset) => {
      const here = believableOldFrame(bytes, offset, version, number)
      if (here.kind === 'frame') number++
      return here
    },
    nextCandidate: (from) => bytes.indexOf(RECORD_SEPARATOR, from),
  })
  const createdAt = frames[0]?.receivedAt ?? 0
  const damaged = stretches
    .filter(({ from }) => !isLineEnd(bytes.subarray(from)))
    .map(({ from, to, after }) => damagedStretch(from, to, after?.receivedAt ?? createdAt))
  return { header: { version: `v${version}`, segment, receiver: '', createdAt }, frames, damaged, tornBytes: 0 }
}

/** What editors and copying people leave at the end of a file. */
function isLineEnd(rest: Buffer): boolean {
  return rest.equals(Buffer.from('\n')) || rest.equals(Buffer.from('\r\n'))
}

function damagedStretch(from: number, to: number, near: EpochMs): DamagedStretch {
  return { offset: from, bytes: to - from, near }
}

/**
 * Old frames have no checksum: a damaged length shows only by what follows. Where the next frame begins right behind
 * this one, or the file ends there, the lengths are right. Else the next frame that is right by this measure decides:
 * if it begins within this one, the lengths here are damaged, and believing them would swallow it.
 */
function believableOldFrame(bytes: Buffer, offset: number, version: 1 | 2, number: number): FrameAt {
  const here = decodeOldFrame(bytes, offset, version, number)
  if (here.kind !== 'frame' || endsWhereAnotherBegins(here.frame)) return here
  const end = offset + here.frame.frameBytes
  for (let at = bytes.indexOf(RECORD_SEPARATOR, offset + 1); at !== -1 && at < end; ) {
    const inside = decodeOldFrame(bytes, at, version, number)
    if (inside.kind === 'frame' && endsWhereAnotherBegins(inside.frame)) return { kind: 'none' }
    at = bytes.indexOf(RECORD_SEPARATOR, at + 1)
  }
  return here

  function endsWhereAnotherBegins(frame: Frame): boolean {
    const next = frame.offset + frame.frameBytes
    return next === bytes.length || decodeOldFrame(bytes, next, version, number).kind !== 'none'
  }
}

interface Format {
  frameAt(offset: number): FrameAt
  /** Where a frame may begin, at or after `from`; -1: nowhere. */
  nextCandidate(from: number): number
}

/** A stretch of the file without frames, and the frame before it. */
interface Stretch {
  readonly from: number
  readonly to: number
  readonly after: Frame | undefined
}

/** `tornFrom`: where a frame begins that the end of the file cuts off, or nothing but zeros; null: nowhere. */
function walk(bytes: Buffer, start: number, { frameAt, nextCandidate }: Format) {
  const frames: Frame[] = []
  const numbers = new Set<number>()
  const stretches: Stretch[] = []
  let stretchFrom = start
  let tornFrom: number | null = null
  for (let at = start; at !== -1 && at < bytes.length; ) {
    const here = frameAt(at)
    const last = frames.at(-1)
    // A number that was read already is a copy in the wrong place: a frame names one submission.
    if (here.kind !== 'frame' || numbers.has(here.frame.number)) {
      if (here.kind === 'torn') tornFrom = at
      at = nextCandidate(at + 1)
      continue
    }
    if (at > stretchFrom) stretches.push({ from: stretchFrom, to: at, after: last })
    frames.push(here.frame)
    numbers.add(here.frame.number)
    at += here.frame.frameBytes
    stretchFrom = at
    tornFrom = null
  }
  if (stretchFrom < bytes.length) {
    stretches.push({ from: stretchFrom, to: bytes.length, after: frames.at(-1) })
    // A file can be made longer before its bytes are there; a power cut then leaves zeros.
    if (bytes.subarray(stretchFrom).every((byte) => byte === 0)) tornFrom = stretchFrom
  }
  return { frames, stretches, tornFrom }
}

import type { EpochMs } from '../domain/time.ts'
import { DamageTrack } from './damage-track.ts'
import { decodeFrame, type Frame, type FrameAt, RECORD_SEPARATOR } from './frame.ts'
import { identityOfImport } from './import-name.ts'
import { OldFrames } from './old-frames.ts'
import { SeenNumbers } from './seen-numbers.ts'
import { decodeSegmentHeader, encodeSegmentHeader, looksLikeSegment, MOST_HEADER_BYTES } from './segment-header.ts'
import { oldVersionOf, parseSegmentName, type SegmentIdentity } from './segment-name.ts'
import type { SegmentEnd, SegmentPiece } from './segment-piece.ts'
import type { SegmentWindow } from './segment-window.ts'

/** A piece, or the wish for more of the file than the window holds. */
export type Step = SegmentPiece | 'more'

/**
 * Reads the file of the segment called `name` through `window`, whatever it holds. After each `more` the window has grown, or
 * is at the end. Never throws. What isn't needed any more is let go, so memory holds some frames, never a file.
 */
export function* decodeSteps(name: string, window: SegmentWindow): Generator<Step, SegmentEnd> {
  while (!window.isAtEnd && window.to < MOST_HEADER_BYTES) yield 'more'
  const header = decodeSegmentHeader(window.bytes)
  // The name says the same as the header, so that a damaged header costs nothing.
  const identity = header?.identity ?? parseSegmentName(name) ?? identityOfImport(name)
  if (identity !== null) return yield* decodeCurrent(name, window, identity, header?.length ?? 0)
  return yield* decodeOld(name, window)
}

function* decodeCurrent(
  segment: string,
  window: SegmentWindow,
  identity: SegmentIdentity,
  firstFrameAt: number,
): Generator<Step, SegmentEnd> {
  const { receiver, createdAt } = identity
  const header = { version: 'v3', segment, receiver, createdAt } as const
  if (window.isAtEnd && encodeSegmentHeader(identity).subarray(0, window.to).equals(window.bytes)) {
    return { header, tornBytes: firstFrameAt === 0 ? window.to : 0 }
  }
  const id = Buffer.from(identity.id, 'hex')
  const seen = new SeenNumbers()
  const track = new DamageTrack(window, firstFrameAt)
  const format: Format = {
    marker: id,
    *frameAt(place) {
      for (;;) {
        const here = decodeFrame(window.bytes, place - window.from, id)
        if (here.kind !== 'torn' || window.isAtEnd) return here
        yield* grow(window, track, place)
      }
    },
    // A number that was read already is a copy in the wrong place: a frame names one submission.
    isNew: (frame) => seen.add(frame.number),
  }
  const { last, tornFrom } = yield* walk(window, track, format)
  const end = track.isZerosToEnd() ? track.from : (tornFrom ?? window.to)
  yield* track.close(end, last?.receivedAt ?? createdAt)
  return { header, tornBytes: window.to - end }
}

function* decodeOld(segment: string, window: SegmentWindow): Generator<Step, SegmentEnd> {
  const named = oldVersionOf(segment)
  const track = new DamageTrack(window, 0)
  // The beginning of a segment whose name and header are both lost: frames of 2013 in it are somebody's body.
  const isLost = named === null && looksLikeSegment(window.bytes)
  const frames = new OldFrames(window, isLost ? [] : named === null ? [1, 2] : [named])
  const format: Format = {
    marker: RECORD_SEPARATOR,
    *frameAt(place) {
      for (;;) {
        const here = frames.at(place)
        if (here !== null) return here
        yield* grow(window, track, place)
      }
    },
    isNew: () => true,
  }
  const { last } = yield* walk(window, track, format)
  const end = isLineEnd(track.bytesToEnd()) ? track.from : window.to
  yield* track.close(end, last?.receivedAt ?? 0)
  const { version, firstReceivedAt: createdAt } = frames
  const known = version ?? named
  return {
    header: { version: known === null ? 'unknown' : `v${known}`, segment, receiver: '', createdAt },
    tornBytes: 0,
  }
}

/** What editors and copying people leave at the end of a file. */
function isLineEnd(bytes: Buffer | null): boolean {
  return bytes !== null && bytes.length <= 2 && ['\n', '\r\n'].includes(bytes.toString('latin1'))
}

interface Format {
  /** What every frame begins with. */
  readonly marker: Buffer | number
  frameAt(place: number): Generator<Step, FrameAt>
  isNew(frame: Frame): boolean
}

/** `tornFrom`: where a frame begins that the end of the file cuts off; null: nowhere. */
function* walk(
  window: SegmentWindow,
  track: DamageTrack,
  format: Format,
): Generator<Step, { readonly last: Frame | null; readonly tornFrom: number | null }> {
  let last: Frame | null = null
  let tornFrom: number | null = null
  for (let at = track.from; at !== -1; ) {
    while (at >= window.to && !window.isAtEnd) yield* grow(window, track, at)
    if (at >= window.to) break
    const here: FrameAt = yield* format.frameAt(at)
    if (here.kind === 'padding') {
      yield* track.close(at, last?.receivedAt ?? here.receivedAt)
      at += here.frameBytes
      track.restartAt(at)
      tornFrom = null
      continue
    }
    if (here.kind !== 'frame' || !format.isNew(here.frame)) {
      if (here.kind === 'torn') tornFrom = at
      at = yield* nextMarker(window, track, format.marker, at + 1)
      continue
    }
    const frame: Frame = { ...here.frame, offset: at }
    yield* track.close(at, nearOf(last, frame))
    yield { kind: 'frame', frame }
    last = frame
    at += frame.frameBytes
    track.restartAt(at)
    tornFrom = null
  }
  return { last, tornFrom }
}

/** Damage is counted about when the last good frame before it came; before the first, when that came. */
function nearOf(last: Frame | null, next: Frame): EpochMs {
  return (last ?? next).receivedAt
}

/** Where the next frame may begin, at or after `from`; -1: nowhere. */
function* nextMarker(
  window: SegmentWindow,
  track: DamageTrack,
  marker: Buffer | number,
  from: number,
): Generator<Step, number> {
  const markerBytes = typeof marker === 'number' ? 1 : marker.length
  for (let at = from; ; ) {
    const found = at >= window.to ? -1 : window.bytes.indexOf(marker, at - window.from)
    if (found !== -1) return window.from + found
    if (window.isAtEnd) return -1
    // The next one may stand half in the window.
    at = Math.max(at, window.to - markerBytes + 1)
    yield* grow(window, track, at)
  }
}

/** Asks for more; what lies before `place` isn't part of a frame. */
function* grow(window: SegmentWindow, track: DamageTrack, place: number): Generator<Step, void> {
  yield* track.handOn(Math.min(place, window.to))
  yield 'more'
}

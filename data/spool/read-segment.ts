import { basename } from 'node:path'
import type { DamagedStretch } from '../converted/converted-record.ts'
import { segmentOfClaim } from './claims.ts'
import { decodeSteps } from './decode-steps.ts'
import type { Frame } from './frame.ts'
import type { SegmentEnd, SegmentHeader, SegmentPiece } from './segment-piece.ts'
import { openSegmentSource, type SegmentSource } from './segment-source.ts'
import { SegmentWindow } from './segment-window.ts'

/** A segment that is read piece by piece, once: `for await (const piece of reader) …`, then `end`, then `close`. */
export interface SegmentReader extends AsyncIterable<SegmentPiece> {
  /**
   * The same for who has no time to wait for each: the pieces that each reading of the disk brings, which are all to be gone through
   * before the next.
   */
  readings(): AsyncIterable<Iterable<SegmentPiece>>
  /** What is known once all pieces were read. Throws before. */
  readonly end: SegmentEnd
  /** Whether it is gzip that breaks off, or isn't gzip after all; what couldn't be inflated is its last damaged stretch. */
  readonly isBroken: boolean
  /** Bytes of the file itself, as it lies on the disk: those read so far, and all. */
  readonly readBytes: number
  readonly fileBytes: number
  close(): Promise<void>
}

/**
 * Opens the segment at `path`, claimed or not, of any version, gzip or not; in memory there is never more than some frames of it.
 * Only reading the disk can fail, whatever the file holds. Offsets are those of what a gzip file inflates to. `name`: the
 * segment's; what its header doesn't tell, it may.
 */
export async function openSegmentReader(path: string, name = segmentOfClaim(basename(path))): Promise<SegmentReader> {
  const source = await openSegmentSource(path)
  let end: SegmentEnd | null = null
  async function* readings() {
    end = yield* readPieces(name, source)
  }
  return {
    readings,
    async *[Symbol.asyncIterator]() {
      for await (const pieces of readings()) for (const piece of pieces) yield piece
    },
    get end() {
      if (end === null) throw new Error(`${path} isn't read to its end`)
      return end
    },
    get isBroken() {
      return source.isBroken
    },
    get readBytes() {
      return source.readBytes
    },
    fileBytes: source.fileBytes,
    close: () => source.close(),
  }
}

async function* readPieces(name: string, source: SegmentSource): AsyncGenerator<Iterable<SegmentPiece>, SegmentEnd> {
  const window = new SegmentWindow()
  const pieces = new PiecesInWindow(decodeSteps(name, window))
  for (;;) {
    yield pieces
    const { end, last } = pieces
    if (end !== null) {
      const near = last?.receivedAt ?? end.header.createdAt
      for await (const piece of unreadStretch(source, { offset: window.to, near })) yield [piece]
      return end
    }
    const grown = await source.next(window.bytes)
    if (grown === null) window.end()
    else window.grow(grown)
  }
}

/** Each iteration goes on to where more of the file is needed. */
class PiecesInWindow implements Iterable<SegmentPiece> {
  readonly #steps: ReturnType<typeof decodeSteps>
  /** Once the file is at its end. */
  end: SegmentEnd | null = null
  /** The last frame so far. */
  last: Frame | null = null

  constructor(steps: ReturnType<typeof decodeSteps>) {
    this.#steps = steps
  }

  *[Symbol.iterator](): Generator<SegmentPiece> {
    for (;;) {
      const step = this.#steps.next()
      if (step.done === true) this.end = step.value
      if (step.done === true || step.value === 'more') return
      if (step.value.kind === 'frame') this.last = step.value.frame
      yield step.value
    }
  }
}

async function* unreadStretch(
  source: SegmentSource,
  { offset, near }: Omit<DamagedStretch, 'bytes'>,
): AsyncGenerator<SegmentPiece> {
  let length = 0
  for await (const bytes of source.unread()) {
    length += bytes.length
    yield { kind: 'damaged_bytes', bytes }
  }
  if (length > 0) yield { kind: 'damaged', stretch: { offset, bytes: length, near } }
}

/** All that a segment's file holds, in the file's order. */
export interface Segment extends SegmentEnd {
  readonly header: SegmentHeader
  readonly frames: readonly Frame[]
  readonly damaged: readonly DamagedStretch[]
}

/** The whole segment at once: for small ones. */
export async function readSegment(path: string): Promise<Segment> {
  const reader = await openSegmentReader(path)
  try {
    const pieces: SegmentPiece[] = []
    for await (const piece of reader) pieces.push(piece)
    return segmentOf(pieces, reader.end)
  } finally {
    await reader.close()
  }
}

/** What the file of the segment called `name` holds, given its `bytes`; frames are views into them. Never throws. */
export function decodeSegment(name: string, bytes: Buffer): Segment {
  const steps = decodeSteps(name, new SegmentWindow(bytes))
  const pieces: SegmentPiece[] = []
  for (;;) {
    const step = steps.next()
    if (step.done === true) return segmentOf(pieces, step.value)
    if (step.value !== 'more') pieces.push(step.value)
  }
}

function segmentOf(pieces: readonly SegmentPiece[], end: SegmentEnd): Segment {
  return {
    ...end,
    frames: pieces.flatMap((piece) => (piece.kind === 'frame' ? [piece.frame] : [])),
    damaged: pieces.flatMap((piece) => (piece.kind === 'damaged' ? [piece.stretch] : [])),
  }
}

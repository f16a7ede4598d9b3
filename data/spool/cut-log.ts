import { importReceiver } from '../domain/import-source.ts'
import type { EpochMs } from '../domain/time.ts'
import type { Frame } from './frame.ts'
import type { ImportOrigin } from './import-name.ts'
import { ImportSegmentFile } from './import-segment-file.ts'
import { identityOf, LogChanged, type LogFacts, readPieces } from './read-log.ts'
import type { SegmentPiece } from './segment-piece.ts'

/** Frames of a log, from one to another: places among its frames. */
export interface FrameRange {
  readonly first: number
  readonly last: number
}

export interface CutOptions {
  readonly path: string
  readonly spool: string
  readonly facts: LogFacts & { readonly origin: ImportOrigin }
  /** Under which name it is counted. */
  readonly source: string
  /** A segment is closed when it has grown to this. */
  readonly segmentMaxBytes: number
  /** What is in already, or waits: it is left out. */
  readonly known: readonly FrameRange[]
  /** Resolves when there is room for another segment; rejects to give up. */
  readonly room: () => Promise<void>
  readonly onRead: (readBytes: number, fileBytes: number) => void
}

/**
 * Cuts the log into segments of the spool's import lane, from the same frames always under the same names. Resolves to their number.
 * What is whole stays, also where this rejects: the next attempt goes on behind it.
 */
export async function cutLog(options: CutOptions): Promise<number> {
  const { path, facts, onRead } = options
  const cutter = new LogCutter(options, await identityOf(path))
  try {
    await readPieces({ path, readAs: facts.readAs, onRead }, (piece) => cutter.add(piece))
    await cutter.close()
    return cutter.segments
  } catch (error) {
    await cutter.abandon()
    throw error
  }
}

class LogCutter {
  segments = 0
  readonly #options: CutOptions
  readonly #identity: string
  readonly #isKnown: (place: number) => boolean
  #file: ImportSegmentFile | null = null
  /** Of the next frame, among the log's. */
  #place = 0

  constructor(options: CutOptions, identity: string) {
    this.#options = options
    this.#identity = identity
    this.#isKnown = rangeTest(options.known)
  }

  async add(piece: SegmentPiece): Promise<void> {
    if (piece.kind === 'frame') await this.#addFrame(piece.frame)
    if (piece.kind !== 'damaged_bytes') return
    // What is damaged belongs to the frame before it; at the beginning of the log, to the first.
    if (this.#place === 0 && !this.#isKnown(0)) this.#file ??= await this.#begin(this.#options.facts.firstReceivedAt)
    await this.#file?.addDamaged(piece.bytes)
  }

  async close(): Promise<void> {
    if (this.#file === null) return
    const { path } = this.#options
    // Under a name that says which frames it holds, nothing else may ever stand.
    if ((await identityOf(path)) !== this.#identity) throw new LogChanged(path)
    await this.#file.finish(this.#place - 1)
    this.#file = null
    this.segments++
  }

  async abandon(): Promise<void> {
    await this.#file?.abandon()
  }

  async #addFrame(frame: Frame): Promise<void> {
    const isFull = this.#file !== null && this.#place > 0 && this.#file.bytes >= this.#options.segmentMaxBytes
    const isKnown = this.#isKnown(this.#place)
    if (isFull || isKnown) await this.close()
    if (!isKnown) {
      this.#file ??= await this.#begin(frame.receivedAt)
      await this.#file.addFrame(frame, this.#place)
    }
    this.#place++
  }

  async #begin(createdAt: EpochMs): Promise<ImportSegmentFile> {
    const { spool, source, facts, room } = this.#options
    await room()
    const { digest, origin } = facts
    return ImportSegmentFile.open({
      spool,
      digest,
      origin,
      receiver: importReceiver(source),
      first: this.#place,
      createdAt,
    })
  }
}

/** Asked in ascending order of places. */
function rangeTest(ranges: readonly FrameRange[]): (place: number) => boolean {
  const ascending = [...ranges].sort((a, b) => a.first - b.first)
  let at = 0
  return (place) => {
    let range = ascending[at]
    while (range !== undefined && range.last < place) range = ascending[++at]
    return range !== undefined && range.first <= place
  }
}

/** How many of a log's `frames` none of `ranges` holds. */
export function missingFrames(ranges: readonly FrameRange[], frames: number): number {
  let missing = 0
  let reached = 0
  for (const { first, last } of [...ranges].sort((a, b) => a.first - b.first)) {
    missing += Math.max(0, first - reached)
    reached = Math.max(reached, last + 1)
  }
  return missing + Math.max(0, frames - reached)
}

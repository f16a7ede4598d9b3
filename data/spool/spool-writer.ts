import { randomBytes } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { EpochMs } from '../domain/time.ts'
import { SECOND_MS } from '../domain/time.ts'
import { renameDurably } from '../files/durable.ts'
import { isNotFound } from '../files/is-not-found.ts'
import type { SpoolEntry } from './frame.ts'
import { encodeFrame, SEGMENT_ID_BYTES } from './frame.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { ownIdentity } from './process-identity.ts'
import type { CreateSegmentFile, SegmentFile } from './segment-file.ts'
import { createSegmentFile } from './segment-file.ts'
import { encodeSegmentHeader } from './segment-header.ts'
import { segmentName } from './segment-name.ts'

export interface SpoolWriterOptions {
  /** The spool; its folders exist. */
  readonly spool: string
  /** See `RECEIVER_NAME`. */
  readonly receiver: string
  /** A segment is closed once it is this old or long. It never holds up a write: a long one may be some longer. */
  readonly segmentMaxAgeMs: number
  readonly segmentMaxBytes: number
  readonly now?: () => EpochMs
  readonly createFile?: CreateSegmentFile
  readonly identity?: ProcessIdentity
  /** Told of what goes wrong apart from an append, which is answered itself. */
  readonly onTrouble?: (doing: string, error: unknown) => void
  /** Told of each commit that succeeded, whatever was in it. */
  readonly onCommit?: (commit: Commit) => void
}

/** What one write and one sync made durable. */
export interface Commit {
  /** Of the entries those that are submissions: heartbeats and notes of discarded ones don't count. */
  readonly submissions: number
  readonly bytes: number
  /** Of write and sync together. */
  readonly seconds: number
}

/**
 * What became of an entry. `synced`: it survives a power cut, as this frame. `failed`: nothing is promised of it; it may
 * be there or not. `no_space`: the disk (or the quota) is full.
 */
export type AppendResult =
  | { readonly kind: 'synced'; readonly segment: string; readonly frame: number; readonly receivedAt: EpochMs }
  | { readonly kind: 'failed'; readonly cause: 'no_space' | 'other'; readonly error: unknown }

/**
 * Writes segments, one after the other; the only writer of its files. What waits when a write begins is written and
 * synced together (group commit), and gets one receipt time.
 *
 * - The first segment is made by the first append; from then to `stop` there is always an open one, unless the disk
 *   refuses: the watermark stands on it. So the next one is made before the last one moves to `closed/`.
 * - Receipt times never decrease within a segment, and none lies before its segment's creation. A clock that is set back a
 *   little is waited out, from segment to segment too; one that is set back by more was wrong before: a new segment begins
 *   with the true time.
 * - After a failed write or sync nothing more goes into that segment: what the kernel then has of it on disk is anybody's
 *   guess, and a second sync may answer "done" for what was lost. The next append begins a new one.
 */
export class SpoolWriter {
  readonly #options: Required<SpoolWriterOptions>
  readonly #waiting: Waiting[] = []
  #segment: OpenSegment | null = null
  #lastTime: EpochMs = 0
  #working: Promise<void> | null = null
  #closing: Promise<void> = Promise.resolve()
  /** Segments that couldn't be closed yet. */
  #unclosed: OpenSegment[] = []
  #ageTimer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: SpoolWriterOptions) {
    this.#options = {
      now: Date.now,
      createFile: createSegmentFile,
      identity: ownIdentity(),
      onTrouble: () => {},
      onCommit: () => {},
      ...options,
    }
  }

  /** Resolves when it is decided; never rejects. Entries keep the order of the calls. */
  append(entry: SpoolEntry): Promise<AppendResult> {
    if (this.#stopped) return Promise.resolve(failed(new Error('The spool writer is stopped.')))
    return new Promise((resolve) => {
      this.#waiting.push({ entry, resolve })
      this.#work()
    })
  }

  /** Writes what waits, closes the last segment and resolves. Appends that come later fail. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#ageTimer)
    while (this.#working !== null) await this.#working
    if (this.#segment !== null) this.#retire(this.#segment)
    this.#segment = null
    await this.#closing
  }

  #work(): void {
    this.#working ??= this.#commitAll()
  }

  async #commitAll(): Promise<void> {
    do {
      // A turn of the event loop first, so that what arrived together is written together.
      await new Promise(setImmediate)
      await this.#commit()
    } while (this.#waiting.length > 0)
    // In the same turn as the look at what waits: an append in between would find nobody at work and nobody coming.
    this.#working = null
  }

  async #commit(): Promise<void> {
    let segment: OpenSegment
    try {
      segment = await this.#writableSegment()
    } catch (error) {
      for (const { resolve } of this.#waiting.splice(0)) resolve(failed(error))
      return
    }
    if (this.#waiting.length === 0) return
    const receivedAt = this.#time()
    const { batch, pieces, submissions, bytes } = this.#encodeWaiting(segment, receivedAt)
    const started = performance.now()
    try {
      await segment.file.append(pieces)
      await segment.file.sync()
      segment.holdsSynced = true
      this.#options.onCommit({ submissions, bytes, seconds: (performance.now() - started) / SECOND_MS })
      for (const { resolve, frame } of batch) resolve({ kind: 'synced', segment: segment.name, frame, receivedAt })
    } catch (error) {
      this.#segment = null
      this.#retire(segment)
      for (const { resolve } of batch) resolve(failed(error))
    }
  }

  /** Takes from what waits, in order, at least one and until the segment is full. */
  #encodeWaiting(segment: OpenSegment, receivedAt: EpochMs) {
    const batch: { resolve: Waiting['resolve']; frame: number }[] = []
    const pieces: Uint8Array[] = []
    const bytesBefore = segment.bytes
    let submissions = 0
    do {
      const next = this.#waiting.shift()
      if (next === undefined) break
      try {
        const encoded = encodeFrame(segment.id, segment.frames, receivedAt, next.entry)
        for (const piece of encoded) segment.bytes += piece.length
        pieces.push(...encoded)
        batch.push({ resolve: next.resolve, frame: segment.frames++ })
        if (next.entry.kind === 'submission') submissions++
      } catch (error) {
        next.resolve(failed(error))
      }
    } while (segment.bytes < this.#options.segmentMaxBytes)
    return { batch, pieces, submissions, bytes: segment.bytes - bytesBefore }
  }

  /** The open segment, or a new one in its place once it is due. Rejects where there is none and none can be made. */
  async #writableSegment(): Promise<OpenSegment> {
    const last = this.#segment
    const isClockBack = this.#options.now() < this.#lastTime - CLOCK_STEP_MS
    if (last !== null && !this.#isDue(last) && !isClockBack) return last
    const lastTime = this.#lastTime
    // The clock was wrong, and is right now: a new segment may begin with the true time.
    if (isClockBack) this.#lastTime = this.#options.now()
    try {
      this.#segment = await this.#createSegment()
    } catch (error) {
      this.#lastTime = lastTime
      if (last === null) throw error
      if (isFolderGone(error)) {
        // What is written to the old one now could never be read: its name is gone as well.
        this.#segment = null
        this.#retire(last)
        throw error
      }
      // The old one is sound: it goes on, and a while later a new one is tried for again.
      this.#options.onTrouble('making a new segment', error)
      last.keepUntil = performance.now() + RETRY_MS
      this.#wakeAt(last.keepUntil)
      return last
    }
    this.#wakeAt(this.#segment.dueAt)
    if (last !== null) this.#retire(last)
    return this.#segment
  }

  async #createSegment(): Promise<OpenSegment> {
    const { spool, receiver, identity: writer, createFile, segmentMaxAgeMs } = this.#options
    const id = randomBytes(SEGMENT_ID_BYTES)
    const description = { receiver, createdAt: this.#time(), writer, id: id.toString('hex') }
    const name = segmentName(description)
    const path = join(spool, 'open', name)
    const file = await createFile(path)
    const header = encodeSegmentHeader(description)
    const dueAt = performance.now() + segmentMaxAgeMs
    const segment = { name, path, id, file, dueAt, bytes: header.length, keepUntil: 0, frames: 0, holdsSynced: false }
    try {
      await file.append([header])
    } catch (error) {
      this.#retire(segment)
      throw error
    }
    return segment
  }

  #isDue({ dueAt, keepUntil, bytes }: OpenSegment): boolean {
    const now = performance.now()
    return now >= keepUntil && (now >= dueAt || bytes >= this.#options.segmentMaxBytes)
  }

  /** Segments are closed in time also when nothing comes. */
  #wakeAt(time: number): void {
    clearTimeout(this.#ageTimer)
    if (this.#stopped) return
    this.#ageTimer = setTimeout(() => this.#work(), Math.max(0, Math.ceil(time - performance.now())))
    this.#ageTimer.unref()
  }

  /** Closes the segment, behind the back of those who wait. Whoever can't be closed is tried again with the next one. */
  #retire(segment: OpenSegment): void {
    this.#closing = this.#closing.then(async () => {
      await segment.file.close().catch((error: unknown) => this.#options.onTrouble(`closing ${segment.path}`, error))
      for (const due of [...this.#unclosed.splice(0), segment]) await this.#moveToClosed(due)
    })
  }

  async #moveToClosed(segment: OpenSegment): Promise<void> {
    try {
      // Where nothing was ever acknowledged, there is nothing to convert: so it is when a full disk takes not even a frame.
      if (segment.holdsSynced) await renameDurably(segment.path, join(this.#options.spool, 'closed', segment.name))
      else await unlink(segment.path)
    } catch (error) {
      this.#options.onTrouble(`closing ${segment.path}`, error)
      if (!isNotFound(error)) this.#unclosed.push(segment)
    }
  }

  #time(): EpochMs {
    this.#lastTime = Math.max(this.#lastTime, this.#options.now())
    return this.#lastTime
  }
}

/** The clock put back by more is believed; by less (as clocks are kept in step) it is waited out. */
const CLOCK_STEP_MS = 5000

function isFolderGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

interface Waiting {
  readonly entry: SpoolEntry
  readonly resolve: (result: AppendResult) => void
}

interface OpenSegment {
  readonly name: string
  readonly path: string
  readonly id: Uint8Array
  readonly file: SegmentFile
  /** Both on the monotonic clock: a clock that is set back must not keep a segment open. */
  readonly dueAt: number
  keepUntil: number
  frames: number
  bytes: number
  holdsSynced: boolean
}

const RETRY_MS = SECOND_MS

function failed(error: unknown): AppendResult {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return { kind: 'failed', cause: code === 'ENOSPC' || code === 'EDQUOT' ? 'no_space' : 'other', error }
}

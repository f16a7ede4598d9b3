import type { EpochMs } from '../domain/time.ts'
import { SECOND_MS } from '../domain/time.ts'
import type { AppendResult } from './append-result.ts'
import { failed } from './append-result.ts'
import type { FrameBatch } from './frame-batch.ts'
import type { OpenSegment, SegmentCloser, SegmentMaking } from './open-segment.ts'
import { openSegment } from './open-segment.ts'
import type { ReceiptClock } from './receipt-clock.ts'

/** What one write and one sync made durable. */
export interface Commit {
  /** Of the entries those that are submissions: heartbeats and notes of discarded ones don't count. */
  readonly submissions: number
  readonly bytes: number
  /** Of write and sync together. */
  readonly seconds: number
}

export interface LaneOptions extends SegmentMaking {
  readonly segmentMaxBytes: number
  readonly clock: ReceiptClock
  readonly closer: SegmentCloser
  readonly onTrouble: (doing: string, error: unknown) => void
  readonly onCommit: (commit: Commit) => void
}

/** One spool file at a time, and one commit at a time into it. Whoever uses it asks `isBusy` first. */
export class CommitLane {
  readonly #options: LaneOptions
  #segment: OpenSegment | null = null
  #work: 'none' | 'commit' | 'renew' = 'none'
  /** Not before (on the monotonic clock) is a new segment tried for again. */
  #retryAt = 0

  constructor(options: LaneOptions) {
    this.#options = options
  }

  /** Whether it commits, or makes a segment. */
  get isBusy(): boolean {
    return this.#work !== 'none'
  }

  get isRenewing(): boolean {
    return this.#work === 'renew'
  }

  get isOpen(): boolean {
    return this.#segment !== null
  }

  /** When (on the monotonic clock) its segment has its age; Infinity where it has none. */
  get dueAt(): number {
    return this.#segment === null ? Number.POSITIVE_INFINITY : Math.max(this.#segment.dueAt, this.#retryAt)
  }

  /**
   * Whether its segment is to be closed: it is old or long enough, or bears a time that the clock has taken back. Where
   * something waits (`isAwaited`) one without a frame takes that first: a disk so slow that each is old when it is made
   * must not make them forever.
   */
  isDue(isAwaited: boolean): boolean {
    if (this.#segment === null) return false
    const { clock, segmentMaxBytes } = this.#options
    const { frames, bytes, dueAt, lastTime } = this.#segment
    if (clock.isWrong(lastTime)) return true
    if (performance.now() < this.#retryAt) return false
    return frames === 0
      ? performance.now() >= dueAt && !isAwaited
      : performance.now() >= dueAt || bytes >= segmentMaxBytes
  }

  /** Whether there is no segment and one may be tried for. */
  mayOpen(): boolean {
    return this.#segment === null && performance.now() >= this.#retryAt
  }

  /**
   * Takes from `queue`, in order, until the segment is full, and writes and syncs that together, as received at one
   * moment. Resolves, and never rejects, when those who waited have been told; answers what it took.
   */
  async commit(queue: FrameBatch[]): Promise<readonly FrameBatch[]> {
    const segment = this.#segment
    if (segment === null) return []
    this.#work = 'commit'
    const firstFrame = segment.frames
    const firstByte = segment.bytes
    const receivedAt = Math.max(segment.lastTime, this.#options.clock.time())
    segment.lastTime = receivedAt
    const { taken, pieces } = this.#seal(segment, queue, receivedAt)
    const started = performance.now()
    const failure = await this.#writeAndSync(segment, pieces)
    this.#work = 'none'
    if (failure === null) {
      const submissions = taken.reduce((sum, batch) => sum + batch.submissions, 0)
      const seconds = (performance.now() - started) / SECOND_MS
      this.#options.onCommit({ submissions, bytes: segment.bytes - firstByte, seconds })
    }
    let frame = firstFrame
    for (const batch of taken) {
      batch.tell(() => failure ?? { kind: 'synced', segment: segment.name, frame: frame++, receivedAt })
    }
    return taken
  }

  /** A segment, or the next one: made before the last one goes. Rejects where none can be made. */
  async renew(): Promise<void> {
    this.#work = 'renew'
    const { clock, closer } = this.#options
    try {
      const next = await openSegment(this.#options, clock.time(), closer)
      this.close()
      this.#segment = next
    } catch (error) {
      // A sound one goes on, and a while later a new one is tried for again.
      if (this.#segment !== null) this.#retryAt = performance.now() + RETRY_MS
      throw error
    } finally {
      this.#work = 'none'
    }
  }

  /** Nothing more is written to its segment, which moves on. */
  close(): void {
    if (this.#segment !== null) this.#options.closer.close(this.#segment)
    this.#segment = null
  }

  #seal(segment: OpenSegment, queue: FrameBatch[], receivedAt: EpochMs) {
    const taken: FrameBatch[] = []
    const pieces: Uint8Array[] = []
    do {
      const batch = queue.shift()
      if (batch === undefined) break
      pieces.push(batch.seal(segment.id, segment.frames, receivedAt))
      taken.push(batch)
      segment.frames += batch.entries
      segment.bytes += batch.bytes
    } while (segment.bytes < this.#options.segmentMaxBytes)
    return { taken, pieces }
  }

  /** Null: it is on disk. */
  async #writeAndSync(segment: OpenSegment, pieces: readonly Uint8Array[]): Promise<AppendResult | null> {
    try {
      await segment.file.append(pieces)
      await segment.file.sync()
      // Given up meanwhile: the file has lost its name, and nobody will ever read it.
      if (this.#segment !== segment) throw new Error(`The spool's folder is gone, and ${segment.path} with it`)
      segment.holdsSynced = true
      return null
    } catch (error) {
      this.close()
      return failed(error)
    }
  }
}

const RETRY_MS = SECOND_MS

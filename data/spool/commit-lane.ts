import type { EpochMs } from '../domain/time.ts'
import { SECOND_MS } from '../domain/time.ts'
import type { SpoolEntry } from './frame.ts'
import { encodeFrame } from './frame.ts'
import type { OpenSegment, SegmentCloser, SegmentMaking } from './open-segment.ts'
import { openSegment } from './open-segment.ts'
import type { ReceiptClock } from './receipt-clock.ts'

/**
 * What became of an entry. `synced`: it survives a power cut, as this frame. `failed`: nothing is promised of it; it may
 * be there or not. `no_space`: the disk (or the quota) is full.
 */
export type AppendResult =
  | { readonly kind: 'synced'; readonly segment: string; readonly frame: number; readonly receivedAt: EpochMs }
  | { readonly kind: 'failed'; readonly cause: 'no_space' | 'other'; readonly error: unknown }

/** What one write and one sync made durable. */
export interface Commit {
  /** Of the entries those that are submissions: heartbeats and notes of discarded ones don't count. */
  readonly submissions: number
  readonly bytes: number
  /** Of write and sync together. */
  readonly seconds: number
}

/** An entry that waits to be written, and who is to be told. */
export interface Waiting {
  readonly entry: SpoolEntry
  readonly done: (result: AppendResult) => void
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
   * moment. Resolves, and never rejects, when those who waited have been told.
   */
  async commit(queue: Waiting[]): Promise<void> {
    const segment = this.#segment
    if (segment === null) return
    this.#work = 'commit'
    const batch = this.#encode(segment, queue)
    const started = performance.now()
    let failure: AppendResult | null = null
    try {
      await segment.file.append(batch.pieces)
      await segment.file.sync()
      // Given up meanwhile: the file has lost its name, and nobody will ever read it.
      if (this.#segment !== segment) throw new Error(`The spool's folder is gone, and ${segment.path} with it`)
      segment.holdsSynced = true
    } catch (error) {
      failure = failed(error)
      this.close()
    }
    this.#work = 'none'
    if (failure === null) {
      const seconds = (performance.now() - started) / SECOND_MS
      this.#options.onCommit({ submissions: batch.submissions, bytes: batch.bytes, seconds })
    }
    const { name } = segment
    const { receivedAt } = batch
    let frame = batch.firstFrame
    for (const { done } of batch.taken) {
      done(failure ?? { kind: 'synced', segment: name, frame, receivedAt })
      frame++
    }
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

  #encode(segment: OpenSegment, queue: Waiting[]) {
    const receivedAt = Math.max(segment.lastTime, this.#options.clock.time())
    segment.lastTime = receivedAt
    const pieces: Uint8Array[] = []
    const firstFrame = segment.frames
    const firstByte = segment.bytes
    const taken: Waiting[] = []
    let submissions = 0
    let count = 0
    while (count < queue.length && (count === 0 || segment.bytes < this.#options.segmentMaxBytes)) {
      const waiting = queue[count++]
      if (waiting === undefined) break
      try {
        for (const piece of encodeFrame(segment.id, segment.frames, receivedAt, waiting.entry)) {
          segment.bytes += piece.length
          pieces.push(piece)
        }
      } catch (error) {
        waiting.done(failed(error))
        continue
      }
      segment.frames++
      taken.push(waiting)
      if (waiting.entry.kind === 'submission') submissions++
    }
    queue.splice(0, count)
    return { receivedAt, firstFrame, taken, submissions, pieces, bytes: segment.bytes - firstByte }
  }
}

const RETRY_MS = SECOND_MS

export function failed(error: unknown): AppendResult {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return { kind: 'failed', cause: code === 'ENOSPC' || code === 'EDQUOT' ? 'no_space' : 'other', error }
}

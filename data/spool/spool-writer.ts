import type { EpochMs } from '../domain/time.ts'
import type { AppendResult } from './append-result.ts'
import { failed } from './append-result.ts'
import type { Commit, LaneOptions } from './commit-lane.ts'
import { CommitLane } from './commit-lane.ts'
import type { SpoolEntry } from './frame.ts'
import { maxFrameBytes } from './frame.ts'
import type { Done, FrameBatch } from './frame-batch.ts'
import { batchFor, takeBack } from './frame-batch.ts'
import { SegmentCloser } from './open-segment.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { ownIdentity } from './process-identity.ts'
import { ReceiptClock } from './receipt-clock.ts'
import type { CreateSegmentFile } from './segment-file.ts'
import { createSegmentFile } from './segment-file.ts'

export type { AppendResult, Commit }

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

/**
 * Writes segments; the only writer of its files. What waits when a write begins is written and synced together (group
 * commit), and gets one receipt time. While that is on its way to the disk, what arrives would wait for the end of it and
 * then for its own: so under load further lanes, each with a file of its own, commit in turn with the first.
 *
 * - The first segment is made by the first append; from then to `stop` there is always an open one, unless the disk
 *   refuses: the watermark stands on it. So the last open one is only closed when the next is made.
 * - Receipt times never decrease within a segment, and none lies before its segment's creation. A clock that is set back a
 *   little is waited out, from segment to segment too; one that is set back by more was wrong before: a new segment begins
 *   with the true time.
 * - After a failed write or sync nothing more goes into that segment: what the kernel then has of it on disk is anybody's
 *   guess, and a second sync may answer "done" for what was lost. The next append begins a new one.
 */
export class SpoolWriter {
  /** In the order in which they are written; the last one is being filled. */
  readonly #waiting: FrameBatch[] = []
  readonly #lanes: readonly CommitLane[]
  readonly #closer: SegmentCloser
  readonly #onTrouble: (doing: string, error: unknown) => void
  #turn: NodeJS.Immediate | undefined
  #ageTimer: NodeJS.Timeout | undefined
  /** When that timer wakes, on the monotonic clock; Infinity: there is none. */
  #wakesAt = Number.POSITIVE_INFINITY
  #stopped = false
  /** Why no segment could be made when one was last tried for, as it was told; null: one could. */
  #toldTrouble: string | null = null
  #whenIdle: (() => void)[] = []

  constructor(options: SpoolWriterOptions) {
    const { onTrouble = () => {}, onCommit = () => {}, createFile = createSegmentFile, now = Date.now } = options
    const { identity = ownIdentity() } = options
    this.#onTrouble = onTrouble
    this.#closer = new SegmentCloser(options.spool, onTrouble)
    const clock = new ReceiptClock(now)
    const laneOptions: LaneOptions = {
      ...options,
      identity,
      createFile,
      clock,
      closer: this.#closer,
      onTrouble,
      onCommit,
    }
    this.#lanes = Array.from({ length: LANES }, () => new CommitLane(laneOptions))
  }

  /** Resolves when it is decided; never rejects. Appends of one turn of the event loop keep their order. */
  append(entry: SpoolEntry): Promise<AppendResult> {
    return new Promise((done) => this.put(entry, done))
  }

  /** As `append`, for those to whom a promise for each of very many entries is too dear. `done` must not throw. */
  put(entry: SpoolEntry, done: Done): void {
    if (this.#stopped) {
      done(failed(new Error('The spool writer is stopped.')))
      return
    }
    try {
      if (this.#waiting.at(-1)?.add(entry, done) !== true) this.#addToNext(entry, done)
    } catch (error) {
      done(failed(error))
      return
    }
    this.#schedule()
  }

  #addToNext(entry: SpoolEntry, done: Done): void {
    const batch = batchFor(maxFrameBytes(entry))
    try {
      batch.add(entry, done)
    } catch (error) {
      takeBack(batch)
      throw error
    }
    this.#waiting.push(batch)
  }

  /** Writes what waits, closes the last segments and resolves. Appends that come later fail. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#ageTimer)
    if (!this.#isIdle()) await new Promise<void>((resolve) => this.#whenIdle.push(resolve))
    for (const lane of this.#lanes) lane.close()
    await this.#closer.done()
  }

  /** In the next turn of the event loop, so that what arrives together is written together. */
  #schedule(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined
      this.#work()
    })
  }

  #work(): void {
    this.#closeOrRenewDue()
    if (this.#waiting.length > 0) this.#commitWaiting()
    if (this.#isIdle()) for (const resolve of this.#whenIdle.splice(0)) resolve()
  }

  #isIdle(): boolean {
    return this.#waiting.length === 0 && this.#turn === undefined && !this.#lanes.some(({ isBusy }) => isBusy)
  }

  #closeOrRenewDue(): void {
    const isAwaited = this.#waiting.length > 0
    for (const lane of this.#lanes) {
      if (lane.isBusy || !lane.isDue(isAwaited)) continue
      // One at a time: while this one gets its next segment, the others go on, though they may be due as well.
      if (!isAwaited && this.#lanes.some((other) => other !== lane && other.isOpen)) lane.close()
      else if (!this.#lanes.some(({ isRenewing }) => isRenewing)) void this.#renew(lane)
    }
    this.#wakeWhenDue()
  }

  #commitWaiting(): void {
    const waiting = this.#entriesWaiting()
    const busy = this.#lanes.filter(({ isBusy }) => isBusy).length
    // Each commit has its price, whatever it holds: many at once are worth it only where many wait.
    if (busy >= QUICK_LANES && waiting < CROWD) return
    const free = this.#lanes.find((lane) => lane.isOpen && !lane.isBusy)
    if (free !== undefined) {
      void this.#commit(free)
      return
    }
    // One more segment is worth its file only where many wait.
    const next = this.#lanes.find((lane) => !lane.isBusy && lane.mayOpen())
    if (next !== undefined && (busy === 0 || waiting >= NEXT_LANE_FROM)) void this.#renew(next)
  }

  #entriesWaiting(): number {
    return this.#waiting.reduce((sum, batch) => sum + batch.entries, 0)
  }

  async #commit(lane: CommitLane): Promise<void> {
    for (const batch of await lane.commit(this.#waiting)) takeBack(batch)
    this.#afterWork()
  }

  async #renew(lane: CommitLane): Promise<void> {
    try {
      await lane.renew()
      this.#toldTrouble = null
    } catch (error) {
      this.#cannotOpen(error)
    }
    this.#afterWork()
  }

  #cannotOpen(error: unknown): void {
    // What is written to the old ones now could never be read: their names are gone as well.
    if (isFolderGone(error)) for (const lane of this.#lanes) lane.close()
    if (this.#lanes.some(({ isOpen }) => isOpen)) {
      this.#tellOnce('making a new segment', error)
      return
    }
    for (const batch of this.#waiting.splice(0)) {
      batch.tell(() => failed(error))
      takeBack(batch)
    }
  }

  /** It is tried for every second, and a disk may be full for days: a log that fills up with that is no help. */
  #tellOnce(doing: string, error: unknown): void {
    const trouble = codeOf(error)
    if (trouble !== this.#toldTrouble) this.#onTrouble(doing, error)
    this.#toldTrouble = trouble
  }

  #afterWork(): void {
    if (this.#waiting.length > 0 || this.#stopped) this.#schedule()
    this.#wakeWhenDue()
  }

  /** Segments are closed in time also when nothing comes. */
  #wakeWhenDue(): void {
    let dueAt = Number.POSITIVE_INFINITY
    if (!this.#stopped) for (const lane of this.#lanes) if (!lane.isBusy) dueAt = Math.min(dueAt, lane.dueAt)
    // Asked in each turn of the event loop: to wake too early once costs less than a new timer each time.
    if (dueAt >= this.#wakesAt) return
    clearTimeout(this.#ageTimer)
    this.#wakesAt = dueAt
    this.#ageTimer = setTimeout(() => this.#wake(), Math.max(0, Math.ceil(dueAt - performance.now())))
    this.#ageTimer.unref()
  }

  #wake(): void {
    this.#wakesAt = Number.POSITIVE_INFINITY
    this.#schedule()
  }
}

/** More than the threads that Node.js has for files could not work at once. */
const LANES = 4
/** So many lanes commit whatever waits; the others join them where at least a crowd does. */
const QUICK_LANES = 2
const CROWD = 64
/** So many have to wait for the lanes that have files before the next one gets one. */
const NEXT_LANE_FROM = 16

function isFolderGone(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error))
}

/** Without what differs each time, such as the file's name. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

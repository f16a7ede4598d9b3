import { type FSWatcher, watch } from 'node:fs'
import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { convertedFilePath, segmentOfConvertedFile } from '../../data/converted/converted-file.ts'
import { SECOND_MS } from '../../data/domain/time.ts'
import { makeFolderDurably } from '../../data/files/durable.ts'
import { SpecificationStore } from '../../data/histograms/specification-store.ts'
import { type Claim, listClaimed, takeOverDeadClaims } from '../../data/spool/claims.ts'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import { LANES, type Lane, laneOf } from '../../data/spool/lanes.ts'
import { closeOrphans } from '../../data/spool/orphans.ts'
import { ownIdentity } from '../../data/spool/process-identity.ts'
import { SegmentQueue } from '../../data/spool/segment-queue.ts'
import type { Logger } from '../log.ts'
import type { ConvertMetrics } from '../metrics/convert-metrics.ts'
import { convertCarefully } from './careful-conversion.ts'
import { type ConvertFolders, type ConvertOptions, convertFolders } from './options.ts'
import { TroubleLog } from './trouble-log.ts'
import { type WaitingClaim, WaitingClaims } from './waiting-claims.ts'
import { WorkerDied, WorkerPool } from './worker-pool.ts'

/** How often it is looked for what processes left behind that are gone. */
const INHERIT_EVERY_MS = 5_000
/** A segment that can't be read or written (a full disk, say) is tried again after this, then later and later. */
const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 60_000
/** A disk that commits more slowly than is converted holds the workers up: what isn't committed is done again after a crash. */
const MOST_RUNNING_PER_WORKER = 2

/** What a converter is given besides its options. */
export interface ConverterSurroundings {
  readonly log: Logger
  readonly metrics: ConvertMetrics
  /** Told of each converted file. */
  readonly onConverted: (segment: string) => void
}

/**
 * Takes closed segments and leaves a converted file of each. The raw segments stay claimed until the owner of the counts has
 * merged them. Several converters may share a state directory.
 *
 * What is received live is taken first, oldest first. What can wait (imports) is begun only where nothing live waits, and
 * where there are several workers one of them is always left for what comes next: so a live segment waits for one other at the
 * most, however much is brought in.
 *
 * A segment that ended a worker, or twice the process that had it, is converted beside all of them, in a process of its own.
 */
export class Converter {
  readonly #options: ConvertOptions
  readonly #folders: ConvertFolders
  readonly #log: Logger
  readonly #onConverted: (segment: string) => void
  readonly #metrics: ConvertMetrics
  readonly #specifications: SpecificationStore
  readonly #pool: WorkerPool
  readonly #queue: SegmentQueue
  /** Segments that have a worker, by their lane, … */
  readonly #working = new Map<string, Lane>()
  /** … and those besides that the disk is still busy with. */
  readonly #running = new Set<Promise<void>>()
  /** Claims that are done with, and not merged yet when last looked at. */
  readonly #done = new Map<string, Claim>()
  readonly #waiting = new WaitingClaims()
  /** The conversion of a segment that may end who converts it: one at a time. */
  #careful: Promise<void> | null = null
  readonly #stopCareful = new AbortController()
  readonly #troubles: TroubleLog
  /** Segments that could not be taken, so that each is told once. */
  readonly #untaken = new Set<string>()
  #isStopping = false
  #turn: Promise<void> | null = null
  #again = false
  #inheritAt = 0
  #timer: NodeJS.Timeout | undefined
  #watcher: FSWatcher | undefined

  constructor(options: ConvertOptions, { log, metrics, onConverted }: ConverterSurroundings) {
    this.#options = options
    this.#folders = convertFolders(options.state)
    this.#log = log
    this.#troubles = new TroubleLog(log)
    this.#onConverted = onConverted
    this.#metrics = metrics
    this.#specifications = new SpecificationStore({
      ...options.specifications,
      cacheFolder: this.#folders.histograms,
      onTrouble: (what, error) => log.warn({ error }, what),
    })
    this.#pool = new WorkerPool(options, this.#specifications, log)
    this.#queue = new SegmentQueue(this.#folders.spool, ownIdentity(), (segment, error) =>
      this.#notTaken(segment, error),
    )
    metrics.watch(() => ({ total: options.workers, busy: this.#working.size }))
  }

  async start(): Promise<void> {
    await makeSpoolFolders(this.#folders.spool)
    await makeFolderDurably(this.#folders.converted)
    // One for an import, and one that is there at once when something live comes.
    this.#pool.warmUp(Math.min(2, this.#options.workers))
    this.#watcher = this.#watch()
    // Watching tells at once but promises nothing (network disks, limits of the kernel); the timer promises.
    this.#timer = setInterval(() => this.#wake(), this.#options.pollMs)
    this.#wake()
  }

  /**
   * Converts all that was received live and is closed, and ends. What fails or ended a worker stays claimed, for the next
   * converter to take over; what can wait, waits for it too.
   */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#watcher?.close()
    this.#isStopping = true
    await this.#turn
    this.#queue.lookAnew()
    this.#wake()
    await this.#turn
    while (this.#running.size > 0) {
      await Promise.race(this.#running)
      await this.#turn
    }
    this.#stopCareful.abort()
    await this.#careful
    this.#specifications.stop()
    await this.#pool.stop()
  }

  #watch(): FSWatcher | undefined {
    try {
      const watcher = watch(join(this.#folders.spool, 'closed'), () => this.#wake())
      watcher.on('error', (error) => this.#log.warn({ error }, 'the spool can not be watched; it is polled'))
      return watcher
    } catch (error) {
      this.#log.warn({ error }, 'the spool can not be watched; it is polled')
      return undefined
    }
  }

  /** Hands segments to free workers; one turn at a time, and another one if something happened meanwhile. */
  #wake(): void {
    this.#again = true
    this.#turn ??= this.#turns()
  }

  async #turns(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false
        await this.#inherit().catch((error: unknown) =>
          this.#log.error({ error }, 'what others left can not be taken over yet'),
        )
        await this.#handOver()
      }
    } catch (error) {
      this.#log.error({ error }, 'the spool can not be read; it is looked at again')
    } finally {
      this.#turn = null
    }
  }

  /** Takes what dead processes left: open segments of receivers, claims of converters. Then looks after its own. */
  async #inherit(): Promise<void> {
    const now = performance.now()
    if (now < this.#inheritAt) return
    this.#inheritAt = now + INHERIT_EVERY_MS
    const closed = await closeOrphans(this.#folders.spool)
    if (closed.length > 0) this.#log.info({ segments: closed }, 'closed segments whose receiver is gone')
    const onTrouble = (segment: string, error: unknown) => this.#notTaken(segment, error)
    this.#waiting.add(await takeOverDeadClaims(this.#folders.spool, ownIdentity(), undefined, onTrouble))
    await this.#reviewDone()
  }

  /** A converted file that is gone before its segment was merged (damaged, and set aside) is made anew. */
  async #reviewDone(): Promise<void> {
    if (this.#done.size === 0) return
    // In this order: the raw segment goes once it is merged, its converted file only after that.
    const converted = new Set((await readdir(this.#folders.converted)).map(segmentOfConvertedFile))
    const claimed = new Set(await listClaimed(this.#folders.spool))
    for (const claim of [...this.#done.values()]) {
      const isMerged = !claimed.has(claim.segment)
      const isConverted = converted.has(claim.segment)
      if (isMerged || !isConverted) this.#done.delete(claim.segment)
      if (!isMerged && !isConverted) this.#waiting.add([claim])
    }
  }

  #notTaken(segment: string, error: unknown): void {
    if (this.#untaken.has(segment)) return
    this.#untaken.add(segment)
    this.#log.error({ error, segment }, 'a segment can not be claimed; it is left where it is, and tried again')
  }

  async #handOver(): Promise<void> {
    for (let next = await this.#next(); next !== null; next = await this.#next()) {
      const { segment } = next.claim
      const onFree = () => {
        this.#working.delete(segment)
        this.#wake()
      }
      this.#working.set(segment, laneOf(segment))
      const run = this.#run(next, onFree).finally(() => {
        this.#running.delete(run)
        onFree()
      })
      this.#running.add(run)
    }
    if (this.#careful !== null || this.#isStopping) return
    const suspect = this.#waiting.nextSuspect(performance.now())
    if (suspect === null) return
    this.#careful = this.#run(suspect, () => {}).finally(() => {
      this.#careful = null
      this.#wake()
    })
  }

  /** The next segment to convert, of the first lane that has one and is let in; null: none. */
  async #next(): Promise<WaitingClaim | null> {
    for (const lane of LANES) {
      if (!this.#isLetIn(lane)) continue
      const waiting = this.#waiting.next(lane, performance.now())
      if (waiting !== null) return waiting
      const claim = await this.#queue.claim(lane)
      if (claim !== null) return { claim, failures: 0, suspect: null }
    }
    return null
  }

  #isLetIn(lane: Lane): boolean {
    const { workers } = this.#options
    if (this.#working.size >= workers || this.#running.size >= MOST_RUNNING_PER_WORKER * workers) return false
    if (lane === 'live') return true
    const canWait = [...this.#working.values()].filter((other) => other !== 'live').length
    return !this.#isStopping && canWait < Math.max(1, workers - 1)
  }

  /** `onFree`: told as soon as another segment can be converted, if that is before all of it is done. */
  async #run(waiting: WaitingClaim, onFree: () => void): Promise<void> {
    const { claim, failures } = waiting
    const { segment } = claim
    try {
      await this.#convert(waiting, onFree)
      this.#troubles.passed()
      this.#done.set(segment, claim)
      this.#onConverted(segment)
    } catch (error) {
      // Merged and removed meanwhile by the owner of the counts: there had been a converted file.
      if (!(await exists(claim.path))) return
      if (this.#stopCareful.signal.aborted) return
      if (error instanceof WorkerDied) {
        this.#metrics.workerDied()
        this.#log.error({ error, segment, frame: error.frame }, 'a worker thread died; its segment is converted apart')
        this.#waiting.addSuspect(claim, error.frame)
        return
      }
      const retryInMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
      this.#metrics.failed()
      this.#troubles.failed(waiting, error, retryInMs)
      this.#waiting.addLater({ ...waiting, failures: failures + 1 }, performance.now() + retryInMs)
    }
  }

  /** A segment that has its converted file is done, whoever wrote it. */
  async #convert({ claim, suspect }: WaitingClaim, onFree: () => void): Promise<void> {
    if (await exists(convertedFilePath(this.#folders.converted, claim.segment))) return
    const startedAt = performance.now()
    const outcomes = await (suspect === null
      ? this.#pool.convert(claim, onFree)
      : this.#convertCarefully(claim, suspect))
    const seconds = (performance.now() - startedAt) / SECOND_MS
    this.#metrics.converted(outcomes, seconds)
    this.#log.debug({ segment: claim.segment, outcomes, seconds }, 'converted a segment')
  }

  #convertCarefully(claim: Claim, suspect: number) {
    const onDeath = () => this.#metrics.workerDied()
    const surroundings = { specifications: this.#specifications, log: this.#log, onDeath }
    return convertCarefully(claim, suspect, this.#options, surroundings, this.#stopCareful.signal)
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}

import { type FSWatcher, watch } from 'node:fs'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { convertedFilePath } from '../../data/converted/converted-file.ts'
import { SECOND_MS } from '../../data/domain/time.ts'
import { makeFolderDurably } from '../../data/files/durable.ts'
import { SpecificationStore } from '../../data/histograms/specification-store.ts'
import { type Claim, claimNext, takeOverDeadClaims } from '../../data/spool/claims.ts'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import { closeOrphans } from '../../data/spool/orphans.ts'
import { ownIdentity } from '../../data/spool/process-identity.ts'
import type { Logger } from '../log.ts'
import type { ConvertMetrics } from '../metrics/convert-metrics.ts'
import { type ConvertFolders, type ConvertOptions, convertFolders } from './options.ts'
import { WorkerPool } from './worker-pool.ts'

/** How often it is looked for what processes left behind that are gone. */
const INHERIT_EVERY_MS = 5_000
/** A segment that can't be read or written (a full disk, say) is tried again after this, then later and later. */
const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 60_000

/** A claim of this process that waits for a worker. */
interface Waiting {
  readonly claim: Claim
  readonly failures: number
  readonly notBefore: number
}

/** What a converter is given besides its options. */
export interface ConverterSurroundings {
  readonly log: Logger
  readonly metrics: ConvertMetrics
  /** Told of each converted file. */
  readonly onConverted: (segment: string) => void
}

/**
 * Takes closed segments, oldest first, and leaves a converted file of each. The raw segments stay claimed until the
 * owner of the counts has merged them. Several converters may share a state directory.
 */
export class Converter {
  readonly #options: ConvertOptions
  readonly #folders: ConvertFolders
  readonly #log: Logger
  readonly #onConverted: (segment: string) => void
  readonly #metrics: ConvertMetrics
  readonly #specifications: SpecificationStore
  readonly #pool: WorkerPool
  readonly #running = new Set<Promise<void>>()
  /** Claims that are done with, and not merged yet when last looked at. */
  readonly #done = new Map<string, Claim>()
  #waiting: Waiting[] = []
  #turn: Promise<void> | null = null
  #again = false
  #inheritAt = 0
  #timer: NodeJS.Timeout | undefined
  #watcher: FSWatcher | undefined

  constructor(options: ConvertOptions, { log, metrics, onConverted }: ConverterSurroundings) {
    this.#options = options
    this.#folders = convertFolders(options.state)
    this.#log = log
    this.#onConverted = onConverted
    this.#metrics = metrics
    this.#specifications = new SpecificationStore({
      ...options.specifications,
      cacheFolder: this.#folders.histograms,
      onTrouble: (what, error) => log.warn({ error }, what),
    })
    this.#pool = new WorkerPool(options, this.#specifications, log, () => metrics.workerDied())
    metrics.watch(() => ({ total: options.workers, busy: this.#running.size }))
  }

  async start(): Promise<void> {
    await makeSpoolFolders(this.#folders.spool)
    await makeFolderDurably(this.#folders.converted)
    this.#watcher = this.#watch()
    // Watching tells at once but promises nothing (network disks, limits of the kernel); the timer promises.
    this.#timer = setInterval(() => this.#wake(), this.#options.pollMs)
    this.#wake()
  }

  /** Converts all that is closed, and ends. What fails stays claimed, for the next converter to take over. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#watcher?.close()
    this.#wake()
    await this.#turn
    while (this.#running.size > 0) {
      await Promise.race(this.#running)
      await this.#turn
    }
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
        await this.#inherit()
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
    const claims = await takeOverDeadClaims(this.#folders.spool, ownIdentity())
    for (const claim of claims) this.#waiting.push({ claim, failures: 0, notBefore: 0 })
    await this.#reviewDone()
  }

  /** A converted file that is gone before its segment was merged (damaged, and set aside) is made anew. */
  async #reviewDone(): Promise<void> {
    for (const claim of [...this.#done.values()]) {
      // In this order: the raw segment goes once it is merged, its converted file only after that.
      const isConverted = await exists(convertedFilePath(this.#folders.converted, claim.segment))
      const isMerged = !(await exists(claim.path))
      if (isMerged || !isConverted) this.#done.delete(claim.segment)
      if (!isMerged && !isConverted) this.#waiting.push({ claim, failures: 0, notBefore: 0 })
    }
  }

  async #handOver(): Promise<void> {
    while (this.#running.size < this.#options.workers) {
      const next = this.#nextWaiting() ?? (await this.#nextClosed())
      if (next === null) return
      const run = this.#run(next).finally(() => {
        this.#running.delete(run)
        this.#wake()
      })
      this.#running.add(run)
    }
  }

  #nextWaiting(): Waiting | null {
    const now = performance.now()
    const next = this.#waiting.find(({ notBefore }) => notBefore <= now) ?? null
    this.#waiting = this.#waiting.filter((waiting) => waiting !== next)
    return next
  }

  async #nextClosed(): Promise<Waiting | null> {
    const claim = await claimNext(this.#folders.spool, ownIdentity())
    return claim === null ? null : { claim, failures: 0, notBefore: 0 }
  }

  async #run({ claim, failures }: Waiting): Promise<void> {
    const { segment } = claim
    try {
      await this.#convert(claim)
      this.#done.set(segment, claim)
      this.#onConverted(segment)
    } catch (error) {
      // Merged and removed meanwhile by the owner of the counts: there had been a converted file.
      if (!(await exists(claim.path))) return
      const retryInMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
      this.#metrics.failed()
      this.#log.error({ error, segment, retryInMs }, 'a segment could not be converted; it is tried again')
      this.#waiting.push({ claim, failures: failures + 1, notBefore: performance.now() + retryInMs })
    }
  }

  /** A segment that has its converted file is done, whoever wrote it. */
  async #convert(claim: Claim): Promise<void> {
    if (await exists(convertedFilePath(this.#folders.converted, claim.segment))) return
    const startedAt = performance.now()
    const outcomes = await this.#pool.convert(claim)
    const seconds = (performance.now() - startedAt) / SECOND_MS
    this.#metrics.converted(outcomes, seconds)
    this.#log.debug({ segment: claim.segment, outcomes, seconds }, 'converted a segment')
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

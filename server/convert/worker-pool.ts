import { Worker } from 'node:worker_threads'
import type { SpecificationStore } from '../../data/histograms/specification-store.ts'
import type { Claim } from '../../data/spool/claims.ts'
import type { Logger } from '../log.ts'
import type { OutcomeCount } from './count-outcomes.ts'
import { type FromWorker, NO_FRAME, type ToWorker, type WorkerStart } from './messages.ts'
import type { ConvertOptions } from './options.ts'

/** A segment whose conversion ended its worker so often is converted frame by frame. */
const DEATHS_UNTIL_CAREFUL = 2
/** So many deaths, one after the other, without any frame to blame: then it isn't the segment's content. */
const MOST_UNEXPLAINED_DEATHS = 5

interface Job {
  readonly claim: Claim
  readonly poison: Set<number>
  deaths: number
  unexplainedDeaths: number
  readonly resolve: (outcomes: readonly OutcomeCount[]) => void
  readonly reject: (error: Error) => void
}

interface Thread {
  readonly worker: Worker
  readonly openFrame: Int32Array
  job: Job | null
}

/**
 * Worker threads that convert segments: as many as are asked for at once, each used again. A segment that ends its worker twice (out of memory, a crash
 * in a library) is converted submission by submission; the one that ends a worker then is blamed, kept whole as
 * `corrupted_data`, and the others are converted: one poisonous submission holds nothing up.
 */
export class WorkerPool {
  readonly #options: ConvertOptions
  readonly #specifications: SpecificationStore
  readonly #log: Logger
  readonly #onDeath: () => void
  readonly #idle: Thread[] = []
  readonly #threads = new Set<Thread>()
  #stopped = false

  /** `onDeath` is told of each thread that ended in the middle of a segment. */
  constructor(options: ConvertOptions, specifications: SpecificationStore, log: Logger, onDeath: () => void) {
    this.#options = options
    this.#specifications = specifications
    this.#log = log
    this.#onDeath = onDeath
  }

  /**
   * Resolves to what became of the segment's submissions once the converted file is there for good. Rejects where it couldn't be written,
   * and when the pool is stopped meanwhile; then the segment is to be converted again.
   */
  convert(claim: Claim): Promise<readonly OutcomeCount[]> {
    return new Promise((resolve, reject) => {
      this.#run({ claim, poison: new Set(), deaths: 0, unexplainedDeaths: 0, resolve, reject })
    })
  }

  /** Starts so many threads ahead: what comes first doesn't wait for that. */
  warmUp(threads: number): void {
    while (this.#threads.size < threads) this.#idle.push(this.#start())
  }

  /** Ends the threads in the middle of whatever they do. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()))
  }

  #run(job: Job): void {
    const thread = this.#idle.pop() ?? this.#start()
    thread.job = job
    this.#send(thread, {
      kind: 'convert',
      claim: job.claim,
      careful: job.deaths >= DEATHS_UNTIL_CAREFUL,
      poison: [...job.poison],
    })
  }

  #start(): Thread {
    const openFrame = new Int32Array(new SharedArrayBuffer(4)).fill(NO_FRAME)
    const start: WorkerStart = { options: this.#options, openFrame }
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: start,
      resourceLimits: { maxOldGenerationSizeMb: this.#options.workerMemoryMb },
    })
    const thread: Thread = { worker, openFrame, job: null }
    this.#threads.add(thread)
    worker.on('message', (message: FromWorker) => this.#received(thread, message))
    let cause: unknown = null
    worker.on('error', (error) => {
      cause = error
    })
    worker.on('exit', (exitCode) => this.#died(thread, cause ?? `exit code ${exitCode}`))
    return thread
  }

  #send(thread: Thread, message: ToWorker): void {
    thread.worker.postMessage(message)
  }

  #received(thread: Thread, message: FromWorker): void {
    switch (message.kind) {
      case 'find':
        void this.#find(thread, message)
        return
      case 'converted':
        this.#release(thread)?.resolve(message.outcomes)
        return
      case 'failed':
        this.#release(thread)?.reject(message.error)
        return
      default:
        message satisfies never
    }
  }

  async #find(thread: Thread, { request, revision }: Extract<FromWorker, { kind: 'find' }>): Promise<void> {
    const answer = await this.#specifications.find(revision)
    this.#send(thread, { kind: 'specification', request, answer })
  }

  #release(thread: Thread): Job | null {
    const job = thread.job
    thread.job = null
    this.#idle.push(thread)
    return job
  }

  #died(thread: Thread, cause: unknown): void {
    this.#threads.delete(thread)
    const at = this.#idle.indexOf(thread)
    if (at !== -1) this.#idle.splice(at, 1)
    const job = thread.job
    if (job === null) return
    if (this.#stopped) {
      job.reject(new Error('the converter stops'))
      return
    }
    const frame = Atomics.load(thread.openFrame, 0)
    const careful = job.deaths >= DEATHS_UNTIL_CAREFUL
    job.deaths++
    if (careful && frame !== NO_FRAME) job.poison.add(frame)
    else if (careful) job.unexplainedDeaths++
    this.#onDeath()
    this.#log.error({ error: cause, segment: job.claim.segment, frame, deaths: job.deaths }, 'a worker thread died')
    if (job.unexplainedDeaths >= MOST_UNEXPLAINED_DEATHS) {
      job.reject(new Error(`converting ${job.claim.segment} ended ${job.deaths} worker threads`))
    } else {
      this.#run(job)
    }
  }
}

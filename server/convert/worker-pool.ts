import { Worker } from 'node:worker_threads'
import { commitConvertedFile } from '../../data/converted/converted-file.ts'
import type { SpecificationStore } from '../../data/histograms/specification-store.ts'
import type { Claim } from '../../data/spool/claims.ts'
import type { Logger } from '../log.ts'
import type { OutcomeCount } from './count-outcomes.ts'
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts'
import { FrameWatch } from './open-frame.ts'
import { type ConvertOptions, convertFolders } from './options.ts'
import { createSharedFrame, readSharedFrame } from './shared-frame.ts'

/** The worker ended, or was ended because it hung, in the middle of a segment; another takes its place. */
export class WorkerDied extends Error {
  /** Which was open then, as far as can be told; NO_FRAME: none was. */
  readonly frame: number

  constructor(segment: string, frame: number, why: string) {
    super(`converting ${segment} ended its worker: ${why}`)
    this.name = 'WorkerDied'
    this.frame = frame
  }
}

interface Job {
  readonly claim: Claim
  readonly onFree: () => void
  readonly resolve: (outcomes: readonly OutcomeCount[] | Promise<readonly OutcomeCount[]>) => void
  readonly reject: (error: Error) => void
}

interface Thread {
  readonly worker: Worker
  readonly sharedFrame: Int32Array
  readonly watch: FrameWatch
  job: Job | null
  /** How often it was looked at since it was told to end, because it hung; null: it wasn't. */
  endingLooks: number | null
}

/** A thread that is told to end stops at the next instruction of its program, unless it is deep in a library. */
const LONGEST_END_MS = 10_000

/** Worker threads that convert segments: as many as are asked for at once, each used again. */
export class WorkerPool {
  readonly #options: ConvertOptions
  readonly #specifications: SpecificationStore
  readonly #log: Logger
  readonly #idle: Thread[] = []
  readonly #threads = new Set<Thread>()
  readonly #watchTimer: NodeJS.Timeout
  #stopped = false

  constructor(options: ConvertOptions, specifications: SpecificationStore, log: Logger) {
    this.#options = options
    this.#specifications = specifications
    this.#log = log
    this.#watchTimer = setInterval(() => this.#endStuck(), new FrameWatch(options.submissionTimeoutMs).everyMs)
  }

  /**
   * Resolves to what became of the segment's submissions once the converted file is there for good. Rejects where it couldn't be
   * written, with WorkerDied where its thread ended, and when the pool is stopped meanwhile; then the segment is to be converted
   * again. `onFree` is called as soon as its thread can take the next one: before that, while the disk commits the file.
   */
  convert(claim: Claim, onFree: () => void): Promise<readonly OutcomeCount[]> {
    return new Promise((resolve, reject) => {
      const thread = this.#idle.pop() ?? this.#start()
      thread.job = { claim, onFree, resolve, reject }
      this.#send(thread, { kind: 'convert', claim, careful: false, poison: new Map() })
    })
  }

  /** Starts so many threads ahead: what comes first doesn't wait for that. */
  warmUp(threads: number): void {
    while (this.#threads.size < threads) this.#idle.push(this.#start())
  }

  /** Ends the threads in the middle of whatever they do. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#watchTimer)
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()))
  }

  #start(): Thread {
    const sharedFrame = createSharedFrame()
    const start: WorkerStart = { options: this.#options, sign: { kind: 'shared', memory: sharedFrame } }
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: start,
      resourceLimits: { maxOldGenerationSizeMb: this.#options.workerMemoryMb },
    })
    const watch = new FrameWatch(this.#options.submissionTimeoutMs)
    const thread: Thread = { worker, sharedFrame, watch, job: null, endingLooks: null }
    this.#threads.add(thread)
    worker.on('message', (message: FromWorker) => this.#received(thread, message))
    let cause: string | null = null
    worker.on('error', (error) => {
      cause = error.message
    })
    worker.on('exit', (exitCode) => this.#ended(thread, cause ?? `exit code ${exitCode}`))
    return thread
  }

  #send(thread: Thread, message: ToWorker): void {
    thread.worker.postMessage(message)
  }

  #received(thread: Thread, message: FromWorker): void {
    // What it decided while it was being ended is decided again.
    if (thread.endingLooks !== null) return
    switch (message.kind) {
      case 'find':
        void this.#find(thread, message)
        return
      case 'converted': {
        const job = this.#release(thread)
        job?.resolve(this.#commit(job.claim, message.outcomes))
        return
      }
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

  async #commit({ segment }: Claim, outcomes: readonly OutcomeCount[]): Promise<readonly OutcomeCount[]> {
    await commitConvertedFile(convertFolders(this.#options.state).converted, segment)
    return outcomes
  }

  #release(thread: Thread): Job | null {
    const job = thread.job
    thread.job = null
    this.#idle.push(thread)
    job?.onFree()
    return job
  }

  #endStuck(): void {
    for (const thread of this.#threads) {
      if (!thread.watch.isStuck(readSharedFrame(thread.sharedFrame))) continue
      if (thread.endingLooks === null) void thread.worker.terminate()
      thread.endingLooks = (thread.endingLooks ?? 0) + 1
      if (thread.endingLooks * thread.watch.everyMs > LONGEST_END_MS) this.#giveUp(thread)
    }
  }

  /** A thread that is caught in a library doesn't end. Its segment is told from others by what this process leaves. */
  #giveUp({ job }: Thread): void {
    this.#log.fatal(
      { segment: job?.claim.segment },
      'a worker thread hangs and can not be ended; the converter ends itself',
    )
    process.kill(process.pid, 'SIGKILL')
  }

  #ended(thread: Thread, cause: string): void {
    this.#threads.delete(thread)
    const at = this.#idle.indexOf(thread)
    if (at !== -1) this.#idle.splice(at, 1)
    const { job } = thread
    if (job === null) return
    const { frame } = readSharedFrame(thread.sharedFrame)
    const why = thread.endingLooks !== null ? tookTooLong(this.#options) : cause
    job.reject(this.#stopped ? new Error('the converter stops') : new WorkerDied(job.claim.segment, frame, why))
  }
}

/** Why a worker was ended that hung. */
export function tookTooLong({ submissionTimeoutMs }: Pick<ConvertOptions, 'submissionTimeoutMs'>): string {
  return `it took longer than ${submissionTimeoutMs / 1000} s`
}

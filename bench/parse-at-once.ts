import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { BenchRecord } from './convert-records.ts'

/** Threads that read submissions, all of them at the same time. */
export interface ParsersAtOnce {
  /** Each of them reads all records once. */
  parse(): Promise<void>
  end(): Promise<void>
}

/**
 * What the processors themselves make of work that shares nothing: two of them are seldom twice one (they may be two halves of one core, or
 * other machines' as well).
 */
export function startParsers(records: readonly BenchRecord[], count: number): ParsersAtOnce {
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./parse-worker.js', import.meta.url), { workerData: records.map(({ body }) => body) }),
  )
  return {
    async parse() {
      await Promise.all(
        workers.map(async (worker) => {
          const done = once(worker, 'message')
          worker.postMessage('parse')
          await done
        }),
      )
    },
    async end() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

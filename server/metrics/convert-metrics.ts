import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { OutcomeCount } from '../convert/count-outcomes.ts'

export const CONVERT_WORKERS = 'tidewatch_convert_workers'
export const CONVERT_WORKERS_BUSY = 'tidewatch_convert_workers_busy'

/** A converter's counters. */
export interface ConvertMetrics {
  /** A segment has its converted file. */
  converted(outcomes: readonly OutcomeCount[], seconds: number): void
  /** A segment couldn't be converted; it is tried again. */
  failed(): void
  workerDied(): void
  /** From here on the gauges ask for the threads: how many there may be, and how many are at work. */
  watch(workers: () => { readonly total: number; readonly busy: number }): void
}

const SEGMENT_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Registers a converter's metrics. docs/metrics.md says what is normal for each. */
export function createConvertMetrics(registry: Registry): ConvertMetrics {
  const registers = [registry]
  let workers = () => ({ total: 0, busy: 0 })

  const submissions = new Counter({
    name: 'tidewatch_convert_submissions_total',
    help: 'Submissions converted, by outcome and problem. Which of them are duplicates is decided later.',
    labelNames: ['outcome', 'problem'],
    registers,
  })
  const duration = new Histogram({
    name: 'tidewatch_convert_segment_duration_seconds',
    help: 'From handing a segment to a thread to its converted file.',
    buckets: SEGMENT_SECONDS,
    registers,
  })
  const failures = new Counter({
    name: 'tidewatch_convert_failures_total',
    help: 'Times that a segment could not be converted and was put back.',
    registers,
  })
  const deaths = new Counter({
    name: 'tidewatch_convert_worker_deaths_total',
    help: 'Threads and processes that ended in the middle of a segment.',
    registers,
  })
  new Gauge({
    name: CONVERT_WORKERS,
    help: 'Threads that may convert at one time.',
    registers,
    collect() {
      this.set(workers().total)
    },
  })
  new Gauge({
    name: CONVERT_WORKERS_BUSY,
    help: 'Threads that convert a segment now.',
    registers,
    collect() {
      this.set(workers().busy)
    },
  })
  return {
    converted(outcomes, seconds) {
      for (const { outcome, problem, submissions: count } of outcomes) submissions.inc({ outcome, problem }, count)
      duration.observe(seconds)
    },
    failed: () => failures.inc(),
    workerDied: () => deaths.inc(),
    watch(given) {
      workers = given
    },
  }
}

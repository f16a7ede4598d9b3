import { AggregatorRegistry, type Registry } from 'prom-client'
import { SECOND_MS } from '../../data/domain/time.ts'
import { type MetricFamily, readMetricsReport } from './metrics-report.ts'

/** A child reports every second: one that hasn't for so long hangs or is gone, and what it said last is no news. */
const STALE_AFTER_MS = 10 * SECOND_MS

interface Report {
  readonly families: readonly MetricFamily[]
  /** On the monotonic clock. */
  readonly arrivedAt: number
}

/**
 * The metrics of a whole process tree, as its root serves them: its own registry, and what each child reported last. Every
 * series of a child carries labels that no other process's carry: so a restart of one is a reset of its own counters, which
 * Prometheus knows how to read, and never a fall of a sum.
 */
export class ServiceMetrics {
  readonly #own: Registry
  readonly #reports = new Map<string, Report>()

  constructor(own: Registry) {
    this.#own = own
  }

  /** Takes a message of the child `name` where it is a report; false: it is something else. */
  take(name: string, message: unknown): boolean {
    const families = readMetricsReport(message)
    if (families === null) return false
    this.#reports.set(name, { families, arrivedAt: performance.now() })
    return true
  }

  /** The newest value of each series of `metric` that a child reported, with its labels. */
  reported(metric: string): readonly MetricFamily['values'][number][] {
    return this.#fresh().flatMap(({ families }) => families.find(({ name }) => name === metric)?.values ?? [])
  }

  /** Everything in Prometheus' text format, version 0.0.4. */
  async text(): Promise<string> {
    const own = await this.#own.getMetricsAsJSON()
    const all: (readonly object[])[] = [own, ...this.#fresh().map(({ families }) => families)]
    // No two processes share a series: there is never more than one value to choose from.
    const chosen = all.map((families) => families.map((one) => ({ ...one, aggregator: 'first' })))
    return AggregatorRegistry.aggregate(chosen).metrics()
  }

  #fresh(): readonly Report[] {
    const now = performance.now()
    return [...this.#reports.values()].filter(({ arrivedAt }) => now - arrivedAt < STALE_AFTER_MS)
  }
}

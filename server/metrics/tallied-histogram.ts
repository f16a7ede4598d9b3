import { Histogram, type Registry } from 'prom-client'

/**
 * A histogram without labels that stands in the way of every request: what is observed is counted in plain numbers, which are
 * put into the form of prom-client only when they are read. Its own `observe` would cost a fiftieth of a request.
 */
export class TalliedHistogram extends Histogram {
  readonly #name: string
  readonly #help: string
  readonly #bounds: readonly number[]
  /** By bound, and behind them those above all of them. */
  readonly #counts: number[]
  #sum = 0

  constructor(of: {
    readonly name: string
    readonly help: string
    readonly buckets: readonly number[]
    readonly registers: Registry[]
  }) {
    super({ ...of, buckets: [...of.buckets] })
    this.#name = of.name
    this.#help = of.help
    this.#bounds = of.buckets
    this.#counts = new Array<number>(of.buckets.length + 1).fill(0)
  }

  /** Counts one. */
  tally(value: number): void {
    const bounds = this.#bounds
    let index = 0
    while (index < bounds.length && value > (bounds[index] ?? 0)) index++
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#sum += value
  }

  /** What prom-client makes both of its forms of; its types don't have it, and a test sees that it is still so. */
  async getForPromString() {
    let count = 0
    const values = this.#counts.map((own, index) => {
      count += own
      return {
        metricName: `${this.#name}_bucket`,
        labels: { le: this.#bounds[index] ?? '+Inf' },
        sharedLabels: {},
        value: count,
      }
    })
    return {
      name: this.#name,
      help: this.#help,
      type: 'histogram',
      aggregator: 'sum',
      values: [
        ...values,
        { metricName: `${this.#name}_sum`, labels: {}, sharedLabels: {}, value: this.#sum },
        { metricName: `${this.#name}_count`, labels: {}, sharedLabels: {}, value: count },
      ],
    }
  }
}

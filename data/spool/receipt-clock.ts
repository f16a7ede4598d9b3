import type { EpochMs } from '../domain/time.ts'

/** The clock put back by more is believed; by less (as clocks are kept in step) it is waited out. */
const CLOCK_STEP_MS = 5000

/** A writer's one clock, whichever of its segments asks: receipt times never decrease, unless the clock was wrong before. */
export class ReceiptClock {
  readonly #now: () => EpochMs
  #last: EpochMs = 0

  constructor(now: () => EpochMs) {
    this.#now = now
  }

  time(): EpochMs {
    const now = this.#now()
    if (now > this.#last || this.isWrong(this.#last)) this.#last = now
    return this.#last
  }

  /** Whether `time`, told by this clock, has turned out to lie in the future. */
  isWrong(time: EpochMs): boolean {
    return this.#now() < time - CLOCK_STEP_MS
  }
}

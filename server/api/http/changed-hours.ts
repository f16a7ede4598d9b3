import { type EpochMs, HOUR_MS } from '../../../data/domain/time.ts'

const MOST_HOURS = 5000

/**
 * Which hours have changed when: counts that came, verdicts, late counts. What was read of a range of hours is true for as long as its
 * version is the same. A version is read before what it is the version of.
 */
export class ChangedHours {
  #version = 0
  #allChangedAt = 0
  readonly #changedAt = new Map<EpochMs, number>()
  /** Every hour from this one on, */
  #restFrom: EpochMs = Number.POSITIVE_INFINITY
  /** changed then at the latest. */
  #restChangedAt = 0

  /** Starts of hours. */
  hoursChanged(hours: readonly EpochMs[]): void {
    if (hours.length === 0) return
    this.#version += 1
    for (const hour of hours) this.#changedAt.set(hour, this.#version)
    if (this.#changedAt.size > MOST_HOURS) this.allChanged()
  }

  /** This hour and all after it: what is forecast. */
  changedFrom(hour: EpochMs): void {
    const hoursBetween = (hour - this.#restFrom) / HOUR_MS
    if (hoursBetween > MOST_HOURS) this.allChanged()
    for (let between = this.#restFrom; between < hour; between += HOUR_MS) {
      this.#changedAt.set(between, Math.max(this.#changedAt.get(between) ?? 0, this.#restChangedAt))
    }
    this.#version += 1
    this.#restFrom = hour
    this.#restChangedAt = this.#version
  }

  /** What isn't counted by the hour: incidents, and what people did. */
  standingChanged(): void {
    this.#version += 1
  }

  allChanged(): void {
    this.#version += 1
    this.#allChangedAt = this.#version
    this.#changedAt.clear()
    this.#restFrom = Number.POSITIVE_INFINITY
  }

  /** Of everything. */
  get version(): number {
    return this.#version
  }

  /** Of the hours that [from, to) reaches into. */
  versionOf(from: EpochMs, to: EpochMs): number {
    let newest = to > this.#restFrom ? Math.max(this.#allChangedAt, this.#restChangedAt) : this.#allChangedAt
    for (const [hour, version] of this.#changedAt) {
      if (version > newest && hour + HOUR_MS > from && hour < to) newest = version
    }
    return newest
  }
}

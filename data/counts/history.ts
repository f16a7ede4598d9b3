import type { Problem } from '../domain/outcome.ts'
import type { EpochMs } from '../domain/time.ts'

/**
 * Hourly counts as the judge reads them: automation and duplicates left out. Index `i` of every array is the hour
 * `start + i * HOUR_MS`; all arrays are `hours` long. An hour with coverage 0 is unknown: its counts say nothing.
 */
export interface History {
  readonly start: EpochMs
  readonly hours: number
  /** 0 to 1 of each hour in which somebody listened. */
  readonly coverage: Float64Array
  readonly channels: ReadonlyMap<string, ChannelHistory>
}

/** A covered hour without rows holds zeros. */
export interface ChannelHistory {
  readonly received: Float64Array
  /** As first counted: `recovered` moves nothing here. `unknown_revision` isn't in it (it is in `problems`). */
  readonly invalid: Float64Array
  readonly reasons: ReadonlyMap<string, Float64Array>
  /** Every problem that occurs, not only the invalid ones. */
  readonly problems: ReadonlyMap<Problem, Float64Array>
  readonly builds: ReadonlyMap<string, BuildHistory>
  readonly appVersions: ReadonlyMap<string, Float64Array>
  /** By attribute, then value. */
  readonly attributes: ReadonlyMap<string, ReadonlyMap<string, Float64Array>>
}

export interface BuildHistory {
  readonly received: Float64Array
  readonly invalid: Float64Array
  readonly reasons: ReadonlyMap<string, Float64Array>
  readonly problems: ReadonlyMap<Problem, Float64Array>
}

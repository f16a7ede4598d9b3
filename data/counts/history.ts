import type { DiscardCause } from '../domain/discard.ts'
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

/** A covered hour without rows holds zeros. A channel is there once anything of it was received, or discarded. */
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
  /** Answered 202 for their size and not kept: no part of `received`. Only causes that occur. */
  readonly discarded: ReadonlyMap<DiscardCause, DiscardedHistory>
}

export interface DiscardedHistory {
  readonly submissions: Float64Array
  /** Of each hour the size in the middle of those asked for, and the limit that they were over; 0 where not known. */
  readonly typicalBytes: Float64Array
  readonly limitBytes: Float64Array
}

export interface BuildHistory {
  readonly received: Float64Array
  readonly invalid: Float64Array
  readonly reasons: ReadonlyMap<string, Float64Array>
  readonly problems: ReadonlyMap<Problem, Float64Array>
}

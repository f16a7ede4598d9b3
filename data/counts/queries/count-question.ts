import type { EpochMs } from '../../domain/time.ts'
import type { ReadLimits } from '../database.ts'
import type { Step } from './steps.ts'

/** Column of each dimension that counts can be chosen by and broken down by. */
export const COLUMN_OF = {
  channel: 'channel',
  reason: 'reason',
  app: 'app_name',
  version: 'app_version',
  build: 'build_id',
  outcome: 'outcome',
  problem: 'problem',
  source: 'source',
} as const
export type CountDimension = keyof typeof COLUMN_OF
export const COUNT_DIMENSIONS = Object.keys(COLUMN_OF) as readonly CountDimension[]

/** The minute counts know these dimensions only. */
export const MINUTE_COUNT_DIMENSIONS: readonly CountDimension[] = ['channel', 'outcome', 'problem']

/**
 * - `received`: all but duplicates; automation is in none of these.
 * - `accepted`: accepted and salvaged, and what was recovered since.
 * - `invalid`: see `isInvalid`. `invalid_rate`: of what was received, 0 to 1.
 * - `share`, 0 to 1: of all values of the dimension asked by together; where none is asked by, of everything that the channels asked for received.
 */
export const COUNT_METRICS = ['received', 'accepted', 'invalid', 'invalid_rate', 'share'] as const
export type CountMetric = (typeof COUNT_METRICS)[number]

/** By dimension the values of which one must hold; every dimension named must hold. A list has at least one value. */
export type CountFilters = Readonly<Partial<Record<CountDimension, readonly string[]>>>

export interface CountQuestion {
  /** The steps that [from, to) reaches into are answered whole. */
  readonly from: EpochMs
  readonly to: EpochMs
  readonly step: Step
  readonly metric: CountMetric
  /** With step `minute`, only MINUTE_COUNT_DIMENSIONS, here and in `by`; else TypeError. */
  readonly where: CountFilters
  /** Null: one series of everything that `where` lets through. */
  readonly by: CountDimension | null
  /** So many values of `by` get a series of their own, those that hold most of the metric within the range; from 1. */
  readonly top: number
  /** `unknown_revision` counts as invalid once it is older than some hours; a step that begins later is unknown. */
  readonly now: EpochMs
  /** The watermark: steps that end by then hold all that was received. */
  readonly countedUpTo: EpochMs
  readonly limits?: ReadLimits
}

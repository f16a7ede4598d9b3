import type { EpochMs } from '../../../data/domain/time.ts'

/** One hour's value; null: unknown, nobody listened. */
export type HourValue = number | null

/**
 * What a mail's picture shows. Plain data, so that it can be handed to another thread. Index `i` of every array is the
 * hour `start + i` hours; arrays may be of different length, what is missing at their end isn't known (yet).
 */
export interface PictureSpec {
  /** Above the plot: `Submissions per hour`. */
  readonly title: string
  readonly unit: 'submissions' | 'ratio'
  readonly start: EpochMs
  /** Length of the time axis; at least as long as every array. */
  readonly hours: number
  /** What was seen, the one that matters first. Two or more are labelled at their ends and drawn in channel colours. */
  readonly lines: readonly { readonly label: string; readonly channel: string; readonly values: readonly HourValue[] }[]
  /** What was expected; hours after the lines' end are the forecast. Null: nothing was learnt for it. */
  readonly water: { readonly low: readonly HourValue[]; readonly high: readonly HourValue[] } | null
  /** Where there is no water: about what should have come, and the range that the judge gave for one hour. */
  readonly expected: {
    readonly values: readonly HourValue[]
    /** By what it was reckoned, in words: `by what else they send`. */
    readonly how: string
    readonly range: { readonly hour: number; readonly low: number; readonly high: number } | null
  } | null
  /** The same hours a week before. */
  readonly lastWeek: readonly HourValue[] | null
  /** Hours without any coverage, ascending, indices, `to` exclusive. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[]
  readonly trouble: {
    readonly kind: 'below' | 'above' | 'invalid' | 'gap'
    /** May lie before `start`: then it is only said. */
    readonly from: EpochMs
    /** Null: it lasts. */
    readonly to: EpochMs | null
  }
}

/** Of the finished picture, in CSS pixels; it has twice as many. */
export const PICTURE_WIDTH = 600
export const PICTURE_HEIGHT = 260

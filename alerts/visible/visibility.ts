import type { EpochMs } from '../../data/domain/time.ts'

/** Within so many hours of its beginning. */
export const HORIZONS = [1, 6, 24] as const
export type Horizon = (typeof HORIZONS)[number]

/** What can be seen now: by series, the size of trouble that is told in time. */
export interface Visibility {
  /** Start of the judged hour that it is reckoned at: at another hour of the week it is another. */
  readonly hour: EpochMs
  /** `*` first, then by channel: all submissions, the reasons, the invalid rate. */
  readonly series: readonly SeriesVisibility[]
}

export interface SeriesVisibility {
  /** `*`: all channels at once. */
  readonly channel: string
  /** What goes missing, or becomes invalid. */
  readonly kind: 'loss' | 'invalid'
  /** Null: all submissions. */
  readonly reason: string | null
  /** Submissions expected of the last day's hours, in the mean; of `invalid`, those received. Null: nothing was learnt yet. */
  readonly perHour: number | null
  /** One for each of `HORIZONS`. */
  readonly within: readonly VisibleWithin[]
  /** Why nothing can be seen, a whole sentence; null: something can. */
  readonly blind: string | null
}

export interface VisibleWithin {
  readonly hours: Horizon
  /** The least that is told in nine of ten cases; null: nothing is told so soon, however much it is. */
  readonly least: VisibleSize | null
}

export interface VisibleSize {
  /** Of a loss, the part of what is expected; of `invalid`, what the rate is above its usual, 0.01 for one point. */
  readonly ratio: number
  /** So many submissions, over the hours. */
  readonly submissions: number
}

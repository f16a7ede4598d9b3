import type { DiscardCause } from '../data/domain/discard.ts'
import type { EpochMs } from '../data/domain/time.ts'

export const FINDING_KINDS = [
  'outage',
  'drop',
  'decline',
  'surge',
  'invalid',
  'discarded',
  'build',
  'novelty',
  'gap',
  'stalled',
] as const
export type FindingKind = (typeof FINDING_KINDS)[number]

/** Which series a finding is about, besides its channel. Empty: all submissions of the channel. */
export interface SeriesKey {
  readonly reason?: string
  readonly buildId?: string
  readonly problem?: string
  /** What was over its limit, of those discarded. */
  readonly cause?: DiscardCause
  readonly attribute?: string
  readonly value?: string
}

/** One dimension value that carries a deviation, measured from the finding's start to its hour. */
export interface Contribution {
  readonly dimension: 'reason' | 'build' | 'app_version' | 'app_name' | 'problem' | 'attribute' | 'channel'
  readonly value: string
  /**
   * For volume kinds: submissions expected and seen. For invalid kinds: received and invalid. For discarded: offered and
   * discarded.
   */
  readonly expected: number
  readonly seen: number
  /** Share of the whole deviation that this value carries, 0 to 1 (more than 1 is clipped). */
  readonly shareRatio: number
}

/** What most likely broke: `sentence` for people, `carriers` for tables, worst first, at most five. */
export interface Explanation {
  /** One or two whole sentences without markup; empty where nothing is known. */
  readonly sentence: string
  readonly carriers: readonly Contribution[]
  /** The first build concerned, where builds are to blame. */
  readonly firstBuildId?: string
  /**
   * Where builds send nothing at all: the day of the first of them, as its id begins (`20140116`). Nobody has seen it, so this is told
   * from the days of the builds before.
   */
  readonly firstSilentBuild?: string
}

/** One detector's result for one series, given by the hour that has just ended. */
export interface Finding {
  readonly kind: FindingKind
  /** `*`: all channels together. */
  readonly channel: string
  readonly series: SeriesKey
  /** Of a loss of all of a channel: its reasons fell alike, and it fell further than it had the day before. */
  readonly isAlike?: boolean
  readonly isFurther?: boolean
  /** Estimated start of the trouble. */
  readonly start: EpochMs
  /** Start of the hour that gave it away. */
  readonly hour: EpochMs
  /** Where only the minutes up to this moment were looked at, and `hour` isn't over or wasn't looked at as a whole. */
  readonly seenTo?: EpochMs
  /** Submissions missing (volume kinds, positive), too many (surge), invalid or discarded, since `start`; hours for a gap. */
  readonly size: number
  /** The most of `size` that fell into one hour; for a gap 1. */
  readonly peakSize: number
  /**
   * Over the hours since `start`: for volume kinds expected and seen submissions; for invalid ones received and invalid; for
   * discarded ones offered and discarded.
   */
  readonly expected: number
  readonly seen: number
  /** Of its hour alone, for the series it is about; all zero for a gap. */
  readonly numbers: IncidentNumbers
  /** 0 to 1. */
  readonly confidenceRatio: number
  readonly explanation: Explanation
}

/** What the judge expects of a channel in one hour, submissions per hour; about 99 of 100 normal hours lie within. */
export interface Expectation {
  readonly channel: string
  readonly hour: EpochMs
  readonly low: number
  readonly mid: number
  readonly high: number
}

/** Where a trouble stands: numbers of one judged hour, together and by channel. */
export interface IncidentNumbers {
  readonly hour: EpochMs
  readonly seen: number
  readonly low: number
  readonly mid: number
  readonly high: number
  /** (expected - seen) / expected over the incident's hours so far; negative for a surge. */
  readonly deficitRatio: number
  readonly invalidRatio: number
  /** Only of what is discarded. */
  readonly discarded?: DiscardedNumbers
  /** Only of a new value of an attribute: what has it since the start, of what was received; `seen` is what has it in the hour. */
  readonly novelRatio?: number
  /** The same for each channel of its own, in the order of `channels`; empty for a gap. */
  readonly byChannel: readonly ChannelNumbers[]
}

export interface ChannelNumbers {
  readonly channel: string
  readonly seen: number
  readonly low: number
  readonly mid: number
  readonly high: number
  readonly invalidRatio: number
  readonly discarded?: DiscardedNumbers
}

/** Submissions that were answered 202 for their size and not kept, in one hour. */
export interface DiscardedNumbers {
  readonly cause: DiscardCause
  /** Received and discarded, for whatever cause. */
  readonly offered: number
  /** Discarded for this cause, of what was offered: 0 to 1. */
  readonly ratio: number
  /** The size in the middle of those asked for, and the limit that they were over; 0 where not known. */
  readonly typicalBytes: number
  readonly limitBytes: number
}

import type { EpochMs } from '../../data/domain/time.ts'
import type { Expectation, FindingKind, SeriesKey } from '../finding.ts'
import type { Incident } from '../incident.ts'
import type { Detector, PassedOverWhy } from '../judge/probe.ts'
import type { WorthTelling } from '../judge/sensitivity.ts'
import type { LearningProgress } from '../judge/verdict.ts'
import type { WatchedCondition } from './watch.ts'

/** Why one was, or wasn't, told about a channel (`*`: all channels together) after an hour. */
export interface HourWhy {
  readonly channel: string
  readonly hour: EpochMs
  /** Of the hour, what was listened to, 0 to 1; under a half it isn't judged. */
  readonly coverageRatio: number
  readonly isKnown: boolean
  /** As counted; null where the hour isn't known. */
  readonly seen: number | null
  /** Of `*` the sum of the channels'. */
  readonly expected: Pick<Expectation, 'low' | 'mid' | 'high'> | null
  readonly invalidRatio: number | null
  readonly learning: LearningProgress | null
  /** What the hour gave away. */
  readonly told: readonly ToldThen[]
  /** Incidents of the channel that went on. */
  readonly incidents: readonly IncidentThen[]
  /** What is nearest to being told first. */
  readonly detectors: readonly DetectorWhy[]
  readonly heldBack: readonly HeldBack[]
  readonly wouldTell: readonly WouldTell[]
}

export interface ToldThen {
  readonly kind: FindingKind
  readonly channel: string
  readonly series: SeriesKey
  readonly start: EpochMs
  /** The incident that it opened, or that it is part of; null where it can't be found any more. */
  readonly incident: number | null
  readonly isNew: boolean
}

export interface IncidentThen {
  readonly incident: Incident
  /** Silences that held back its mails. */
  readonly silences: readonly number[]
}

/** One detector on one series, at its window that is nearest to being told. */
export interface DetectorWhy {
  readonly detector: Detector
  /** `*` for what is asked of all channels together. */
  readonly channel: string
  readonly series: SeriesKey
  readonly nearest: WindowWhy
  /** All of them, the shortest first. */
  readonly windows: readonly WindowWhy[]
}

export interface WindowWhy {
  readonly windowHours: number
  /** 1 or more: all conditions are met; else the least of what they reached of what they need. */
  readonly reached: number
  readonly isMet: boolean
  readonly passedOver: PassedOverWhy | null
  readonly conditions: readonly WatchedCondition[]
}

export const HELD_BACK_CODES = [
  'uncovered',
  'partial_hour',
  'learning',
  'part_of_incident',
  'silenced',
  'all_channels',
  'quicker',
  'over',
  'siblings',
  'holiday',
  'clocks',
  'too_short',
  'too_small',
  'usual_noise',
  'too_few',
  'blip',
  'unknown_hours',
] as const
export type HeldBackCode = (typeof HELD_BACK_CODES)[number]

/** `text` is a whole sentence for people. */
export interface HeldBack {
  readonly code: HeldBackCode
  readonly text: string
  readonly incident?: number
}

/** What people may ask to be told, by kind, as settings name it. */
export type AskedKind = 'loss' | 'surge' | 'invalid' | 'discarded'

/** A sensitivity with which this hour would have been told: tried, by judging the hour again with it. */
export interface WouldTell {
  readonly kind: AskedKind
  readonly worth: WorthTelling
  /** Where more false alarms must be allowed as well; null: the present allowance does. */
  readonly falseAlarmsPerYear: number | null
  readonly cost: MailCost
}

/** What a sensitivity costs each who gets the channel's mails, beyond the present one. */
export interface MailCost {
  /** Incidents that it would have told besides in the days before, */
  readonly alsoTold: number
  /** of so many that could be judged. */
  readonly days: number
  readonly mailsPerYear: number
}

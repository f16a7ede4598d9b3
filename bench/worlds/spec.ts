import type { EpochMs } from '../../data/domain/time.ts'

/** Days off of one region; by day of the year, so that they come every year. */
export interface Holiday {
  /** Month (1 to 12) and day of its first day. */
  readonly from: readonly [number, number]
  readonly days: number
  /** What is missing on its deepest day, 0 to 1; a channel's own share of that varies. */
  readonly depth: number
}

export interface Region {
  readonly name: string
  readonly utcOffsetHours: number
  /** Which clock changes it has. */
  readonly summerTime: 'europe' | 'america' | 'none'
  readonly holidays: readonly Holiday[]
}

/** How a channel's days look in a region's own time. Factors of an ordinary weekday's. */
export interface Shape {
  /** The night's level as a part of the day's peak. */
  readonly night: number
  readonly saturday: number
  readonly sunday: number
}

export interface BuildPlan {
  /** Days between builds. */
  readonly everyDays: number
  /** Hour of the day, UTC, at which they appear. */
  readonly hour: number
  /** Share of the users who take a build within hours, and of those who take it within days; the rest take it in weeks. */
  readonly fast: number
  readonly slow: number
  /** Largest part of all users who are offered a build, by whole days since its release; all of them from the last on. */
  readonly rollOut: readonly number[]
}

export interface ChannelSpec {
  readonly name: string
  /** Mean submissions per hour at the beginning. */
  readonly perHour: number
  readonly shape: Shape
  /** Parts of the channel by region, in the order of the world's regions. */
  readonly regions: readonly number[]
  readonly builds: BuildPlan
  /** Of all submissions, those of the reason saved-session; the others are idle-daily. */
  readonly savedSession: number
  /** Deviation of the hourly noise that all users of the channel share, as a log. */
  readonly noise: number
  /** How much of an hour's noise the next one remembers, 0 to 1. */
  readonly noiseMemory: number
  /** Growth per week, as a log. */
  readonly growth: number
  /** Share of all submissions that is invalid as ever. */
  readonly invalid: number
  /** Clients that always fail come in clumps of about so many submissions an hour. */
  readonly clump: number
}

/** A population with a structure of its own. `quirks` happen in it and are no trouble. */
export interface WorldSpec {
  readonly name: string
  readonly regions: readonly Region[]
  readonly channels: readonly ChannelSpec[]
  readonly quirks: readonly Quirk[]
}

/** What happens in a world and is nobody's business, about so many times in 12 weeks. */
export type Quirk = 'campaign_hour' | 'blip' | 'gap' | 'problem_burst' | 'backlog'

export const EVENT_KINDS = [
  'outage',
  'same_outage_7_days_later',
  'same_outage_14_days_later',
  'halving',
  'step_30',
  'leak',
  'region_lost',
  'dead_build',
  'bad_build',
  'staged_bad_build',
  'reason_of_builds',
  'problem_3',
  'surge',
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

/** What goes wrong in a world. */
export interface WorldEvent {
  readonly kind: EventKind
  readonly channel: string
  readonly start: EpochMs
  readonly end: EpochMs
  /** From when on its effect is what the kind means (a staged build's loss, say, matters from here on). */
  readonly materialFrom: EpochMs
}

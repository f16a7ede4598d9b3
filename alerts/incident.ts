import type { EpochMs } from '../data/domain/time.ts'
import type { Explanation, FindingKind, IncidentNumbers, SeriesKey } from './finding.ts'

export type { ChannelNumbers, DiscardedNumbers, IncidentNumbers } from './finding.ts'

export type IncidentState = 'open' | 'recovering' | 'resolved' | 'withdrawn'

/** Findings of one group on one channel, overlapping in time, are one incident. */
export const INCIDENT_GROUPS = ['volume', 'surge', 'invalid', 'discarded', 'novelty', 'gap', 'stalled'] as const
export type IncidentGroup = (typeof INCIDENT_GROUPS)[number]

const GROUPS: Readonly<Record<FindingKind, IncidentGroup>> = {
  outage: 'volume',
  drop: 'volume',
  decline: 'volume',
  build: 'volume',
  surge: 'surge',
  invalid: 'invalid',
  novelty: 'novelty',
  discarded: 'discarded',
  gap: 'gap',
  stalled: 'stalled',
}

/** The group of incidents that findings of `kind` belong to. */
export function groupOf(kind: FindingKind): IncidentGroup {
  return GROUPS[kind]
}

/** Findings that belong together, with a life of their own. What the database keeps as JSON. */
export interface Incident {
  readonly id: number
  readonly group: IncidentGroup
  /** The kind of its gravest finding so far. */
  readonly kind: FindingKind
  /** In the order in which they joined; `['*']` for all channels or where no channel is meant (a gap). */
  readonly channels: readonly string[]
  readonly series: SeriesKey
  readonly state: IncidentState
  readonly start: EpochMs
  /** End of the hour that first gave it away, or of the minutes where `fastLook` did; by the clock for our own trouble. */
  readonly detectedAt: EpochMs
  /** Start of the newest hour with a finding. */
  readonly lastFindingHour: EpochMs
  readonly resolvedAt: EpochMs | null
  /** End of the trouble as estimated when it is resolved; hours up to it never teach. */
  readonly end: EpochMs | null
  /** Since `start`: submissions missing, invalid or discarded so far, and the most of them in one hour. */
  readonly missing: number
  readonly peakMissing: number
  /** Numbers of the newest judged hour: expected range and seen; invalid kinds: rate 0 to 1 in `invalidRatio`. */
  readonly latest: IncidentNumbers
  readonly explanation: Explanation
  readonly confidenceRatio: number
  /** Start of the newest hour that was judged with this incident open. Judging an hour again counts nothing twice. */
  readonly judgedUpTo: EpochMs
  /** Judged hours in a row that looked like the end of it; hours without coverage neither add to them nor reset them. */
  readonly calmHours: number
  /** What the channel settled at after a week, taken for its new level; null: it came back, or is still open. */
  readonly acceptedLevel: AcceptedLevel | null
  readonly acknowledged: Acknowledgement | null
  /** Of the times before it began again, oldest first; the newest few of them. */
  readonly formerlyAcknowledged?: readonly Acknowledgement[]
  /** It was told from minutes, before its hour was over; absent once an hour as a whole has shown it. */
  readonly fastLook?: FastLook
  /** Of our own trouble: what it is, where it is more than an hour that could not be judged. */
  readonly trouble?: OwnTrouble
  /** When it began again after it was over, oldest first; the newest few of them. */
  readonly reopenings?: readonly EpochMs[]
  /** It turned out to have the cause of this one, which goes on for both: this one is over. */
  readonly mergedInto?: number
  /** Those that were merged into it. */
  readonly absorbed?: readonly number[]
  /** What people say that it was. */
  readonly label?: IncidentLabel
  /** Somebody closed it by hand. */
  readonly closedBy?: PersonsWord
  /** Somebody says that what there is now is meant: two days of it are taken for the new level as soon as there are two. */
  readonly accepted?: PersonsWord
}

/** A channel that stopped, as the minutes show it. */
export interface FastLook {
  /** The minute in which it stopped. */
  readonly since: EpochMs
  /** End of the minutes that gave it away, and of those looked at last. */
  readonly toldAt: EpochMs
  readonly lookedTo: EpochMs
  /** Since when it comes again; null: it doesn't. */
  readonly backAt: EpochMs | null
}

export interface Acknowledgement {
  readonly by: string
  readonly at: EpochMs
  /** A word to the others, who read it in their mails; absent or empty: none. */
  readonly note?: string | undefined
}

/** Who did it and when; `note` may be empty. */
export interface PersonsWord {
  readonly by: string
  readonly at: EpochMs
  readonly note: string
}

/** `expected`: it was so, and it was meant to be (a release, a switched-off build). */
export const LABELS = ['real', 'false_alarm', 'expected'] as const
export type Label = (typeof LABELS)[number]

export interface IncidentLabel extends PersonsWord {
  readonly value: Label
}

export const OWN_TROUBLES = ['disk_filling', 'behind', 'specifications_missing'] as const
export type OwnTrouble = DiskFilling | Behind | SpecificationsMissing

/**
 * The disk of the state directory will be full: as known at `at`. `fullAt` is when less than `minFreeBytes` will be free and
 * submissions are refused, `at` itself where that is so already; null: not known any more.
 */
export interface DiskFilling {
  readonly kind: 'disk_filling'
  readonly at: EpochMs
  readonly fullAt: EpochMs | null
  readonly freeBytes: number
  readonly minFreeBytes: number
}

/** What of the flow doesn't go on: who writes the oldest segment that isn't counted, or would have to take it next. */
export const STAGES = ['receiving', 'converting', 'merging', 'judging'] as const
export type Stage = (typeof STAGES)[number]

/** Counting, or judging, is as far as `reachedAt` and doesn't catch up: as known at `at`. */
export interface Behind {
  readonly kind: 'behind'
  readonly at: EpochMs
  readonly stage: Stage
  readonly reachedAt: EpochMs
}

/** Of what was received in the hour before `at`, so much waits because nobody has its histogram specification. */
export interface SpecificationsMissing {
  readonly kind: 'specifications_missing'
  readonly at: EpochMs
  readonly waiting: number
  readonly received: number
}

/** Whether submissions are refused already. */
export function isDiskFull({ at, fullAt }: DiskFilling): boolean {
  return fullAt !== null && fullAt <= at
}

/**
 * Counts before `from` are multiplied by `ratio` wherever the judge learns from them, so that a change people meant to
 * make (half the sampling rate, say) doesn't stay an incident for ever. `series`: `''` for all submissions of the channel,
 * else a reason.
 */
export interface AcceptedLevel {
  readonly from: EpochMs
  readonly ratios: readonly { readonly channel: string; readonly series: string; readonly ratio: number }[]
}

export const INCIDENT_EVENT_KINDS = [
  'opened',
  'worsened',
  'joined',
  'explained',
  'recovering',
  'resolved',
  'reopened',
  'withdrawn',
  'merged',
  'corrected',
  'acknowledged',
  'silenced',
  'silence_ended',
  'closed',
  'labelled',
  'accepted',
] as const
export type IncidentEventKind = (typeof INCIDENT_EVENT_KINDS)[number]

/** One line of an incident's story, as people read it. */
export interface IncidentEvent {
  readonly incident: number
  readonly at: EpochMs
  readonly kind: IncidentEventKind
  readonly text: string
  /** Who did it; absent: Tidewatch itself. */
  readonly actor?: string
}

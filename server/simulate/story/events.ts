import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../../data/domain/time.ts'
import type { Reason } from './channels.ts'

export const STORY_EVENTS = ['A', 'B', 'C', 'D', 'E'] as const
export type StoryEvent = (typeof STORY_EVENTS)[number]

/** Nobody counted: clients went on as ever. Times are story time. */
export interface CountingGap {
  readonly event: StoryEvent
  readonly from: EpochMs
  readonly to: EpochMs
  readonly cause: string
}

/** What is wrong with builds released within `[from, to)` on these channels. */
export interface BuildFault {
  readonly event: StoryEvent
  readonly channels: readonly string[]
  readonly from: EpochMs
  readonly to: EpochMs
  readonly effect: BuildEffect
  readonly cause: string
}

export type BuildEffect =
  | { readonly kind: 'silent' }
  | { readonly kind: 'reason-missing'; readonly reason: Reason }
  /** Their revision says https; the server doesn't accept that before `acceptedFrom`. */
  | { readonly kind: 'https-revision'; readonly acceptedFrom: EpochMs }

const day = (year: number, month: number, date: number): EpochMs => Date.UTC(year, month - 1, date)

export const COUNTING_GAPS: readonly CountingGap[] = [
  {
    event: 'A',
    from: day(2013, 12, 17) + 4 * HOUR_MS + 10 * MINUTE_MS,
    to: day(2013, 12, 17) + 13 * HOUR_MS + 10 * MINUTE_MS,
    cause: 'Counting was interrupted for nine hours.',
  },
  {
    event: 'B',
    from: day(2014, 1, 8) + 9 * HOUR_MS + 40 * MINUTE_MS,
    to: day(2014, 1, 8) + 16 * HOUR_MS + 40 * MINUTE_MS,
    cause: 'Counting was interrupted for seven hours.',
  },
]

export const BUILD_FAULTS: readonly BuildFault[] = [
  {
    event: 'C',
    channels: ['nightly'],
    from: day(2014, 1, 16),
    to: day(2014, 1, 22),
    effect: { kind: 'silent' },
    cause: 'Builds send nothing since event handling moved to another file.',
  },
  {
    event: 'D',
    channels: ['nightly'],
    from: day(2014, 2, 1),
    to: day(2014, 2, 7),
    effect: { kind: 'reason-missing', reason: 'saved-session' },
    cause: 'Builds fail to save their session at shutdown.',
  },
  {
    event: 'E',
    channels: ['nightly', 'aurora'],
    from: day(2014, 2, 4),
    to: Number.POSITIVE_INFINITY,
    effect: { kind: 'https-revision', acceptedFrom: day(2014, 2, 12) + 18 * HOUR_MS },
    cause: 'Builds name their revision with https where the server expected http.',
  },
]

/** Days on which a daily build always comes, with its event or without, so that leaving an event out moves no build. */
export function isBuildDayOfStory(time: EpochMs): boolean {
  const date = Math.floor(time / DAY_MS) * DAY_MS
  return BUILD_FAULTS.some((fault) => date === fault.from || date === fault.to)
}

/** Part of the hour from `time` on in which somebody counted, 0 to 1. */
export function coverageOfHour(time: EpochMs, gaps: readonly CountingGap[]): number {
  let missing = 0
  for (const gap of gaps) {
    missing += Math.max(0, Math.min(gap.to, time + HOUR_MS) - Math.max(gap.from, time))
  }
  return 1 - missing / HOUR_MS
}

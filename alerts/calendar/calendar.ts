import type { EpochMs } from '../../data/domain/time.ts'
import type { KnownEvent } from './annotation.ts'

/** One entry of the calendar file. */
export interface CalendarEvent extends KnownEvent {
  readonly buildId?: string
  readonly link?: string
  /** Of a holiday: the part of the submissions that it may cost, 0 to 1; of others 0. */
  readonly lossRatio: number
}

/** What a holiday may cost where its entry doesn't say: what Christmas cost, and a little more. */
export const USUAL_HOLIDAY_LOSS = 0.35

/** A stretch of a holiday, as the judge goes by it. */
export interface Holiday {
  readonly channels: readonly string[]
  readonly from: EpochMs
  readonly to: EpochMs
  readonly lossRatio: number
}

export function holidaysOf(events: readonly CalendarEvent[]): readonly Holiday[] {
  return events.flatMap(({ kind, channels, from, to, lossRatio }) =>
    kind === 'holiday' && to !== null ? [{ channels, from, to, lossRatio }] : [],
  )
}

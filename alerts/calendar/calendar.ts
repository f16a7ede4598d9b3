import type { KnownEvent } from './annotation.ts'

/** One entry of the calendar file. */
export interface CalendarEvent extends KnownEvent {
  readonly buildId?: string
  readonly link?: string
  /** Of a holiday: the part of the submissions that it may cost, 0 to 1. */
  readonly lossRatio?: number
}

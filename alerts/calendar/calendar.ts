import type { EpochMs } from '../../data/domain/time.ts'
import { isAbout, type KnownEvent } from './annotation.ts'

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

/** Maintenance that goes on at `now` and is about every one of `channels`; of several the one that ends last. Null: none. */
export function maintenanceOf<Event extends KnownEvent>(
  events: readonly Event[],
  channels: readonly string[],
  now: EpochMs,
): Event | null {
  return events
    .filter(
      (event) =>
        event.kind === 'maintenance' &&
        event.from <= now &&
        now < (event.to ?? event.from) &&
        channels.every((channel) => isAboutOnly(event, channel)),
    )
    .reduce<Event | null>((last, event) => (last === null || endOf(event) > endOf(last) ? event : last), null)
}

/** Maintenance of one channel holds back nothing about all channels together. */
function isAboutOnly(event: KnownEvent, channel: string): boolean {
  return event.channels.length === 0 || (channel !== '*' && isAbout(event, channel))
}

function endOf({ from, to }: KnownEvent): EpochMs {
  return to ?? from
}

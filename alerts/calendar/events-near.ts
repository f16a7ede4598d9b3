import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import { isAbout, type KnownEvent } from './annotation.ts'

/** What happened within so long of the start may have to do with it. */
const NEAR_MS = 6 * HOUR_MS

/** What is known to have happened around the start of `incident` on its channels, nearest first; what went on then is nearest. */
export function eventsNear<Event extends KnownEvent>(
  events: readonly Event[],
  { start, channels }: Pick<Incident, 'start' | 'channels'>,
): readonly Event[] {
  return events
    .filter((event) => channels.some((channel) => isAbout(event, channel)) && apartFrom(event, start) <= NEAR_MS)
    .sort((a, b) => apartFrom(a, start) - apartFrom(b, start))
}

/** 0 while it goes on. */
export function apartFrom({ from, to }: KnownEvent, time: EpochMs): number {
  if (time < from) return from - time
  return Math.max(0, time - (to ?? from))
}

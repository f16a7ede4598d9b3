import type { EpochMs } from '../../data/domain/time.ts'
import type { KnownEvent } from './annotation.ts'

/** The maintenance that goes on at `now` and is about every one of `channels`; of several the one that ends last. Null: none. */
export function maintenanceOf<Event extends KnownEvent>(
  known: readonly Event[],
  channels: readonly string[],
  now: EpochMs,
): Event | null {
  return known
    .filter((event) => isMaintenanceOf(event, channels) && event.from <= now && now < endOf(event))
    .reduce<Event | null>((last, event) => (last === null || endOf(event) > endOf(last) ? event : last), null)
}

/** When the last maintenance that was about every one of `channels` ended, up to and with `now`; null: there was none. */
export function lastMaintenanceEnd(
  known: readonly KnownEvent[],
  channels: readonly string[],
  now: EpochMs,
): EpochMs | null {
  const ends = known.filter((event) => isMaintenanceOf(event, channels)).map(endOf)
  const past = ends.filter((end) => end <= now)
  return past.length === 0 ? null : Math.max(...past)
}

/** That of one channel holds back what is about that channel alone, and nothing of several or of all together. */
function isMaintenanceOf(event: KnownEvent, channels: readonly string[]): boolean {
  if (event.kind !== 'maintenance') return false
  return event.channels.length === 0 || channels.every((channel) => event.channels.includes(channel))
}

function endOf({ from, to }: KnownEvent): EpochMs {
  return to ?? from
}

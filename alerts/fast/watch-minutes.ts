import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import type { Probe } from '../judge/probe.ts'
import type { WorthTelling } from '../judge/sensitivity.ts'
import { type FastLookInput, troubledMinutes } from './advance-fast-look.ts'
import { sumMinutes } from './channel-minutes.ts'
import { detectSilence } from './detect-silence.ts'
import { expectedMinutes } from './expected-minutes.ts'

/** The service looks so often. */
const LOOK_EVERY_MS = 5 * MINUTE_MS

export interface MinutesToWatch extends Pick<FastLookInput, 'counts' | 'expectations'> {}

interface WatchedHour {
  readonly channel: string
  readonly hour: EpochMs
  /** As they were known before the hour. */
  readonly incidents: readonly Incident[]
  readonly worth: readonly WorthTelling[] | undefined
  readonly probe: Probe
}

/** Looks at the minutes of an hour once more, as often as the service does, with the detector watched. */
export function watchMinutes(
  { counts, expectations }: MinutesToWatch,
  { channel, hour, incidents, worth, probe }: WatchedHour,
): void {
  const own = expectations.filter((expectation) => expectation.channel === channel)
  const isTroubled = troubledMinutes(incidents, channel)
  for (let end = hour + LOOK_EVERY_MS; end <= hour + HOUR_MS; end += LOOK_EVERY_MS) {
    const minutes = (end - counts.start) / MINUTE_MS
    const sums = sumMinutes(channel, {
      start: counts.start,
      coverage: counts.coverage,
      received: counts.received.get(channel),
      expected: expectedMinutes(own, counts.start, minutes),
      isTroubled,
    })
    detectSilence(sums, { worth, probe })
  }
}

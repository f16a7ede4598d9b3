import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { type MinutesToWatch, watchMinutes } from '../fast/watch-minutes.ts'
import type { Incident } from '../incident.ts'
import type { Probe } from '../judge/probe.ts'
import type { WorthTelling } from '../judge/sensitivity.ts'
import { isBehind } from '../stalled/stalled-trouble.ts'
import { wentOn } from './incidents-then.ts'

/** What is told of besides by those that don't wait for the hour's end, as far as it is known. */
export interface BesideHours {
  /** Null: the minutes of that hour are no longer kept. */
  readonly minutes: MinutesToWatch | null
  readonly flow: {
    readonly judgedAt: EpochMs
    readonly tellAfterMs: number
  } | null
}

interface AskedHour {
  readonly channel: string
  readonly hour: EpochMs
  /** As the judge knew them before the hour. */
  readonly knownThen: readonly Incident[]
  /** All there are. */
  readonly incidents: readonly Incident[]
  readonly worth: readonly WorthTelling[] | undefined
  readonly probe: Probe
}

/** Has the look at the minutes, and the watch over our own flow, say what they measured. */
export function watchBesides({ minutes, flow }: BesideHours, asked: AskedHour): void {
  const { channel, hour, knownThen, worth, probe } = asked
  if (channel !== '*') {
    if (minutes !== null) watchMinutes(minutes, { channel, hour, incidents: knownThen, worth, probe })
    else {
      const trial = probe.begin({ detector: 'fast_look', channel, series: {}, windowHours: 1 })
      trial.needs('minutes_kept', false, 0, 1)
    }
  }
  if (flow === null) return
  const lateMs = Math.max(0, flow.judgedAt - hour - HOUR_MS)
  const trial = probe.begin({ detector: 'stalled', channel: '*', series: {}, windowHours: 1 })
  trial.needs('late', lateMs > flow.tellAfterMs, lateMs / MINUTE_MS, flow.tellAfterMs / MINUTE_MS)
  // The looks at the flow are not kept, what they told is.
  const stood = asked.incidents.some((incident) => isBehind(incident) && wentOn(incident, hour))
  trial.needs('stood_still', stood, stood ? 1 : 0, 1)
}

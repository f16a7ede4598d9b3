import { MINUTE_MS } from '../../data/domain/time.ts'
import { leastRatio, type WorthTelling } from '../judge/sensitivity.ts'
import { logTailBound } from '../judge/statistics.ts'
import {
  type ChannelMinutes,
  changedAt,
  emptiestRatio,
  isHeardWholly,
  quietMinutes,
  type Stretch,
  stretchOf,
} from './channel-minutes.ts'

/** Only a channel of so many submissions an hour, over the last day, is looked at by the minute, */
export const LEAST_PER_HOUR = 1000
const HOUR_MINUTES = 60
const DAY_MINUTES = 24 * HOUR_MINUTES
/** over the shortest of these windows that says enough. */
const WINDOWS = [15, 20, 30, 45, 60] as const
/** Fewer than so many expected submissions say too little. */
const LEAST_EXPECTED = 150
/** An outage: of what was expected, less came than this, as in whole hours; */
const OUTAGE_RATIO = 0.05
/** and in the last two days, when nothing was wrong, never less than this: else the channel's clients come in bursts. */
const EMPTIEST_RATIO = 0.25
/** A day of quiet minutes must be known to say so, */
const LEAST_QUIET_MINUTES = DAY_MINUTES
/** the last hours not among them: they may be the beginning of what is looked for. */
const PAST_ENDS_MINUTES = 2 * HOUR_MINUTES
/** After a pause in listening, clients and what stands between them and the receivers need so long to come back. */
const SETTLING_MINUTES = 15
/** The counts must be this unlikely, whatever the channel's noise is: 288 looks a day at many channels are many chances. */
const LOG_UNLIKELY = Math.log(1e-12)
const DISPERSION = 0.02
const FURTHEST_START_MINUTES = 3 * HOUR_MINUTES

/** A channel that has stopped: since the minute of this index, with what came since, and what should have. */
export interface Silence extends Stretch {
  readonly from: number
  readonly windowMinutes: number
}

/**
 * Whether a large channel has stopped, told from the minutes at the end of `minutes` alone; null: it hasn't, or it can't be said.
 * A loss that isn't an outage is left to the hour, and so is whatever is short. `worth` is what people want to be told of.
 */
export function detectSilence(minutes: ChannelMinutes, worth?: readonly WorthTelling[]): Silence | null {
  const to = minutes.minutes
  const day = stretchOf(minutes, to - DAY_MINUTES, to)
  const heard = minutes.heard
  const hours = ((heard[to] ?? 0) - (heard[Math.max(0, to - DAY_MINUTES)] ?? 0)) / HOUR_MINUTES
  if (day.expected < LEAST_PER_HOUR * hours) return null
  const past = to - PAST_ENDS_MINUTES
  if (quietMinutes(minutes, past) < LEAST_QUIET_MINUTES) return null
  for (const window of WINDOWS) {
    if (!isHeardWholly(minutes, to - window - SETTLING_MINUTES, to)) return null
    const { seen, expected } = stretchOf(minutes, to - window, to)
    if (expected < LEAST_EXPECTED || seen >= OUTAGE_RATIO * expected) continue
    if (1 - seen / expected < leastRatio(worth, window / HOUR_MINUTES, 0)) continue
    if (logTailBound(seen, expected, DISPERSION) > LOG_UNLIKELY) continue
    if (emptiestRatio(minutes, window, past) < EMPTIEST_RATIO) continue
    const from = changedAt(minutes, to - FURTHEST_START_MINUTES)
    return { from, windowMinutes: window, ...stretchOf(minutes, from, to) }
  }
  return null
}

/** So long, and so well, a channel must come again to be back. */
const BACK_MINUTES = 15
const BACK_RATIO = 0.5

/** Index of the minute since which a channel that had stopped comes again; null: it doesn't, or not for long enough. */
export function backSince(minutes: ChannelMinutes, silentFrom: number): number | null {
  const to = minutes.minutes
  const { seen, expected } = stretchOf(minutes, to - BACK_MINUTES, to)
  if (!isHeardWholly(minutes, to - BACK_MINUTES, to) || seen < BACK_RATIO * expected) return null
  return changedAt(minutes, silentFrom, true)
}

/** The index of the minute that begins at `time`, or holds it. */
export function minuteAt({ start }: ChannelMinutes, time: number): number {
  return Math.max(0, Math.floor((time - start) / MINUTE_MS))
}

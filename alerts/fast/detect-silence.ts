import { MINUTE_MS } from '../../data/domain/time.ts'
import { firstFound, type Look, type Probe, UNWATCHED } from '../judge/probe.ts'
import { leastRatio, type WorthTelling } from '../judge/sensitivity.ts'
import { logTailBound } from '../judge/statistics.ts'
import {
  type ChannelMinutes,
  changedAt,
  emptiestRatio,
  heardMinutes,
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
 * A loss that isn't an outage is left to the hour, and so is whatever is short. `worth` is what people want to be told of; where
 * somebody watches, all windows are looked at.
 */
export function detectSilence(
  minutes: ChannelMinutes,
  { worth, probe }: { readonly worth?: readonly WorthTelling[] | undefined; readonly probe?: Probe } = {},
): Silence | null {
  const perHour = expectedPerHour(minutes)
  // Most channels end here, every five minutes.
  if (perHour < LEAST_PER_HOUR && probe === undefined) return null
  const quiet = quietMinutes(minutes, minutes.minutes - PAST_ENDS_MINUTES)
  return firstFound(WINDOWS, probe, (window) => lookAtMinutes(minutes, { window, perHour, quiet, worth, probe }))
}

function expectedPerHour(minutes: ChannelMinutes): number {
  const to = minutes.minutes
  const heard = heardMinutes(minutes, to - DAY_MINUTES, to)
  return heard === 0 ? 0 : (HOUR_MINUTES * stretchOf(minutes, to - DAY_MINUTES, to).expected) / heard
}

function lookAtMinutes(
  minutes: ChannelMinutes,
  {
    window,
    perHour,
    quiet,
    worth,
    probe,
  }: {
    readonly window: number
    readonly perHour: number
    readonly quiet: number
    readonly worth: readonly WorthTelling[] | undefined
    readonly probe: Probe | undefined
  },
): Silence | null {
  const to = minutes.minutes
  const look: Look = { detector: 'fast_look', channel: minutes.channel, series: {}, windowHours: window / HOUR_MINUTES }
  const trial = probe?.begin(look) ?? UNWATCHED
  if (!trial.needs('per_hour', perHour >= LEAST_PER_HOUR, perHour, LEAST_PER_HOUR)) return null
  if (!trial.needs('quiet_minutes', quiet >= LEAST_QUIET_MINUTES, quiet, LEAST_QUIET_MINUTES)) return null
  const since = window + SETTLING_MINUTES
  const heard = heardMinutes(minutes, to - since, to)
  if (!trial.needs('heard_minutes', heard === since, heard, since)) return null
  const { seen, expected } = stretchOf(minutes, to - window, to)
  if (!trial.needs('submissions', expected >= LEAST_EXPECTED, expected, LEAST_EXPECTED)) return null
  const least = Math.max(1 - OUTAGE_RATIO, leastRatio(worth, window / HOUR_MINUTES, 0))
  const isLost = seen < OUTAGE_RATIO * expected && 1 - seen / expected >= least
  if (!trial.needs('loss', isLost, -Math.log(seen / expected), -Math.log(1 - least))) return null
  const chance = logTailBound(seen, expected, DISPERSION)
  if (!trial.needs('chance', chance <= LOG_UNLIKELY, chance, LOG_UNLIKELY)) return null
  const emptiest = emptiestRatio(minutes, window, to - PAST_ENDS_MINUTES)
  if (!trial.needs('emptiest', emptiest >= EMPTIEST_RATIO, emptiest, EMPTIEST_RATIO) || !trial.isMet) return null
  const from = changedAt(minutes, to - FURTHEST_START_MINUTES)
  return { from, windowMinutes: window, ...stretchOf(minutes, from, to) }
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

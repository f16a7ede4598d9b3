import type { FindingKind, SeriesKey } from '../finding.ts'
import { driftBefore, onsetOf } from './alone.ts'
import { clockExcuse, mostByClocks } from './clocks.ts'
import { usualCount } from './expectation.ts'
import { beyondHoliday, holidayExcuse } from './holidays.ts'
import { type ChannelMemory, type SeriesMemory, WINDOWS } from './memory.ts'
import { firstFound, type Probe, type Trial, UNWATCHED } from './probe.ts'
import { beyondShared } from './residuals.ts'
import { leastDeviations, leastLoss, leastRatio, logUnlikely } from './sensitivity.ts'
import { logTailBound } from './statistics.ts'
import { levelBefore, windowSums } from './tide-sums.ts'
import { at, DAY_HOURS, type HourNumber, place } from './window.ts'

/** A deviation that is far too large to be chance, not told in words yet. */
export interface Alarm {
  readonly kind: FindingKind
  readonly channel: string
  readonly series: SeriesKey
  /** The window that gave it away. */
  readonly windowHours: number
  /** How often the alarm's own threshold; 1 or more. */
  readonly excess: number
  /** Where the detector knows better than the counts when it began. */
  readonly start?: HourNumber
  /** So slow that the level has followed it. */
  readonly isSlow?: boolean
}

/**
 * What a window must lose, or gain, to be told: significance (`deviations` of the series' own noise) and size (`ratio`).
 * Significance alone would page for 4 % on a large channel; size alone for chance on a small one. A single hour must lose
 * nearly half: short blips are nobody's business at night.
 */
interface Threshold {
  readonly deviations: number
  readonly ratio: number
}

const DROP: Readonly<Record<number, Threshold>> = {
  1: { deviations: 7, ratio: 0.45 },
  2: { deviations: 6, ratio: 0.25 },
  3: { deviations: 5.5, ratio: 0.18 },
  6: { deviations: 5, ratio: 0.115 },
  12: { deviations: 5, ratio: 0.09 },
  24: { deviations: 5, ratio: 0.075 },
}

/** No single hour, nor two: a replay or a campaign of an hour wakes nobody. */
const SURGE: Readonly<Record<number, Threshold>> = {
  3: { deviations: 6, ratio: 0.38 },
  6: { deviations: 6, ratio: 0.28 },
  12: { deviations: 6, ratio: 0.22 },
}

/** A handful of test submissions on a channel that has none otherwise is no surge. */
const LEAST_SURGE = 60

const SHARE: Readonly<Record<number, Threshold>> = {
  3: { deviations: 6, ratio: 0.22 },
  6: { deviations: 6, ratio: 0.16 },
  12: { deviations: 6, ratio: 0.13 },
  24: { deviations: 6, ratio: 0.11 },
}

/** The counts themselves must also be this unlikely. */
const LOG_UNLIKELY = Math.log(1e-6)
/** Below so many submissions a day even an outage takes hours to be sure of. */
const FEW_PER_DAY = 2400
const FEW_WINDOWS = [2, 3, 4, 5, 6, 8, 12, 24] as const
const LOG_UNLIKELY_OF_FEW = Math.log(1e-7)
const OUTAGE_RATIO = 0.05
/** Of a reason's fall, so much must be against the channel's other reasons. */
const LEAST_OWN_PART = 0.6
/** And a reason that falls against the others must itself have lost so many times what it strays by. */
const OWN_DEVIATIONS = 2

/**
 * Volume alarms of one channel at `hour`: at most one for all submissions; where there is none, at most one for the reason
 * that fell most.
 */
export function detectVolume(channel: ChannelMemory, hour: HourNumber, probe?: Probe): readonly Alarm[] {
  const [all, ...reasons] = channel.series
  if (all === undefined) return []
  const whole = firstFound([detectDrop, detectSilence, detectSurge], probe, (detect) =>
    detect(channel, all, hour, probe),
  )
  if (whole !== null && probe === undefined) return [whole]
  const alarms = reasons.flatMap(
    (reason) => firstFound([detectShare, detectDrop], probe, (detect) => detect(channel, reason, hour, probe)) ?? [],
  )
  return whole !== null ? [whole] : alarms.sort((a, b) => b.excess - a.excess).slice(0, 1)
}

function detectDrop(channel: ChannelMemory, series: SeriesMemory, hour: HourNumber, probe?: Probe): Alarm | null {
  return firstFound(WINDOWS.keys(), probe, (position) => lookForDrop(channel, series, hour, position, probe))
}

function lookForDrop(
  channel: ChannelMemory,
  series: SeriesMemory,
  hour: HourNumber,
  position: number,
  probe: Probe | undefined,
): Alarm | null {
  const hours = WINDOWS[position] ?? 1
  const plain = dropDeviation(channel, series, hour, position)
  const byHoliday = holidayDeviation(channel, series, hour, position, plain)
  const deviation = clockDeviation(channel, series, hour, position, byHoliday)
  const limits = dropLimits(channel, series, hour, position)
  const trial = begin(probe, 'loss', channel, series, hours)
  if (!isMeasured(trial, deviation) || series.sums === null || limits === null) return null
  if (probe !== undefined) {
    noteMovements(trial, series, hour, position)
    trial.note('stricter', limits.stricter)
    if (byHoliday !== plain) trial.note('holiday', byHoliday - plain)
    if (deviation !== byHoliday) trial.note('clocks', deviation - byHoliday)
  }
  if (!trial.needs('loss', deviation < -limits.size, -deviation, limits.size)) return null
  if (!trial.needs('noise', deviation < -limits.significance, -deviation / limits.noise, limits.deviations)) return null
  if (series.reason !== '' && !isOwnFall(trial, series, hour, position, deviation)) return null
  const { seen, expected } = windowSums(series.sums, hour, hours)
  const shared = at(series.shared, place(hour) * WINDOWS.length + position)
  const foreseen = expected * Math.exp(Math.min(0, shared || 0))
  const chance = logTailBound(seen, foreseen, dispersionOf(series) / Math.max(1, hours / 3))
  const unlikely = logUnlikely(channel.sensitivity, LOG_UNLIKELY)
  if (!trial.needs('chance', chance <= unlikely, chance, unlikely)) return null
  // Whoever names sizes has said what is a blip.
  const mayBlip = hours <= BLIP_WINDOW && channel.sensitivity.loss === undefined
  if (mayBlip && !isMoreThanBlip(trial, seen, foreseen, hours)) return null
  if (mayBlip && hours > 1 && !isLossOfOthers(trial, series, hour, hours)) return null
  if (!trial.isMet) return null
  const kind = seen < OUTAGE_RATIO * expected ? 'outage' : hours <= 3 ? 'drop' : 'decline'
  const excess = -deviation / Math.max(limits.size, limits.significance)
  return { kind, channel: channel.name, series: keyOf(series), windowHours: hours, excess }
}

function begin(
  probe: Probe | undefined,
  detector: 'loss' | 'few_submissions' | 'surge' | 'reason_share',
  channel: ChannelMemory,
  series: SeriesMemory,
  windowHours: number,
): Trial {
  return probe?.begin({ detector, channel: channel.name, series: keyOf(series), windowHours }) ?? UNWATCHED
}

/** NaN: too little of the window is known, or nothing was learnt yet. */
function isMeasured(trial: Trial, deviation: number): boolean {
  if (!Number.isNaN(deviation)) return true
  trial.needs('measured', false, 0, 1)
  return false
}

function noteMovements(trial: Trial, series: SeriesMemory, hour: HourNumber, position: number): void {
  const index = place(hour) * WINDOWS.length + position
  trial.note('own_movement', at(series.residuals, index))
  trial.note('shared_movement', at(series.shared, index))
  if (series.sums === null) return
  const hours = WINDOWS[position] ?? 1
  const { seen, expected, knownHours } = windowSums(series.sums, hour, hours)
  trial.note('seen', seen)
  trial.note('expected', expected)
  trial.note('unknown_hours', hours - knownHours)
}

/** What one hour may lose and be nobody's business, */
const BLIP_LOSS = 0.4
/** in windows so short that it shows in them, */
const BLIP_WINDOW = 3
const LOG_SURELY = Math.log(1e-2)

/**
 * Whether chance and a blip of a single hour together can't be all there is: of few submissions it can't be said at once
 * whether more than a blip is missing.
 */
function isMoreThanBlip(trial: Trial, seen: number, foreseen: number, hours: number): boolean {
  const chance = logTailBound(seen, foreseen * (1 - BLIP_LOSS / hours), 1e-4)
  return trial.needs('blip', chance <= LOG_SURELY, chance, LOG_SURELY)
}

/** A short window is no loss for one odd hour alone: the others must have lost half as much as is told. */
function isLossOfOthers(trial: Trial, series: SeriesMemory, hour: HourNumber, hours: number): boolean {
  const others = withoutOddest(series, hour, hours, -1)
  const needed = (DROP[hours]?.ratio ?? 0) / 2
  const lost = 1 - others.seen / others.usual
  return trial.needs('other_hours_lost', !(lost < needed), lost, needed)
}

/** What a reason loses together with the rest of its channel is the channel's loss, and told where that is large enough. */
function isOwnFall(trial: Trial, series: SeriesMemory, hour: HourNumber, position: number, deviation: number): boolean {
  const share = at(series.shares, place(hour) * WINDOWS.length + position)
  return trial.needs('own_part', share < LEAST_OWN_PART * deviation, share / deviation, LEAST_OWN_PART)
}

/** A fall within so many hours is no holiday's. */
const SUDDENLY = 2

/**
 * What of a window's deviation a known holiday doesn't excuse. It excuses what it may cost and no more; and neither that nearly nothing
 * comes, nor that much falls away within two hours: a holiday comes over a morning.
 */
function holidayDeviation(
  { holidays }: ChannelMemory,
  series: SeriesMemory,
  hour: HourNumber,
  position: number,
  deviation: number,
): number {
  const hours = WINDOWS[position] ?? 1
  const excuse = holidayExcuse(holidays, hour, hours)
  if (excuse === 0 || !(deviation < 0)) return deviation
  const index = place(hour) * WINDOWS.length + position
  if (at(series.residuals, index) < Math.log(OUTAGE_RATIO)) return deviation
  const beyond = beyondHoliday(deviation, excuse)
  if (hours !== SUDDENLY) return beyond
  const before = at(series.residuals, place(hour - SUDDENLY) * WINDOWS.length + position)
  const fall = at(series.residuals, index) - before
  return Number.isNaN(fall) ? beyond : Math.min(beyond, Math.max(deviation, fall))
}

/** Less is told by nobody, so nobody asks whether it may be the clocks. */
const LEAST_ASKED = 0.05

/** What of a window's deviation isn't explained by clocks that have changed. Nearly nothing is no hour later nor earlier. */
function clockDeviation(
  channel: ChannelMemory,
  series: SeriesMemory,
  hour: HourNumber,
  position: number,
  deviation: number,
): number {
  const residual = at(series.residuals, place(hour) * WINDOWS.length + position)
  if (!(deviation < -LEAST_ASKED) || residual < Math.log(OUTAGE_RATIO)) return deviation
  return Math.min(0, deviation + clockExcuse(channel, series, hour, WINDOWS[position] ?? 1))
}

/**
 * Deviation of a window, excused by the siblings as far as they moved along, or of a channel that has none by what it was short of the day
 * before already; NaN where unknown.
 */
function dropDeviation(channel: ChannelMemory, series: SeriesMemory, hour: HourNumber, position: number): number {
  const index = place(hour) * WINDOWS.length + position
  const residual = at(series.residuals, index)
  const drift = Number.isNaN(at(series.shared, index)) ? driftBefore(channel, series, hour, WINDOWS[position] ?? 1) : 0
  return Math.max(siblingDeviation(series, hour, position), residual - drift)
}

/** Deviation of a window, excused by the siblings alone. */
function siblingDeviation(series: SeriesMemory, hour: HourNumber, position: number): number {
  const index = place(hour) * WINDOWS.length + position
  const residual = at(series.residuals, index)
  const shared = at(series.shared, index)
  return Number.isNaN(shared) ? residual : Math.max(residual, beyondShared(residual, shared, WINDOWS[position] ?? 1))
}

interface Limits {
  /** Positive logs: both must be exceeded. */
  readonly size: number
  readonly significance: number
  /** What `significance` is so many (`deviations`) times of, but for what is asked beyond. */
  readonly noise: number
  readonly deviations: number
  /** What of both is asked beyond the usual. */
  readonly stricter: number
}

/** Holidays come over a morning. Where no sibling tells of them, and noise hides how it came, what so long a window lost must be so many times as large. */
const MORNING_WINDOW = 3
const ALONE = 2.5
/** Of what came over hours, so much must be lost, over shorter windows and from the second number of hours on: no holiday takes as much. */
const GRADUAL_RATIO = 0.56
const LONG_WINDOW = 6
const LONG_GRADUAL_RATIO = 0.42

/** Stricter where hours of the window are unknown, and while all channels move; null where the window isn't looked at. */
function dropLimits(channel: ChannelMemory, series: SeriesMemory, hour: HourNumber, position: number): Limits | null {
  const { sensitivity } = channel
  const hours = WINDOWS[position] ?? 1
  const threshold = DROP[hours]
  if (threshold === undefined || series.sums === null) return null
  const noise = at(series.noise?.unexplained ?? UNKNOWN_NOISE, position)
  const index = place(hour) * WINDOWS.length + position
  const movement = at(series.shared, index)
  const shared = Math.abs(movement) || 0
  const missingHours = hours < 6 ? 0 : 1 - windowSums(series.sums, hour, hours).knownHours / hours
  const holiday = shared < 0.04 ? 0 : (hours < 6 ? 0 : 0.3 * (shared - 0.04)) + (at(series.sharedSpread, index) || 0)
  const stricter = 0.5 * missingHours + holiday
  const significance = leastDeviations(sensitivity, threshold.deviations) * noise + stricter
  const size = leastLoss(sensitivity.loss, hours, threshold.ratio)
  const isAlone = Number.isNaN(movement) && sensitivity.loss === undefined
  return {
    size: (isAlone ? sizeAlone(series, hour, { position, size }) : size) + stricter,
    significance,
    noise,
    deviations: significance / noise,
    stricter,
  }
}

/** What a window of a channel without siblings must have lost, where with siblings it were `size`. */
function sizeAlone(
  series: SeriesMemory,
  hour: HourNumber,
  { position, size }: { readonly position: number; readonly size: number },
): number {
  const hours = WINDOWS[position] ?? 1
  const noise = series.noise?.unexplained ?? UNKNOWN_NOISE
  // A long window knows less of how deep it is by now than the shorter ones that end with it.
  const loss = WINDOWS.slice(0, position + 1).reduce(
    (deepest, _, shorter) => Math.max(deepest, -at(series.residuals, place(hour) * WINDOWS.length + shorter) || 0),
    0,
  )
  const onset = onsetOf(series, hour, { hours, loss, noise })
  if (onset === 'sudden') return size
  if (onset === 'hidden') return hours < MORNING_WINDOW ? size : ALONE * size
  return Math.max(size, -Math.log(1 - (hours < LONG_WINDOW ? GRADUAL_RATIO : LONG_GRADUAL_RATIO)))
}

/**
 * Whether the channel fell again after it had fallen: by as much as is told, against where it stood the day before the window, though that
 * was low already.
 */
export function fellFurther(channel: ChannelMemory, hour: HourNumber): boolean {
  const [all] = channel.series
  if (all === undefined) return false
  return WINDOWS.some((hours, position) => {
    const limits = hours > FURTHER_WINDOW ? null : dropLimits(channel, all, hour, position)
    if (limits === null) return false
    const earlier = at(all.residuals, place(hour - hours) * WINDOWS.length + WINDOWS.indexOf(DAY_HOURS))
    const further = siblingDeviation(all, hour, position) - Math.min(0, earlier)
    return further < -Math.max(limits.size, limits.significance)
  })
}

/** A second fall is sudden, or can't be told from the first one going on. */
const FURTHER_WINDOW = 6

/** Whether all reasons of a channel fell with it, by half as much at least. */
export function fellAlike({ series: [all, ...reasons] }: ChannelMemory, hour: HourNumber, hours: number): boolean {
  const position = WINDOWS.findIndex((window) => window === hours)
  if (all === undefined || position === -1 || reasons.length < 2) return false
  const index = place(hour) * WINDOWS.length + position
  return reasons.every(({ residuals }) => at(residuals, index) < at(all.residuals, index) / 2)
}

/** Of all submissions over one of the windows: a positive log of what is lost, what is asked beyond, and the noise; null: unknown. */
export function lossOver(channel: ChannelMemory, hour: HourNumber, hours: number) {
  const [all] = channel.series
  const position = WINDOWS.findIndex((window) => window === hours)
  const limits = all === undefined || position === -1 ? null : dropLimits(channel, all, hour, position)
  if (all === undefined || limits === null) return null
  const plain = dropDeviation(channel, all, hour, position)
  const byHoliday = holidayDeviation(channel, all, hour, position, plain)
  const lost = -clockDeviation(channel, all, hour, position, byHoliday)
  return Number.isNaN(lost) ? null : { lost, stricter: limits.stricter, noise: limits.noise }
}

const UNKNOWN_NOISE = new Float64Array(WINDOWS.length).fill(1)

/** Of single hours, what is more than counting noise. */
function dispersionOf(series: SeriesMemory): number {
  const level = series.sums === null ? 1 : levelBefore(series.sums, series.sums.filledTo)
  const noise = at(series.noise?.unexplained ?? UNKNOWN_NOISE, 0)
  return Math.max(noise ** 2 - 1 / Math.max(1, level), 1e-4)
}

/** Small channels: told after about 17 submissions that should have come and didn't. */
function detectSilence(channel: ChannelMemory, series: SeriesMemory, hour: HourNumber, probe?: Probe): Alarm | null {
  const { sums } = series
  if (sums === null || !(levelBefore(sums, hour) * DAY_HOURS < FEW_PER_DAY)) return null
  return firstFound(FEW_WINDOWS, probe, (hours) => {
    const { seen, expected: usual, knownHours } = windowSums(sums, hour, hours)
    const expected = usual * Math.exp(-holidayExcuse(channel.holidays, hour, hours))
    const trial = begin(probe, 'few_submissions', channel, series, hours)
    if (!trial.needs('known_hours', knownHours >= hours, knownHours, hours)) return null
    const loss = Math.max(1 / 2, leastRatio(channel.sensitivity.loss, hours, 0))
    const size = -Math.log(Math.max(0, 1 - loss))
    if (!trial.needs('loss', seen < (1 - loss) * expected, Math.log(expected / seen), size)) return null
    const bound = logTailBound(seen, expected, 0.02)
    const unlikely = logUnlikely(channel.sensitivity, LOG_UNLIKELY_OF_FEW)
    if (!trial.needs('chance', bound <= unlikely, bound, unlikely)) return null
    trial.note('seen', seen)
    trial.note('expected', expected)
    if (!trial.isMet) return null
    const kind = seen < OUTAGE_RATIO * expected ? 'outage' : 'drop'
    const excess = bound / unlikely
    return { kind, channel: channel.name, series: keyOf(series), windowHours: hours, excess }
  })
}

function detectSurge(channel: ChannelMemory, series: SeriesMemory, hour: HourNumber, probe?: Probe): Alarm | null {
  return firstFound(WINDOWS.keys(), probe, (position) => lookForSurge(channel, series, hour, position, probe))
}

function lookForSurge(
  channel: ChannelMemory,
  series: SeriesMemory,
  hour: HourNumber,
  position: number,
  probe: Probe | undefined,
): Alarm | null {
  const hours = WINDOWS[position] ?? 1
  const threshold = SURGE[hours]
  if (threshold === undefined) return null
  const trial = begin(probe, 'surge', channel, series, hours)
  const index = place(hour) * WINDOWS.length + position
  const residual = at(series.residuals, index)
  const shared = at(series.shared, index)
  const beyond = Number.isNaN(shared)
    ? residual - driftBefore(channel, series, hour, hours)
    : beyondShared(residual, shared, hours)
  const gained = Math.min(residual, beyond)
  if (!isMeasured(trial, gained) || series.sums === null) return null
  const deviation = gained - series.acceptedLoss - (gained > 0 ? mostByClocks(series.sums, hour, hours) : 0)
  const noise = at(series.noise?.unexplained ?? UNKNOWN_NOISE, position)
  const { sensitivity } = channel
  const ratio = leastRatio(sensitivity.surge, hours, threshold.ratio)
  const deviations = leastDeviations(sensitivity, threshold.deviations)
  const size = Math.log(1 + ratio)
  const significance = deviations * noise
  if (!trial.needs('gain', deviation > size, deviation, size)) return null
  if (!trial.needs('noise', deviation > significance, deviation / noise, deviations)) return null
  if (probe !== undefined) noteMovements(trial, series, hour, position)
  const { seen, expected } = windowSums(series.sums, hour, hours)
  if (!trial.needs('submissions', seen >= LEAST_SURGE, seen, LEAST_SURGE)) return null
  const chance = logTailBound(seen, Math.max(expected, 1), dispersionOf(series) / (hours / 3))
  const unlikely = logUnlikely(sensitivity, LOG_UNLIKELY)
  if (!trial.needs('chance', chance <= unlikely, chance, unlikely)) return null
  const others = withoutOddest(series, hour, hours, 1)
  const needed = 1 + ratio / 2
  if (!trial.needs('other_hours', !(others.seen < needed * others.usual), others.seen / others.usual - 1, needed - 1))
    return null
  if (!trial.isMet) return null
  const excess = deviation / Math.max(size, significance)
  return { kind: 'surge', channel: channel.name, series: {}, windowHours: hours, excess }
}

/** Of a window without its highest hour (`sign` 1) or its lowest (-1): a single odd hour isn't told. */
function withoutOddest(series: SeriesMemory, hour: HourNumber, hours: number, sign: 1 | -1) {
  const all = Array.from({ length: hours }, (_, back) => hour - back)
    .filter((h) => series.sums !== null && windowSums(series.sums, h, 1).knownHours === 1)
    .map((h) => ({ seen: at(series.counts, place(h)), usual: usualCount(series, h, h) }))
    .sort((a, b) => sign * (a.seen - a.usual - (b.seen - b.usual)))
    .slice(0, -1)
  const sum = (pick: (own: { seen: number; usual: number }) => number) =>
    all.reduce((total, own) => total + pick(own), 0)
  return { seen: sum((own) => own.seen), usual: sum((own) => own.usual) }
}

/** One reason falls against the others of its channel: what the two share, holidays among it, is out of the question. */
function detectShare(channel: ChannelMemory, series: SeriesMemory, hour: HourNumber, probe?: Probe): Alarm | null {
  return firstFound(WINDOWS.keys(), probe, (position) => lookForShare(channel, series, hour, position, probe))
}

function lookForShare(
  channel: ChannelMemory,
  series: SeriesMemory,
  hour: HourNumber,
  position: number,
  probe: Probe | undefined,
): Alarm | null {
  const hours = WINDOWS[position] ?? 1
  const threshold = SHARE[hours]
  if (threshold === undefined) return null
  const trial = begin(probe, 'reason_share', channel, series, hours)
  const share = at(series.shares, place(hour) * WINDOWS.length + position)
  if (!isMeasured(trial, share) || series.noise === null) return null
  const size = leastLoss(channel.sensitivity.loss, hours, threshold.ratio)
  const spread = at(series.noise.shares, position)
  const deviations = leastDeviations(channel.sensitivity, threshold.deviations)
  const significance = deviations * spread
  if (!trial.needs('loss', share < -size, -share, size)) return null
  if (!trial.needs('noise', share < -significance, -share / spread, deviations)) return null
  if (probe !== undefined) noteMovements(trial, series, hour, position)
  const own = dropDeviation(channel, series, hour, position)
  const ownNoise = at(series.noise.unexplained, position)
  if (!trial.needs('own_part', own < LEAST_OWN_PART * share, own / share, LEAST_OWN_PART)) return null
  if (!trial.needs('own_noise', own < -OWN_DEVIATIONS * ownNoise, -own / ownNoise, OWN_DEVIATIONS)) return null
  if (!trial.isMet) return null
  const kind = hours <= 3 ? 'drop' : 'decline'
  const excess = -share / Math.max(size, significance)
  return { kind, channel: channel.name, series: keyOf(series), windowHours: hours, excess }
}

function keyOf(series: SeriesMemory): SeriesKey {
  return series.reason === '' ? {} : { reason: series.reason }
}

/**
 * What a channel's volume may be short of over the last `hours` without being told, as a log: what an incident must come
 * back to, times 0.6, to be over.
 */
export function toleratedLoss({ sensitivity }: ChannelMemory, series: SeriesMemory, hours: number): number {
  const position = WINDOWS.findLastIndex((window) => window <= hours)
  const threshold = DROP[WINDOWS[position] ?? 1]
  if (threshold === undefined) return Number.POSITIVE_INFINITY
  const noise = at(series.noise?.unexplained ?? UNKNOWN_NOISE, position)
  const size = leastLoss(sensitivity.loss, hours, threshold.ratio)
  return Math.max(leastDeviations(sensitivity, threshold.deviations) * noise, size)
}

/** All channels at once lose so much that no holiday explains it: by window, the least loss of the middle channel. */
const EVERYWHERE: Readonly<Record<number, number>> = { 2: 0.56, 3: 0.56, 6: 0.42 }
const LEAST_CHANNELS = 3

/** A loss of all channels together, which the siblings can't excuse; null where there is none. */
export function detectEverywhere(channels: readonly ChannelMemory[], hour: HourNumber, probe?: Probe): Alarm | null {
  return firstFound(WINDOWS.keys(), probe, (position) => lookEverywhere(channels, hour, position, probe))
}

function lookEverywhere(
  channels: readonly ChannelMemory[],
  hour: HourNumber,
  position: number,
  probe: Probe | undefined,
): Alarm | null {
  const hours = WINDOWS[position] ?? 1
  const loss = EVERYWHERE[hours]
  if (loss === undefined) return null
  const limit = Math.log(1 - loss)
  const residuals = channels
    .flatMap((channel) =>
      channel.series[0] === undefined
        ? []
        : [
            excusedResidual(
              channel,
              at(channel.series[0].residuals, place(hour) * WINDOWS.length + position),
              hour,
              hours,
            ),
          ],
    )
    .filter((residual) => !Number.isNaN(residual))
    .sort((a, b) => a - b)
  const trial = probe?.begin({ detector: 'all_channels', channel: '*', series: {}, windowHours: hours }) ?? UNWATCHED
  const least = Math.max(LEAST_CHANNELS, 0.6 * channels.length)
  if (!trial.needs('channels', residuals.length >= least, residuals.length, least)) return null
  const middle = residuals[Math.floor(residuals.length / 2)] ?? 0
  // All but one in five must have fallen, or it isn't "all".
  const almostLast = residuals[Math.ceil(0.8 * residuals.length) - 1] ?? 0
  if (!trial.needs('loss', middle < limit, -middle, -limit)) return null
  if (!trial.needs('others_loss', almostLast < limit / 2, -almostLast, -limit / 2)) return null
  // How suddenly nothing came about is no question.
  if (middle >= limit) return null
  const kind = middle < Math.log(OUTAGE_RATIO) ? 'outage' : 'drop'
  if (kind === 'drop' && !beganSuddenly(trial, channels, hour, middle)) return null
  if (!trial.isMet) return null
  return { kind, channel: '*', series: {}, windowHours: hours, excess: middle / limit }
}

/** Nearly nothing is no holiday. */
function excusedResidual({ holidays }: ChannelMemory, residual: number, hour: HourNumber, hours: number): number {
  return residual < Math.log(OUTAGE_RATIO) ? residual : beyondHoliday(residual, holidayExcuse(holidays, hour, hours))
}

/** Holidays come over a morning; what breaks is broken within so many hours, */
const SUDDEN_HOURS = 2
/** at some time in the last so many. */
const ONSET_WITHIN_HOURS = 12
/** Of all that is lost then. */
const SUDDEN_PART = 0.6

/** Whether most of the loss of all channels together (`loss`, a log) came within an hour or two. */
function beganSuddenly(trial: Trial, channels: readonly ChannelMemory[], hour: HourNumber, loss: number): boolean {
  const middles = Array.from({ length: ONSET_WITHIN_HOURS + SUDDEN_HOURS }, (_, back) =>
    middleResidual(channels, hour - back),
  )
  let steepest = 0
  for (let back = 0; back < ONSET_WITHIN_HOURS; back++) {
    const fall = (middles[back] ?? Number.NaN) - (middles[back + SUDDEN_HOURS] ?? Number.NaN)
    if (fall < steepest) steepest = fall
  }
  return trial.needs('sudden', steepest < SUDDEN_PART * loss, -steepest, -SUDDEN_PART * loss)
}

/** Of single hours, against season and level. */
function middleResidual(channels: readonly ChannelMemory[], hour: HourNumber): number {
  const values = channels
    .flatMap(({ series }) => (series[0] === undefined ? [] : [at(series[0].residuals, place(hour) * WINDOWS.length)]))
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b)
  return values[Math.floor(values.length / 2)] ?? Number.NaN
}

/**
 * When what `series` shows over the alarm's window began: the hour from which on the losses add up to most, against half of
 * the loss that the window shows (a CUSUM, read backwards).
 */
export function estimateStart(series: SeriesMemory, alarm: Alarm, hour: HourNumber): HourNumber {
  if (series.sums === null) return hour
  const { seen, expected } = windowSums(series.sums, hour, alarm.windowHours)
  const slack = (expected - seen) / expected / 2
  const furthest = hour - Math.max(12, Math.min(3 * alarm.windowHours, 3 * DAY_HOURS))
  const level = levelBefore(series.sums, furthest)
  let start = hour
  let most = Number.NEGATIVE_INFINITY
  let total = 0
  for (let h = hour; h >= Math.max(furthest, series.sums.start); h--) {
    const usual = level * (usualCount(series, h, h) / levelBefore(series.sums, h))
    if (Number.isNaN(usual)) break
    const isKnown = windowSums(series.sums, h, 1).knownHours === 1
    if (!isKnown) continue
    const lost = usual - at(series.counts, place(h))
    const signed = alarm.kind === 'surge' ? -(lost - slack * usual) : lost - slack * usual
    total += signed
    if (total > most) {
      most = total
      start = h
    }
  }
  return start
}

import type { FindingKind, SeriesKey } from '../finding.ts'
import { usualCount } from './expectation.ts'
import { type ChannelMemory, type SeriesMemory, WINDOWS } from './memory.ts'
import { beyondShared } from './residuals.ts'
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

/**
 * Volume alarms of one channel at `hour`: at most one for all submissions; where there is none, at most one for the reason
 * that fell most.
 */
export function detectVolume(channel: ChannelMemory, hour: HourNumber): readonly Alarm[] {
  const [all, ...reasons] = channel.series
  if (all === undefined) return []
  const whole = detectDrop(channel, all, hour) ?? detectSilence(channel, all, hour) ?? detectSurge(channel, all, hour)
  if (whole !== null) return [whole]
  const alarms = reasons.flatMap(
    (reason) => detectShare(channel, reason, hour) ?? detectDrop(channel, reason, hour) ?? [],
  )
  return alarms.sort((a, b) => b.excess - a.excess).slice(0, 1)
}

function detectDrop(channel: ChannelMemory, series: SeriesMemory, hour: HourNumber): Alarm | null {
  for (const [position, hours] of WINDOWS.entries()) {
    const deviation = dropDeviation(series, hour, position)
    const threshold = dropThreshold(series, hour, position)
    if (!(deviation < -threshold) || series.sums === null) continue
    if (series.reason !== '' && !isOwnFall(series, hour, position, deviation)) continue
    const { seen, expected } = windowSums(series.sums, hour, hours)
    const shared = at(series.shared, place(hour) * WINDOWS.length + position)
    const foreseen = expected * Math.exp(Math.min(0, shared || 0))
    if (logTailBound(seen, foreseen, dispersionOf(series) / Math.max(1, hours / 3)) > LOG_UNLIKELY) continue
    if (mayBeBlip(seen, foreseen, hours)) continue
    const kind = seen < OUTAGE_RATIO * expected ? 'outage' : hours <= 3 ? 'drop' : 'decline'
    return { kind, channel: channel.name, series: keyOf(series), windowHours: hours, excess: -deviation / threshold }
  }
  return null
}

/** What one hour may lose and be nobody's business, */
const BLIP_LOSS = 0.4
/** in windows so short that it shows in them, */
const BLIP_WINDOW = 3
const LOG_SURELY = Math.log(1e-2)

/**
 * Whether chance and a blip of a single hour together may be all there is: of few submissions it can't be said at once
 * whether more than a blip is missing.
 */
function mayBeBlip(seen: number, foreseen: number, hours: number): boolean {
  return hours <= BLIP_WINDOW && logTailBound(seen, foreseen * (1 - BLIP_LOSS / hours), 1e-4) > LOG_SURELY
}

/** What a reason loses together with the rest of its channel is the channel's loss, and told where that is large enough. */
function isOwnFall(series: SeriesMemory, hour: HourNumber, position: number, deviation: number): boolean {
  return at(series.shares, place(hour) * WINDOWS.length + position) < LEAST_OWN_PART * deviation
}

/** Deviation of a window, excused by the siblings as far as they moved along; NaN where unknown. */
function dropDeviation(series: SeriesMemory, hour: HourNumber, position: number): number {
  const index = place(hour) * WINDOWS.length + position
  const residual = at(series.residuals, index)
  const shared = at(series.shared, index)
  return Number.isNaN(shared) ? residual : Math.max(residual, beyondShared(residual, shared, WINDOWS[position] ?? 1))
}

/** As a positive log: stricter where hours of the window are unknown, and while all channels move. */
function dropThreshold(series: SeriesMemory, hour: HourNumber, position: number): number {
  const hours = WINDOWS[position] ?? 1
  const threshold = DROP[hours]
  if (threshold === undefined || series.sums === null) return Number.POSITIVE_INFINITY
  const noise = at(series.noise?.unexplained ?? UNKNOWN_NOISE, position)
  const index = place(hour) * WINDOWS.length + position
  const shared = Math.abs(at(series.shared, index)) || 0
  const missingHours = hours < 6 ? 0 : 1 - windowSums(series.sums, hour, hours).knownHours / hours
  const holiday = shared < 0.04 ? 0 : (hours < 6 ? 0 : 0.3 * (shared - 0.04)) + (at(series.sharedSpread, index) || 0)
  return Math.max(threshold.deviations * noise, -Math.log(1 - threshold.ratio)) + 0.5 * missingHours + holiday
}

const UNKNOWN_NOISE = new Float64Array(WINDOWS.length).fill(1)

/** Of single hours, what is more than counting noise. */
function dispersionOf(series: SeriesMemory): number {
  const level = series.sums === null ? 1 : levelBefore(series.sums, series.sums.filledTo)
  const noise = at(series.noise?.unexplained ?? UNKNOWN_NOISE, 0)
  return Math.max(noise ** 2 - 1 / Math.max(1, level), 1e-4)
}

/** Small channels: told after about 17 submissions that should have come and didn't. */
function detectSilence(channel: ChannelMemory, series: SeriesMemory, hour: HourNumber): Alarm | null {
  const { sums } = series
  if (sums === null || !(levelBefore(sums, hour) * DAY_HOURS < FEW_PER_DAY)) return null
  for (const hours of FEW_WINDOWS) {
    const { seen, expected, knownHours } = windowSums(sums, hour, hours)
    if (knownHours < hours || seen >= expected / 2) continue
    const bound = logTailBound(seen, expected, 0.02)
    if (bound > LOG_UNLIKELY_OF_FEW) continue
    const kind = seen < OUTAGE_RATIO * expected ? 'outage' : 'drop'
    const excess = bound / LOG_UNLIKELY_OF_FEW
    return { kind, channel: channel.name, series: keyOf(series), windowHours: hours, excess }
  }
  return null
}

function detectSurge(channel: ChannelMemory, series: SeriesMemory, hour: HourNumber): Alarm | null {
  for (const [position, hours] of WINDOWS.entries()) {
    const threshold = SURGE[hours]
    if (threshold === undefined || series.sums === null) continue
    const index = place(hour) * WINDOWS.length + position
    const residual = at(series.residuals, index)
    const shared = at(series.shared, index)
    const deviation = Number.isNaN(shared) ? residual : Math.min(residual, beyondShared(residual, shared, hours))
    const noise = at(series.noise?.unexplained ?? UNKNOWN_NOISE, position)
    const limit = Math.max(threshold.deviations * noise, Math.log(1 + threshold.ratio))
    const { seen, expected } = windowSums(series.sums, hour, hours)
    if (!(deviation > limit) || seen < LEAST_SURGE) continue
    if (logTailBound(seen, Math.max(expected, 1), dispersionOf(series) / (hours / 3)) > LOG_UNLIKELY) continue
    if (isOneOddHour(series, hour, hours, 1 + threshold.ratio / 2)) continue
    return { kind: 'surge', channel: channel.name, series: {}, windowHours: hours, excess: deviation / limit }
  }
  return null
}

/** Whether a window is only high for its highest hour. */
function isOneOddHour(series: SeriesMemory, hour: HourNumber, hours: number, ratio: number): boolean {
  const all = Array.from({ length: hours }, (_, back) => hour - back)
    .filter((h) => series.sums !== null && windowSums(series.sums, h, 1).knownHours === 1)
    .map((h) => ({ seen: at(series.counts, place(h)), usual: usualCount(series, h, h) }))
    .sort((a, b) => a.seen - a.usual - (b.seen - b.usual))
    .slice(0, -1)
  const sum = (pick: (own: { seen: number; usual: number }) => number) =>
    all.reduce((total, own) => total + pick(own), 0)
  return sum((own) => own.seen) < ratio * sum((own) => own.usual)
}

/** One reason falls against the others of its channel: what the two share, holidays among it, is out of the question. */
function detectShare(channel: ChannelMemory, series: SeriesMemory, hour: HourNumber): Alarm | null {
  for (const [position, hours] of WINDOWS.entries()) {
    const threshold = SHARE[hours]
    if (threshold === undefined || series.noise === null) continue
    const share = at(series.shares, place(hour) * WINDOWS.length + position)
    const limit = Math.max(threshold.deviations * at(series.noise.shares, position), -Math.log(1 - threshold.ratio))
    const own = dropDeviation(series, hour, position)
    const isOwn = own < 0.6 * share && own < -2 * at(series.noise.unexplained, position)
    if (!(share < -limit) || !isOwn) continue
    const kind = hours <= 3 ? 'drop' : 'decline'
    return { kind, channel: channel.name, series: keyOf(series), windowHours: hours, excess: -share / limit }
  }
  return null
}

function keyOf(series: SeriesMemory): SeriesKey {
  return series.reason === '' ? {} : { reason: series.reason }
}

/**
 * What a channel's volume may be short of over the last `hours` without being told, as a log: what an incident must come
 * back to, times 0.6, to be over.
 */
export function toleratedLoss(series: SeriesMemory, hours: number): number {
  const position = WINDOWS.findLastIndex((window) => window <= hours)
  const threshold = DROP[WINDOWS[position] ?? 1]
  if (threshold === undefined) return Number.POSITIVE_INFINITY
  const noise = at(series.noise?.unexplained ?? UNKNOWN_NOISE, position)
  return Math.max(threshold.deviations * noise, -Math.log(1 - threshold.ratio))
}

/** All channels at once lose so much that no holiday explains it: by window, the least loss of the middle channel. */
const EVERYWHERE: Readonly<Record<number, number>> = { 2: 0.56, 3: 0.56, 6: 0.42 }
const LEAST_CHANNELS = 3

/** A loss of all channels together, which the siblings can't excuse; null where there is none. */
export function detectEverywhere(channels: readonly ChannelMemory[], hour: HourNumber): Alarm | null {
  if (channels.length < LEAST_CHANNELS) return null
  for (const [position, hours] of WINDOWS.entries()) {
    const loss = EVERYWHERE[hours]
    if (loss === undefined) continue
    const limit = Math.log(1 - loss)
    const residuals = channels
      .flatMap(({ series }) =>
        series[0] === undefined ? [] : [at(series[0].residuals, place(hour) * WINDOWS.length + position)],
      )
      .filter((residual) => !Number.isNaN(residual))
      .sort((a, b) => a - b)
    if (residuals.length < Math.max(LEAST_CHANNELS, 0.6 * channels.length)) continue
    const middle = residuals[Math.floor(residuals.length / 2)] ?? 0
    // All but one in five must have fallen, or it isn't "all".
    const almostLast = residuals[Math.ceil(0.8 * residuals.length) - 1] ?? 0
    if (middle >= limit || almostLast >= limit / 2) continue
    const kind = middle < Math.log(OUTAGE_RATIO) ? 'outage' : 'drop'
    if (kind === 'drop' && !beganSuddenly(channels, hour, middle)) continue
    return { kind, channel: '*', series: {}, windowHours: hours, excess: middle / limit }
  }
  return null
}

/** Holidays come over a morning; what breaks is broken within so many hours, */
const SUDDEN_HOURS = 2
/** at some time in the last so many. */
const ONSET_WITHIN_HOURS = 12
/** Of all that is lost then. */
const SUDDEN_PART = 0.6

/** Whether most of the loss of all channels together (`loss`, a log) came within an hour or two. */
function beganSuddenly(channels: readonly ChannelMemory[], hour: HourNumber, loss: number): boolean {
  const middles = Array.from({ length: ONSET_WITHIN_HOURS + SUDDEN_HOURS }, (_, back) =>
    middleResidual(channels, hour - back),
  )
  for (let back = 0; back < ONSET_WITHIN_HOURS; back++) {
    const fall = (middles[back] ?? Number.NaN) - (middles[back + SUDDEN_HOURS] ?? Number.NaN)
    if (fall < SUDDEN_PART * loss) return true
  }
  return false
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

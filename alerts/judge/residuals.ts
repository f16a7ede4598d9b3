import { driftBefore } from './alone.ts'
import { type Others, othersOf } from './leave-one-out.ts'
import { type ChannelMemory, type JudgeMemory, type SeriesMemory, WINDOWS } from './memory.ts'
import { learnSeasons } from './season.ts'
import { createTideSums, fillTideSums, isSeasonKnown, windowSums } from './tide-sums.ts'
import { at, DAY_HOURS, type HourNumber, midnightOf, NOISE_HOURS, place } from './window.ts'

/** Of a window's hours, so many must be known for it to say anything. */
const LEAST_KNOWN = 0.6
/** What two channels differ by on any day, as a standard deviation of logs: no sibling is believed more exactly. */
const SIBLING_SPREAD = 0.015
/** Fewer siblings than this can't tell a common movement from their own trouble. */
const LEAST_SIBLINGS = 2

/**
 * Brings residuals up to `hour`, together with the seasons and sums that they are against: only what is missing, day by
 * day, each day's hours against the season learnt before that day.
 */
export function updateResiduals(memory: JudgeMemory, hour: HourNumber): void {
  const earliest = midnightOf(hour) - NOISE_HOURS - DAY_HOURS
  const from = memory.residualsTo === null ? earliest : Math.max(earliest, memory.residualsTo + 1)
  for (let midnight = midnightOf(Math.min(from, hour)); midnight <= hour; midnight += DAY_HOURS) {
    const last = Math.min(hour, midnight + DAY_HOURS - 1)
    prepareDay(memory, midnight, last)
    for (let h = Math.max(from, midnight); h <= last; h++) computeHour(memory.channels, h)
  }
  memory.residualsTo = hour
}

function prepareDay(memory: JudgeMemory, midnight: HourNumber, last: HourNumber): void {
  if (memory.seasonsOf !== midnight) {
    learnSeasons(memory.channels, midnight)
    for (const channel of memory.channels) {
      for (const series of channel.series) series.sums = series.season && createTideSums(series.season, midnight)
    }
    memory.seasonsOf = midnight
  }
  for (const channel of memory.channels) {
    for (const series of channel.series) {
      if (series.sums !== null) {
        fillTideSums(series.sums, { counts: series.counts, known: channel.known, good: channel.teaches }, last)
      }
    }
  }
}

function computeHour(channels: readonly ChannelMemory[], hour: HourNumber): void {
  for (const channel of channels) {
    for (const series of channel.series) compareWithPast(channel, series, hour)
    compareReasons(channel, hour)
  }
  const movements = movementsBy(channels, hour)
  for (const channel of channels) {
    for (const series of channel.series) compareWithSiblings(channels, channel, series, hour, movements)
  }
}

/** Fills `residuals`, and `unexplained` with a mark: NaN unless the whole window is good and the season known, so that it may teach noise. */
export function compareWithPast(channel: ChannelMemory, series: SeriesMemory, hour: HourNumber): void {
  for (const [position, hours] of WINDOWS.entries()) {
    const index = place(hour) * WINDOWS.length + position
    series.residuals[index] = Number.NaN
    series.unexplained[index] = Number.NaN
    if (series.sums === null || channel.known[place(hour)] !== 1) continue
    const window = windowSums(series.sums, hour, hours)
    if (window.knownHours < LEAST_KNOWN * hours) continue
    const residual = Math.log((window.seen + 0.5) / (window.expected + 0.5))
    series.residuals[index] = residual
    if (window.isGood && isSeasonKnown(series.sums)) series.unexplained[index] = residual
  }
}

/** Fills `shares`: how a reason moved against the rest of its channel; the channel's own noise cancels. */
export function compareReasons(channel: ChannelMemory, hour: HourNumber): void {
  const [all, ...reasons] = channel.series
  for (const reason of reasons) {
    for (const [position, hours] of WINDOWS.entries()) {
      const index = place(hour) * WINDOWS.length + position
      reason.shares[index] = Number.NaN
      if (all?.sums == null || reason.sums === null || Number.isNaN(at(reason.residuals, index))) continue
      const whole = windowSums(all.sums, hour, hours)
      const part = windowSums(reason.sums, hour, hours)
      const expected = whole.expected - part.expected
      if (expected < 0.05 * whole.expected) continue
      const rest = Math.log((Math.max(0, whole.seen - part.seen) + 0.5) / (expected + 0.5))
      reason.shares[index] = at(reason.residuals, index) - rest
    }
  }
}

/**
 * Fills `shared`, and takes out of `unexplained` what the siblings did as well. `movements` saves work where many series of the same
 * hour are compared.
 */
export function compareWithSiblings(
  channels: readonly ChannelMemory[],
  channel: ChannelMemory,
  series: SeriesMemory,
  hour: HourNumber,
  movements: MovementsOf = movementsBy(channels, hour),
): void {
  const own = movements(series.reason)
  for (let position = 0; position < WINDOWS.length; position++) {
    const index = place(hour) * WINDOWS.length + position
    const { middle: shared, spread } = sharedResidual(own[position], channel)
    series.shared[index] = shared
    series.sharedSpread[index] = spread
    if (Number.isNaN(at(series.unexplained, index))) continue
    const hours = WINDOWS[position] ?? 1
    const residual = at(series.residuals, index)
    const beyond = Number.isNaN(shared)
      ? residual - driftBefore(channel, series, hour, hours)
      : beyondShared(residual, shared, hours)
    series.unexplained[index] = nearerToZero(residual, beyond)
  }
}

/** What all channels did over one window. */
interface Movement {
  readonly others: Others
  /** The place of each channel in `others`; one that is in trouble, or of which nothing is known, has none. */
  readonly members: ReadonlyMap<ChannelMemory, number>
}

/** Of one hour, by reason and then by window. */
type MovementsOf = (reason: string) => readonly Movement[]

/**
 * Weighted median of what the siblings' same series did, and of how far they were from it; NaN with fewer than two that are
 * without an incident.
 */
function sharedResidual(movement: Movement | undefined, channel: ChannelMemory) {
  const member = movement?.members.get(channel) ?? null
  if (movement === undefined || movement.others.count(member) < LEAST_SIBLINGS) {
    return { middle: Number.NaN, spread: Number.NaN }
  }
  return { middle: movement.others.movement(member), spread: movement.others.spread(member) }
}

/** Of each reason the movements by window, made when they are first asked for. */
function movementsBy(channels: readonly ChannelMemory[], hour: HourNumber): MovementsOf {
  const made = new Map<string, readonly Movement[]>()
  return (reason) => {
    let movements = made.get(reason)
    if (movements === undefined) {
      movements = WINDOWS.map((hours, position) => movementOf(channels, reason, { hour, hours, position }))
      made.set(reason, movements)
    }
    return movements
  }
}

function movementOf(
  channels: readonly ChannelMemory[],
  reason: string,
  { hour, hours, position }: { readonly hour: HourNumber; readonly hours: number; readonly position: number },
): Movement {
  const index = place(hour) * WINDOWS.length + position
  const values = new Float64Array(channels.length)
  const weights = new Float64Array(channels.length)
  const members = new Map<ChannelMemory, number>()
  for (const channel of channels) {
    if (channel.good[place(hour)] !== 1) continue
    const series = channel.series.find((own) => own.reason === reason) ?? channel.series[0]
    if (series?.sums == null) continue
    const residual = at(series.residuals, index)
    if (Number.isNaN(residual)) continue
    const { expected } = windowSums(series.sums, hour, hours)
    values[members.size] = residual
    weights[members.size] = 1 / (1 / Math.max(expected, 0.1) + SIBLING_SPREAD ** 2)
    members.set(channel, members.size)
  }
  return { others: othersOf(values.subarray(0, members.size), weights.subarray(0, members.size)), members }
}

/**
 * How far `residual`, over a window of so many hours, lies from what the siblings' movement can excuse; 0 within. Holidays hit
 * channels unequally: when all have lost a part, one may have lost 40 % to 150 % as much, and over a morning or longer to 190 %, as
 * holidays begin and end at other hours for everybody. Movements below 3 % excuse nothing more than themselves.
 */
export function beyondShared(residual: number, shared: number, hours: number): number {
  const leeway = Math.min(1, Math.max(0, (Math.abs(shared) - 0.03) / 0.05))
  const near = (1 - 0.6 * leeway) * shared
  const far = furthest(shared, 1 + (hours < MORNING_HOURS ? 0.5 : 0.9) * leeway)
  const low = Math.min(near, far)
  const high = Math.max(near, far)
  return residual < low ? residual - low : residual > high ? residual - high : 0
}

/** So long a holiday takes to come. */
const MORNING_HOURS = 6

/** A loss of `times` the part that the siblings lost: of half, not of its logarithm. */
function furthest(shared: number, times: number): number {
  if (shared >= 0) return times * shared
  return Math.min(times * shared, Math.log(1 - Math.min(MOST_EXCUSED, times * (1 - Math.exp(shared)))))
}

/** No holiday takes more. */
const MOST_EXCUSED = 0.9

function nearerToZero(a: number, b: number): number {
  if (a * b <= 0) return 0
  return Math.abs(a) < Math.abs(b) ? a : b
}

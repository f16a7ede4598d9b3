import { type ChannelMemory, type ClockShift, type JudgeMemory, type SeriesMemory, WINDOWS } from './memory.ts'
import type { TideSums } from './tide-sums.ts'
import { at, DAY_HOURS, type HourNumber, midnightOf, place, slotOf, WEEK_HOURS } from './window.ts'

/**
 * Clocks change, by other rules in each country, and people's hours with them. What comes an hour earlier or later than for weeks looks like
 * a loss where the tide is steep: most of all where the working week ends at midnight. Nobody has to tell when that is: the days before show it.
 */

const SHIFTS: readonly ClockShift[] = [-1, 1]
/** Looked for in the last day (they changed yesterday) and in the last week (which shows smaller parts). */
const SHOWN_WITHIN = [DAY_HOURS, WEEK_HOURS] as const
/** Of so many hours at least. */
const LEAST_HOURS = 16
/** Of a channel's people, the part whose clocks must have changed, and how many times what chance does to that. */
const LEAST_PART = 0.1
const DEVIATIONS = 3

/** Whether clocks have changed as the days before today's midnight show it. Call before the noise is marked as learnt. */
export function updateClocks(memory: JudgeMemory, hour: HourNumber): void {
  const midnight = midnightOf(hour)
  if (memory.noiseOf === midnight) return
  for (const channel of memory.channels) channel.clockShifts = []
  for (const shift of SHIFTS) {
    for (const hours of SHOWN_WITHIN) {
      const parts = memory.channels.map((channel) => partMoved(channel, { midnight, hours, shift }))
      // Clocks change for all channels, but not for the same part of each.
      const isShownTogether = isClear(together(parts))
      for (const [index, channel] of memory.channels.entries()) {
        const own = parts[index]
        const isShown = isShownTogether || (own !== undefined && isClear(own))
        if (isShown && !channel.clockShifts.includes(shift)) channel.clockShifts = [...channel.clockShifts, shift]
      }
    }
  }
}

/** In so long a window it evens out. */
const DAYLONG = DAY_HOURS

/**
 * As a positive log, how much less of the `hours` that end with `hour` may come where clocks have changed; 0 where they haven't. They have for
 * some of the people only: each hour may be as it was, or as the one beside it.
 */
export function clockExcuse(
  { clockShifts }: ChannelMemory,
  { sums }: SeriesMemory,
  hour: HourNumber,
  hours: number,
): number {
  if (sums === null || hours >= DAYLONG) return 0
  let most = 0
  for (const shift of clockShifts) {
    const { usual, least } = aroundClocks(sums, hour, hours, shift)
    most = Math.max(most, Math.log(usual / least))
  }
  return most
}

/** As a log, how much more the season has an hour earlier or later, wherever that is more. */
export function mostByClocks(sums: TideSums, hour: HourNumber, hours: number): number {
  return SHIFTS.reduce((most, shift) => {
    const { usual, shifted } = aroundClocks(sums, hour, hours, shift)
    return Math.max(most, Math.log(shifted / usual))
  }, 0)
}

/** What the season has of some hours, what it has by the other clock, and what of both is less, hour by hour. */
function aroundClocks({ season }: TideSums, hour: HourNumber, hours: number, shift: ClockShift) {
  let usual = 0
  let shifted = 0
  let least = 0
  for (let h = hour - hours + 1; h <= hour; h++) {
    const [own, other] = [at(season, slotOf(h)), at(season, slotOf(h + shift))]
    usual += own
    shifted += other
    least += Math.min(own, other)
  }
  return { usual, shifted, least }
}

/** The part of a channel's people whose clocks have changed, and its standard deviation; NaN where nothing is known. */
interface PartMoved {
  readonly part: number
  readonly deviation: number
}

function isClear({ part, deviation }: PartMoved): boolean {
  return part > LEAST_PART && part > DEVIATIONS * deviation
}

/** The mean, each by how exactly it is known. */
function together(parts: readonly PartMoved[]): PartMoved {
  let total = 0
  let weights = 0
  for (const { part, deviation } of parts) {
    if (!(deviation > 0)) continue
    total += part / deviation ** 2
    weights += 1 / deviation ** 2
  }
  return { part: total / weights, deviation: 1 / Math.sqrt(weights) }
}

/**
 * The slope of the line through what good hours strayed by, against what they would by the other clock; hours are weighed by what they
 * usually count.
 */
function partMoved(
  { good, series: [all] }: ChannelMemory,
  { midnight, hours, shift }: { readonly midnight: HourNumber; readonly hours: number; readonly shift: ClockShift },
): PartMoved {
  let known = 0
  let weights = 0
  let x = 0
  let y = 0
  let xx = 0
  let xy = 0
  let yy = 0
  for (let h = midnight - hours; all?.sums != null && h < midnight; h++) {
    const residual = at(all.residuals, place(h) * WINDOWS.length)
    const weight = at(all.sums.season, slotOf(h))
    const moved = Math.log(at(all.sums.season, slotOf(h + shift)) / weight)
    if (good[place(h)] !== 1 || Number.isNaN(residual) || !Number.isFinite(moved)) continue
    known++
    weights += weight
    x += weight * moved
    y += weight * residual
    xx += weight * moved ** 2
    xy += weight * moved * residual
    yy += weight * residual ** 2
  }
  if (known < LEAST_HOURS) return { part: Number.NaN, deviation: Number.NaN }
  const spread = xx - x ** 2 / weights
  const along = xy - (x * y) / weights
  const part = along / spread
  const unexplained = Math.max(0, yy - y ** 2 / weights - part * along)
  return { part, deviation: Math.sqrt(unexplained / spread / (known - 2)) }
}

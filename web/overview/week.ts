import type { ChannelOverview, OverviewAnswer } from '../../server/api/types.ts'
import { LEAST_PACE_SHARE } from '../charts/chart-data.ts'
import { dayStarts, weekends } from '../charts/time-ticks.ts'
import { dryGround, highest, isKnown, type Point, type Ring, runs, type Value, water } from '../charts/water.ts'
import type { Zone } from '../view/zone.ts'
import { calendar, HOUR_MS, weekday } from '../words/time.ts'

/** The time axis that all rows of the overview share, in hours since the week's start. */
export interface WeekAxis {
  readonly hours: number
  readonly now: number
  readonly days: readonly {
    readonly at: number
    readonly weekday: string
    readonly date: number
    readonly isWeekend: boolean
    readonly width: number
  }[]
  readonly weekends: readonly { readonly from: number; readonly to: number }[]
}

export function weekAxis(overview: OverviewAnswer, zone: Zone): WeekAxis {
  const start = Date.parse(overview.week_start)
  const hours = Math.max(24, ...overview.channels.map(({ week }) => Math.max(week.seen.length, week.low.length)))
  const end = start + hours * HOUR_MS
  const inHours = (time: number): number => (time - start) / HOUR_MS
  const tinted = weekends(start, end, zone).map(({ from, to }) => ({ from: inHours(from), to: inHours(to) }))
  const starts = dayStarts(start, end, zone).filter((time) => time < end)
  const days = starts.map((time, index) => ({
    at: inHours(time),
    weekday: weekday(time, zone),
    date: calendar(time, zone).date,
    isWeekend: tinted.some(({ from, to }) => inHours(time) >= from && inHours(time) < to),
    width: inHours(starts[index + 1] ?? end) - inHours(time),
  }))
  return { hours, now: inHours(Date.parse(overview.freshness.counted_up_to)), days, weekends: tinted }
}

/** What of a row its week is drawn from. */
type Drawn = Pick<ChannelOverview, 'week' | 'hour' | 'so_far' | 'seen'>

/** What is drawn in one row; x in hours since the week's start (an hour's value stands in its middle), y in submissions. */
export interface WeekShapes {
  readonly x: readonly number[]
  readonly max: number
  readonly seen: readonly Value[]
  readonly low: readonly Value[]
  readonly high: readonly Value[]
  /** The running hour at its pace so far, from the last whole hour to now; never beyond `max`. */
  readonly tail: readonly Point[]
  /** What came so far of the running hour, as a dot, where there is no tail. */
  readonly soFar: Point | null
  /** Index of the first hour that isn't complete. */
  readonly complete: number
  readonly water: readonly Ring[]
  readonly forecast: readonly Ring[]
  readonly dry: readonly Ring[]
  /** Hours nobody counted, as [from, to) in hours. */
  readonly gaps: readonly (readonly [number, number])[]
}

export function weekShapes(channel: Drawn, weekStart: string, now: number): WeekShapes {
  const { week } = channel
  const hours = Math.max(week.seen.length, week.low.length)
  // The newest whole hour is the last one that is drawn: the running one would look like a fall.
  const complete = Math.min(hours, wholeHours(channel.hour, Date.parse(weekStart)))
  const x = Array.from({ length: hours }, (_, index) => index + 0.5)
  const seen = x.map((_, index) => (index < complete ? (week.seen[index] ?? null) : null))
  const low = x.map((_, index) => week.low[index] ?? null)
  const high = x.map((_, index) => week.high[index] ?? null)
  const soFar = soFarAt(channel, complete, now)
  const max = highest(seen, high, [soFar?.[1] ?? null]) || 1
  const tail = runningTail(soFar, seen, complete, max)
  // Before its first counted hour a channel has no gap: there was nothing to count.
  const first = seen.findIndex(isKnown)
  const unknown = first < 0 ? [] : runs(first, complete, (index) => !isKnown(seen[index]))
  return {
    x,
    max,
    seen,
    low,
    high,
    tail,
    soFar: tail.length > 0 ? null : soFar,
    complete,
    water: water(x, low, high, 0, complete),
    forecast: water(x, low, high, Math.max(0, complete - 1), hours),
    dry: [...dryGround(x, seen, low, 'below'), ...dryGround(x, seen, high, 'above')],
    gaps: unknown.map(([from, to]) => [from, to + 1]),
  }
}

/** How many hours of a week are over, by the newest of them. */
export function wholeHours(newest: string, weekStart: number): number {
  return Math.max(0, (Date.parse(newest) - weekStart) / HOUR_MS + 1)
}

/** The running hour at the time of now; null where counts stopped, or where nothing was ever counted. */
function soFarAt(channel: Drawn, complete: number, now: number): Point | null {
  const age = now - complete
  if (age <= 0 || age > 1 || (channel.so_far === 0 && channel.seen === null)) return null
  return [now, channel.so_far]
}

/** As on the channel's page: once there is a pace, and a whole hour that it goes on from. */
function runningTail(soFar: Point | null, seen: readonly Value[], complete: number, max: number): readonly Point[] {
  const before = seen[complete - 1]
  if (soFar === null || !isKnown(before)) return []
  const [now, value] = soFar
  const age = now - complete
  if (age < LEAST_PACE_SHARE) return []
  const pace = value / age
  const start = complete - 0.5
  // A pace is a guess: it leaves the picture at its top rather than raise the scale of what was counted.
  const shownShare = pace > max ? (max - before) / (pace - before) : 1
  return [
    [start, before],
    [start + shownShare * (now - start), Math.min(pace, max)],
  ]
}

import { type EpochMs, MINUTE_MS } from '../../data/domain/time.ts'

/** The last two days of one channel, minute by minute, as running sums: any stretch of it costs two subtractions. */
export interface ChannelMinutes {
  readonly channel: string
  readonly start: EpochMs
  readonly minutes: number
  /** Sums of what came before each minute: of `heard` minutes alone. */
  readonly seen: Float64Array
  readonly expected: Float64Array
  /** Of minutes that were listened to wholly and of which is known what to expect. */
  readonly heard: Int32Array
  /** Of those, outside of incidents of the channel. */
  readonly quiet: Int32Array
}

/** What came in a stretch of minutes, and what should have. */
export interface Stretch {
  readonly seen: number
  readonly expected: number
}

/** A heartbeat is some seconds late now and then. */
const HEARD_WHOLLY = 0.95

export interface MinutesToSum {
  readonly start: EpochMs
  readonly coverage: readonly number[]
  /** One a minute; missing where the channel had none. */
  readonly received: Float64Array | undefined
  readonly expected: Float64Array
  /** Whether the channel had an incident then. */
  readonly isTroubled: (minute: EpochMs) => boolean
}

export function sumMinutes(channel: string, { start, coverage, received, expected, isTroubled }: MinutesToSum) {
  const minutes = expected.length
  const sums = {
    seen: new Float64Array(minutes + 1),
    expected: new Float64Array(minutes + 1),
    heard: new Int32Array(minutes + 1),
    quiet: new Int32Array(minutes + 1),
  }
  for (let i = 0; i < minutes; i++) {
    const usual = expected[i] ?? Number.NaN
    const isHeard = (coverage[i] ?? 0) >= HEARD_WHOLLY && !Number.isNaN(usual)
    const isQuiet = isHeard && !isTroubled(start + i * MINUTE_MS)
    sums.seen[i + 1] = (sums.seen[i] ?? 0) + (isHeard ? (received?.[i] ?? 0) : 0)
    sums.expected[i + 1] = (sums.expected[i] ?? 0) + (isHeard ? usual : 0)
    sums.heard[i + 1] = (sums.heard[i] ?? 0) + (isHeard ? 1 : 0)
    sums.quiet[i + 1] = (sums.quiet[i] ?? 0) + (isQuiet ? 1 : 0)
  }
  return { channel, start, minutes, ...sums } satisfies ChannelMinutes
}

/** Minutes `from` to `to` (excluded), by their index. */
export function stretchOf({ seen, expected }: ChannelMinutes, from: number, to: number): Stretch {
  return { seen: between(seen, from, to), expected: between(expected, from, to) }
}

/** How many of the minutes were listened to wholly. */
export function heardMinutes({ heard }: ChannelMinutes, from: number, to: number): number {
  return between(heard, from, to)
}

/** Whether each of them was. */
export function isHeardWholly(minutes: ChannelMinutes, from: number, to: number): boolean {
  return from >= 0 && heardMinutes(minutes, from, to) === to - from
}

/** Of the minutes before `to`, so many are known and had no incident. */
export function quietMinutes({ quiet }: ChannelMinutes, to: number): number {
  return between(quiet, 0, to)
}

/**
 * The part of what was expected that came in the emptiest stretch of so many quiet minutes before `to`, looked at every five
 * minutes; Infinity where there was no such stretch.
 */
export function emptiestRatio(minutes: ChannelMinutes, window: number, to: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let end = to; end >= window; end -= LOOK_EVERY_MINUTES) {
    if (between(minutes.quiet, end - window, end) < window) continue
    const { seen, expected } = stretchOf(minutes, end - window, end)
    if (expected > 0) least = Math.min(least, seen / expected)
  }
  return least
}

/** Minutes between two looks. */
const LOOK_EVERY_MINUTES = 5

/** Index of the minute from which on, to the end, most is missing (or, `isBack`, most has come) against half of what was expected. */
export function changedAt(minutes: ChannelMinutes, furthest: number, isBack = false): number {
  let most = Number.NEGATIVE_INFINITY
  let changed = minutes.minutes
  for (let from = minutes.minutes - 1; from >= Math.max(0, furthest); from--) {
    const { seen, expected } = stretchOf(minutes, from, minutes.minutes)
    const missing = expected / 2 - seen
    const total = isBack ? -missing : missing
    if (total > most) {
      most = total
      changed = from
    }
  }
  return changed
}

function between(sums: Float64Array | Int32Array, from: number, to: number): number {
  return (sums[Math.min(to, sums.length - 1)] ?? 0) - (sums[Math.max(0, from)] ?? 0)
}

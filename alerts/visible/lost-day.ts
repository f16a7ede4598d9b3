import { expectedCount } from '../judge/expectation.ts'
import { type ChannelMemory, type SeriesMemory, WINDOWS } from '../judge/memory.ts'
import { beyondShared, compareReasons, compareWithPast } from '../judge/residuals.ts'
import { sortedQuantile } from '../judge/statistics.ts'
import { createTideSums, fillTideSums } from '../judge/tide-sums.ts'
import { at, DAY_HOURS, type HourNumber, midnightOf, NOISE_HOURS, place } from '../judge/window.ts'

/** What goes missing in a trial. */
export interface TriedLoss {
  /** Of the last so many hours. */
  readonly hours: number
  /** 0 to 1. */
  readonly ratio: number
  /** '': of all submissions. */
  readonly reason: string
}

/** The last day of one channel, with losses put into it: detectors then see what they would have seen. */
export interface LostDay {
  readonly channel: ChannelMemory
  /** Submissions expected of a series over the last `hours`; NaN where nothing was learnt. */
  expected(reason: string, hours: number): number
  /** Puts the loss in the place of what was there, noise going against it as far as it does in one case of ten. */
  lose(loss: TriedLoss): void
  restore(): void
}

interface SeriesDay {
  readonly series: SeriesMemory
  /** By hours back: as counted, and as expected. */
  readonly counted: Float64Array
  readonly expected: Float64Array
  /** By window: how far what the detectors go by strays upwards, as a log, in one case of fifty. */
  readonly against: readonly number[]
}

/** So that a size is told in nine of ten cases: what is expected may be wrong as well. */
const AGAINST_QUANTILE = 0.98
/** What siblings do is chance below this, as a log: at the next hour they may do anything like it. */
const CHANCE_SHARED = 0.03

/** Changes `channel` in place: whoever asks owns its memory. */
export function lostDay(channel: ChannelMemory, hour: HourNumber): LostDay {
  const days = channel.series.map((series): SeriesDay => {
    const counted = new Float64Array(DAY_HOURS).map((_, back) => at(series.counts, place(hour - back)))
    const expected = new Float64Array(DAY_HOURS).map((_, back) => expectedCount(series, hour - back))
    const against = WINDOWS.map((_, position) => strayOf(channel, series, hour, position))
    return { series, counted, expected, against }
  })
  for (const series of channel.series) forgetChance(series, hour)
  const known = new Float64Array(DAY_HOURS).map((_, back) => at(channel.known, place(hour - back)))
  const good = new Float64Array(DAY_HOURS).map((_, back) => at(channel.good, place(hour - back)))
  const own = (reason: string) => days.find(({ series }) => series.reason === reason)

  /** So many hours aren't as they were. */
  let changed = 0

  function fill(tried: TriedLoss | null): void {
    for (const { series, counted, expected, against: strays } of days) {
      const position = WINDOWS.findLastIndex((window) => window <= (tried?.hours ?? 1))
      const against = Math.exp(strays[position] ?? 0)
      for (let back = 0; back < DAY_HOURS; back++) {
        const isTried = tried !== null && back < tried.hours
        const left = isTried ? leftOf(series, tried, at(expected, back), own(tried.reason)?.expected[back] ?? 0) : 0
        series.counts[place(hour - back)] = isTried ? left * against : at(counted, back)
        channel.known[place(hour - back)] = isTried ? 1 : at(known, back)
        channel.good[place(hour - back)] = isTried ? 1 : at(good, back)
      }
    }
    for (const { series } of days) {
      if (series.season === null) continue
      series.sums = createTideSums(series.season, midnightOf(hour))
      fillTideSums(series.sums, { counts: series.counts, known: channel.known, good: channel.good }, hour)
    }
    const hours = tried?.hours ?? 0
    for (let h = hour - Math.max(changed, hours) + 1; h <= hour; h++) {
      for (const { series } of days) compareWithPast(channel, series, h)
      compareReasons(channel, h)
    }
    changed = hours
  }

  return {
    channel,
    expected: (reason, hours) =>
      own(reason)
        ?.expected.subarray(0, hours)
        .reduce((sum, each) => sum + each, 0) ?? NaN,
    lose: (loss) => fill(loss),
    restore: () => fill(null),
  }
}

/** What siblings did by chance is in `strayOf` already. */
function forgetChance(series: SeriesMemory, hour: HourNumber): void {
  for (let h = hour - DAY_HOURS + 1; h <= hour; h++) {
    for (let position = 0; position < WINDOWS.length; position++) {
      const index = place(h) * WINDOWS.length + position
      if (Math.abs(at(series.shared, index)) < CHANCE_SHARED) series.shared[index] = 0
    }
  }
}

/** Of the last weeks' quiet windows, after the siblings' excuse, as the detectors ask it. */
function strayOf(channel: ChannelMemory, series: SeriesMemory, hour: HourNumber, position: number): number {
  const strays: number[] = []
  for (let h = hour - NOISE_HOURS + 1; h <= hour; h++) {
    const index = place(h) * WINDOWS.length + position
    const [residual, shared] = [at(series.residuals, index), at(series.shared, index)]
    if (channel.good[place(h)] !== 1 || Number.isNaN(residual) || Math.abs(shared) > CHANCE_SHARED) continue
    const beyond = Number.isNaN(shared) ? residual : beyondShared(residual, shared, WINDOWS[position] ?? 1)
    strays.push(Math.max(residual, beyond))
  }
  return Math.max(0, sortedQuantile(Float64Array.from(strays).sort(), AGAINST_QUANTILE) || 0)
}

/** What is left of an hour of `series`: of the reason that falls, of all submissions together, or of another reason. */
function leftOf(series: SeriesMemory, { ratio, reason }: TriedLoss, expected: number, ofReason: number): number {
  if (reason === '' || series.reason === reason) return (1 - ratio) * expected
  return series.reason === '' ? Math.max(0, expected - ratio * ofReason) : expected
}

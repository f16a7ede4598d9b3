import { beyondHoliday, holidayExcuse } from './holidays.ts'
import { type ChannelMemory, type SeriesMemory, WINDOWS } from './memory.ts'
import { at, DAY_HOURS, type HourNumber, place } from './window.ts'

/**
 * A channel without siblings. Nobody else tells of holidays, nor of seasons of the year, so the channel's own days have to: what it did the
 * day before a window is no news, and what comes over a morning may be a holiday, while what breaks is broken at once.
 */

const WHOLE_DAY = WINDOWS.indexOf(DAY_HOURS)

/** What the day before a window strayed by, as a log, but for what a known holiday took of it; 0 where that isn't known. */
export function driftBefore(
  { holidays }: ChannelMemory,
  series: SeriesMemory,
  hour: HourNumber,
  hours: number,
): number {
  const drift = residual(series, hour - hours, WHOLE_DAY)
  return beyondHoliday(drift, holidayExcuse(holidays, hour - hours, DAY_HOURS)) || 0
}

/** What is lost at once is this part of it lower than it was so many hours before; what comes over a morning isn't. */
const SUDDEN_PART = 0.65
const SUDDEN_HOURS = 2
/** Two hours together, which chance moves less: with the one between them, in which it may have begun. */
const PAIR = WINDOWS.indexOf(2)
const PAIR_APART_HOURS = 3
/** It may have come so long before the window. */
const ONSET_BEFORE_HOURS = 6
/** Two of a kind differ by chance: a fall must be clear of that by so many deviations of one, */
const CLEARLY = 1.5 * Math.SQRT2
/** and where falls at once and over a morning are nearer than this, nobody can tell them apart. */
const APART = 2 * Math.SQRT2

/** How a loss came: at once, over hours, or in a way that noise hides. */
export type Onset = 'sudden' | 'gradual' | 'hidden'

/** Of a loss (a positive log) over the last `hours`; `noise` is the series' own, by window. */
export function onsetOf(
  series: SeriesMemory,
  hour: HourNumber,
  { hours, loss, noise }: { readonly hours: number; readonly loss: number; readonly noise: Float64Array },
): Onset {
  if ((1 - SUDDEN_PART) * loss < APART * at(noise, PAIR)) return 'hidden'
  const ofHours = SUDDEN_PART * loss + CLEARLY * at(noise, 0)
  const ofPairs = SUDDEN_PART * loss + CLEARLY * at(noise, PAIR)
  for (let h = hour; h > hour - hours - ONSET_BEFORE_HOURS; h--) {
    if (residual(series, h - SUDDEN_HOURS, 0) - residual(series, h, 0) > ofHours) return 'sudden'
    if (residual(series, h - PAIR_APART_HOURS, PAIR) - residual(series, h, PAIR) > ofPairs) return 'sudden'
  }
  return 'gradual'
}

/** NaN where too little of it is known. */
function residual(series: SeriesMemory, hour: HourNumber, position: number): number {
  return at(series.residuals, place(hour) * WINDOWS.length + position)
}

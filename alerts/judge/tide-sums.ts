import { at, DAY_HOURS, type HourNumber, LEARNING_HOURS, place, slotOf, WEEK_HOURS } from './window.ts'

/** Share of a mean hour that each hour of the week has, Monday 00:00 first: 168 values with a mean of 1. */
export type Season = Float64Array

/** A level is the mean of so many good hours; with fewer than the second number there is none. */
const LEVEL_HOURS = WEEK_HOURS
const LEAST_LEVEL_HOURS = 4 * DAY_HOURS
const LEAST_SEASON_HOURS = 13 * DAY_HOURS

/**
 * Running sums of one series from five weeks before a day to that day's end, against that day's season, so that any
 * window and any level costs two subtractions. Index i of the prefix arrays is what came before hour `start + i`.
 */
export interface TideSums {
  readonly season: Season
  readonly start: HourNumber
  filledTo: HourNumber
  readonly knownCounts: Float64Array
  readonly knownSeason: Float64Array
  readonly knownHours: Int32Array
  readonly goodHours: Int32Array
  /** By number of good hours rather than by hour. */
  readonly goodCounts: Float64Array
  readonly goodSeason: Float64Array
}

export interface SumsSource {
  readonly counts: Float64Array
  readonly known: Uint8Array
  readonly good: Uint8Array
}

export function createTideSums(season: Season, midnight: HourNumber): TideSums {
  const length = LEARNING_HOURS + DAY_HOURS + 1
  const start = midnight - LEARNING_HOURS
  return {
    season,
    start,
    filledTo: start - 1,
    knownCounts: new Float64Array(length),
    knownSeason: new Float64Array(length),
    knownHours: new Int32Array(length),
    goodHours: new Int32Array(length),
    goodCounts: new Float64Array(length),
    goodSeason: new Float64Array(length),
  }
}

/** Adds the hours up to and with `hour`. */
export function fillTideSums(sums: TideSums, source: SumsSource, hour: HourNumber): void {
  for (let h = sums.filledTo + 1; h <= hour; h++) {
    const i = h - sums.start
    const slot = place(h)
    const count = at(source.counts, slot)
    const usual = at(sums.season, slotOf(h))
    const isKnown = at(source.known, slot)
    const goodBefore = at(sums.goodHours, i)
    sums.knownCounts[i + 1] = at(sums.knownCounts, i) + isKnown * count
    sums.knownSeason[i + 1] = at(sums.knownSeason, i) + isKnown * usual
    sums.knownHours[i + 1] = at(sums.knownHours, i) + isKnown
    sums.goodHours[i + 1] = goodBefore
    if (at(source.good, slot) === 1) {
      sums.goodCounts[goodBefore + 1] = at(sums.goodCounts, goodBefore) + count
      sums.goodSeason[goodBefore + 1] = at(sums.goodSeason, goodBefore) + usual
      sums.goodHours[i + 1] = goodBefore + 1
    }
  }
  sums.filledTo = Math.max(sums.filledTo, hour)
}

/**
 * Submissions per hour at a season of 1, from the last week of good hours before `hour`, however long ago they were within
 * the five weeks; NaN where too few are known.
 */
export function levelBefore(sums: TideSums, hour: HourNumber): number {
  const good = at(sums.goodHours, Math.max(0, hour - sums.start))
  const from = Math.max(0, good - LEVEL_HOURS)
  if (good - from < LEAST_LEVEL_HOURS) return Number.NaN
  return (
    (at(sums.goodCounts, good) - at(sums.goodCounts, from)) / (at(sums.goodSeason, good) - at(sums.goodSeason, from))
  )
}

/** Whether the season was learnt from nearly two weeks: against a guessed one, usual hours look like noise. */
export function isSeasonKnown(sums: TideSums): boolean {
  return at(sums.goodHours, LEARNING_HOURS) >= LEAST_SEASON_HOURS
}

export interface WindowSums {
  readonly seen: number
  /** At the level before the window. */
  readonly expected: number
  readonly knownHours: number
  readonly isGood: boolean
}

/** The known hours among the `hours` that end with `hour`. */
export function windowSums(sums: TideSums, hour: HourNumber, hours: number): WindowSums {
  const to = hour - sums.start + 1
  const from = Math.max(0, to - hours)
  const knownHours = at(sums.knownHours, to) - at(sums.knownHours, from)
  const goodHours = at(sums.goodHours, to) - at(sums.goodHours, from)
  return {
    seen: at(sums.knownCounts, to) - at(sums.knownCounts, from),
    expected: levelBefore(sums, hour - hours + 1) * (at(sums.knownSeason, to) - at(sums.knownSeason, from)),
    knownHours,
    isGood: goodHours === knownHours,
  }
}

import { DAY_MS, type EpochMs, HOUR_MS, isoDate, isoSeconds, startOfDay } from '../../../data/domain/time.ts'
import type { OverviewAnswer } from '../types.ts'

/** All channels together in one hour; `seen` is null where the hour isn't complete or nobody listened. */
export interface TotalHour {
  readonly hour: EpochMs
  readonly expected: number
  readonly seen: number | null
}

const SMOOTHING_HOURS = 1

/**
 * Low and high water of all channels together for yesterday, today and the two days after: the local extremes of what
 * is expected, smoothed over three hours so that a kink isn't called a tide. Days without an expectation for each of
 * their hours are left out. `hours` is ascending.
 */
export function tideTable(hours: readonly TotalHour[], now: EpochMs): OverviewAnswer['tide_table'] {
  const today = startOfDay(now)
  const expectedByHour = new Map(hours.map((total) => [total.hour, total.expected]))
  const days = [-1, 0, 1, 2].map((offset) => today + offset * DAY_MS)
  return days
    .map((day) => ({ day, tides: tidesOfDay(day, expectedByHour) }))
    .filter(({ tides }) => tides.length > 0)
    .map(({ day, tides }) => ({ date: isoDate(day), tides, of_expected: ofExpected(hours, day) }))
}

function tidesOfDay(
  day: EpochMs,
  expectedByHour: ReadonlyMap<EpochMs, number>,
): OverviewAnswer['tide_table'][number]['tides'] {
  const water: number[] = []
  for (let i = -2; i <= 25; i++) {
    const smoothed = smoothedAt(day + i * HOUR_MS, expectedByHour)
    if (smoothed === null && i >= 0 && i < 24) return []
    water.push(smoothed ?? Number.NaN)
  }
  const at = (i: number): number => water[i + 2] ?? Number.NaN
  const tides: { kind: 'low' | 'high'; time: string; expected: number }[] = []
  for (let i = 0; i < 24; i++) {
    const kind = extremeKind(at(i - 1), at(i), at(i + 1))
    if (kind === null) continue
    const hour = day + i * HOUR_MS
    tides.push({ kind, time: isoSeconds(hour), expected: Math.round(expectedByHour.get(hour) ?? 0) })
  }
  return tides
}

function extremeKind(before: number, here: number, after: number): 'low' | 'high' | null {
  if (here > before && here >= after) return 'high'
  if (here < before && here <= after) return 'low'
  return null
}

function smoothedAt(hour: EpochMs, expectedByHour: ReadonlyMap<EpochMs, number>): number | null {
  let sum = 0
  let weights = 0
  for (let offset = -SMOOTHING_HOURS; offset <= SMOOTHING_HOURS; offset++) {
    const expected = expectedByHour.get(hour + offset * HOUR_MS)
    if (expected === undefined) continue
    const weight = offset === 0 ? 2 : 1
    sum += weight * expected
    weights += weight
  }
  return expectedByHour.has(hour) ? sum / weights : null
}

function ofExpected(hours: readonly TotalHour[], day: EpochMs): number | null {
  let seen = 0
  let expected = 0
  for (const total of hours) {
    if (total.hour < day || total.hour >= day + DAY_MS || total.seen === null) continue
    seen += total.seen
    expected += total.expected
  }
  return expected > 0 ? seen / expected : null
}

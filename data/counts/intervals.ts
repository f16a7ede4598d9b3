import { type EpochMs, HOUR_MS, startOfHour } from '../domain/time.ts'

/** From `from` (included) to `to` (excluded). */
export interface Interval {
  readonly from: EpochMs
  readonly to: EpochMs
}

/**
 * The union, ascending and apart: intervals are joined where they overlap or the pause between them is at most
 * `toleranceMs`. The answer doesn't depend on the order given.
 */
export function joinIntervals(intervals: readonly Interval[], toleranceMs: number): Interval[] {
  const joined: Interval[] = []
  for (const interval of [...intervals].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last !== undefined && interval.from - last.to <= toleranceMs) {
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, interval.to) }
    } else {
      joined.push({ from: interval.from, to: interval.to })
    }
  }
  return joined
}

/**
 * The share of each step that the union of `intervals` covers, 0 to 1; index `i` is the step from `from + i * stepMs`. The
 * intervals may overlap and stand in any order.
 */
export function stepCoverage(intervals: readonly Interval[], from: EpochMs, stepMs: number, count: number): number[] {
  const coveredMs = new Array<number>(count).fill(0)
  for (const interval of joinIntervals(intervals, 0)) {
    const end = Math.min(interval.to, from + count * stepMs)
    for (let start = Math.max(interval.from, from); start < end; ) {
      const index = Math.floor((start - from) / stepMs)
      const next = Math.min(from + (index + 1) * stepMs, end)
      coveredMs[index] = (coveredMs[index] ?? 0) + (next - start)
      start = next
    }
  }
  return coveredMs.map((ms) => ms / stepMs)
}

/** Starts of the hours that an interval reaches into, ascending; none where it is empty. */
export function hoursOf(interval: Interval): EpochMs[] {
  const hours: EpochMs[] = []
  for (let hour = startOfHour(interval.from); hour < interval.to; hour += HOUR_MS) hours.push(hour)
  return hours
}

/** The stretches of [from, to) that no interval covers, ascending. */
export function uncovered(intervals: readonly Interval[], from: EpochMs, to: EpochMs): Interval[] {
  const gaps: Interval[] = []
  let reached = from
  for (const interval of joinIntervals(intervals, 0)) {
    if (interval.from > reached) gaps.push({ from: reached, to: Math.min(interval.from, to) })
    reached = Math.max(reached, interval.to)
    if (reached >= to) break
  }
  if (reached < to) gaps.push({ from: reached, to })
  return gaps.filter((gap) => gap.from < gap.to)
}

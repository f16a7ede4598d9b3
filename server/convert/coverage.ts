import type { CoverageInterval } from '../../data/converted/converted-record.ts'
import type { EpochMs } from '../../data/domain/time.ts'

/**
 * When a receiver listened, as its heartbeats show: it writes one every few seconds, traffic or not, and none while it
 * refuses submissions, so a longer pause than `maxPauseMs` between two means that not all were heard. Other frames show
 * nothing: some get through an overload that turns most away. `times` are those of a segment's heartbeats, ascending; a
 * single one makes an interval of no length, which joins those of the segments before and after it.
 */
export function coverageOf(receiver: string, times: readonly EpochMs[], maxPauseMs: number): CoverageInterval[] {
  const intervals: CoverageInterval[] = []
  for (const time of times) {
    const last = intervals.at(-1)
    if (last !== undefined && time - last.to <= maxPauseMs) intervals[intervals.length - 1] = { ...last, to: time }
    else intervals.push({ receiver, from: time, to: time })
  }
  return intervals
}

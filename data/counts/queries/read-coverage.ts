import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { type Interval, joinIntervals } from '../intervals.ts'
import { readCoverageIntervals } from '../read-coverage.ts'

/** Receivers of imported hours: they listened for the hour, and know nothing of its minutes. */
const IMPORT_PREFIX = 'import:'

/**
 * Share of each step in which somebody listened, 0 to 1; index `i` is the step from `from + i * stepMs`. `isLiveOnly`: without
 * what was imported.
 */
export async function readCoverage(
  database: Database,
  from: EpochMs,
  stepMs: number,
  count: number,
  { isLiveOnly = false }: { readonly isLiveOnly?: boolean } = {},
): Promise<number[]> {
  const all = await readCoverageIntervals(database, from, from + count * stepMs)
  const intervals = isLiveOnly ? all.filter(({ receiver }) => !receiver.startsWith(IMPORT_PREFIX)) : all
  return stepCoverage(intervals, from, stepMs, count)
}

/** Start of the first stretch in which anybody listened; null where nobody ever did. */
export async function readFirstCovered(database: Database): Promise<EpochMs | null> {
  const rows = await database.read('select min(from_time) as first from coverage', {}, (row) =>
    row.numberOrNull('first'),
  )
  return rows[0] ?? null
}

/** The same from intervals at hand. They may overlap and stand in any order. */
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

import { type EpochMs, HOUR_MS, isoSeconds } from '../../data/domain/time.ts'
import type { Completeness, RangeCompleteness } from './types.ts'

/** `coverage` is by step from `from` on; what is received before `countedUpTo` is counted. */
export interface KnownSteps {
  readonly from: EpochMs
  readonly stepMs: number
  readonly coverage: readonly number[]
  readonly countedUpTo: EpochMs
}

/** How much is known of each step. */
export function completenessOf({ from, stepMs, coverage, countedUpTo }: KnownSteps): Completeness[] {
  return coverage.map((share, index) => {
    const start = from + index * stepMs
    if (share === 0 || start >= countedUpTo) return 'unknown'
    return share >= 1 && start + stepMs <= countedUpTo ? 'complete' : 'partial'
  })
}

/** The same of whole hours, for answers that add them up. */
export function rangeCompletenessOf(hours: Omit<KnownSteps, 'stepMs'>): RangeCompleteness {
  const known = completenessOf({ ...hours, stepMs: HOUR_MS })
  return {
    complete_hours: known.filter((one) => one === 'complete').length,
    partial: stretchesOf(known, 'partial', hours.from),
    unknown: stretchesOf(known, 'unknown', hours.from),
  }
}

function stretchesOf(known: readonly Completeness[], wanted: Completeness, from: EpochMs) {
  const stretches: { from: EpochMs; to: EpochMs }[] = []
  for (const [index, one] of known.entries()) {
    if (one !== wanted) continue
    const hour = from + index * HOUR_MS
    const last = stretches.at(-1)
    if (last?.to === hour) last.to += HOUR_MS
    else stretches.push({ from: hour, to: hour + HOUR_MS })
  }
  return stretches.map((stretch) => ({ from: isoSeconds(stretch.from), to: isoSeconds(stretch.to) }))
}

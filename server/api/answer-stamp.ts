import { UNKNOWN_REVISION_GRACE_MS } from '../../data/domain/outcome.ts'
import { type EpochMs, HOUR_MS, SECOND_MS, startOfHour } from '../../data/domain/time.ts'
import type { ApiContext } from './api-context.ts'
import type { KeepRule } from './http/operation.ts'

/**
 * How long an answer about the counts of [from, to) stays true: until one of its hours changes, a step of `stepMs` begins in it, or
 * an hour of it has become old enough for what can't be read to count as invalid.
 */
export function countsStamp(
  { changed, now, freshness }: Pick<ApiContext, 'changed' | 'now' | 'freshness'>,
  range: { readonly from: EpochMs; readonly to: EpochMs; readonly stepMs?: number },
): KeepRule {
  const { from, to, stepMs = HOUR_MS } = range
  const time = now()
  const version = changed.versionOf(startOfHour(from), to)
  const countedUpTo = Date.parse(freshness().counted_up_to)
  const settled = Math.min(time, countedUpTo) - UNKNOWN_REVISION_GRACE_MS - HOUR_MS
  if (to <= settled) return { stamp: `${version}`, isFinished: true }
  const tickMs = Math.min(stepMs, HOUR_MS)
  const stamp = `${version} ${Math.floor(time / tickMs)} ${Math.floor(countedUpTo / tickMs)}`
  return { stamp, isFinished: false }
}

/** An answer that says what time it is, or how fresh the counts are: true for a second. */
export function presentStamp({ changed, now }: Pick<ApiContext, 'changed' | 'now'>): KeepRule {
  return { stamp: `${changed.version} ${Math.floor(now() / SECOND_MS)}`, isFinished: false }
}

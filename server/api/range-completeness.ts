import { readCoverage } from '../../data/counts/queries/read-coverage.ts'
import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { ApiContext } from './api-context.ts'
import { rangeCompletenessOf } from './completeness.ts'
import type { RangeCompleteness } from './types.ts'

/** Which hours of [from, to), both whole, are known. */
export async function readRangeCompleteness(
  { database, freshness }: Pick<ApiContext, 'database' | 'freshness'>,
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
): Promise<RangeCompleteness> {
  const coverage = await readCoverage(database, from, HOUR_MS, Math.max(0, (to - from) / HOUR_MS))
  return rangeCompletenessOf({ from, coverage, countedUpTo: Date.parse(freshness().counted_up_to) })
}

import type { ConvertedRecord } from '../../data/converted/converted-record.ts'
import type { Outcome, ProblemOrNone } from '../../data/domain/outcome.ts'

/** How many submissions of a segment ended alike. */
export interface OutcomeCount {
  readonly outcome: Outcome
  readonly problem: ProblemOrNone
  readonly submissions: number
}

/** A segment's records by outcome and (first) problem. */
export function countOutcomes(
  records: readonly Pick<ConvertedRecord, 'outcome' | 'problem'>[],
): readonly OutcomeCount[] {
  const counts = new Map<string, OutcomeCount>()
  for (const { outcome, problem } of records) {
    const key = `${outcome} ${problem}`
    counts.set(key, { outcome, problem, submissions: (counts.get(key)?.submissions ?? 0) + 1 })
  }
  return [...counts.values()]
}

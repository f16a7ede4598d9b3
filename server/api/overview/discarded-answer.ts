import type { DiscardedRow } from '../../../data/counts/queries/read-discarded.ts'
import type { ChannelOverview, DiscardedAnswer } from '../types.ts'

/** As people read it: how many, which share of what was sent, how large, over which limit. */
export function discardedAnswer(
  submissions: number,
  rate: number,
  { typicalBytes, limitBytes }: Pick<DiscardedRow, 'typicalBytes' | 'limitBytes'>,
): DiscardedAnswer {
  return {
    submissions: Math.round(submissions),
    rate,
    typical_bytes: typicalBytes === 0 ? null : Math.round(typicalBytes),
    limit_bytes: limitBytes === 0 ? null : limitBytes,
  }
}

/** One channel's, by cause, most first; `received` in the same time. */
export function discardedByCause(rows: readonly DiscardedRow[], received: number): ChannelOverview['discarded'] {
  const sent = rows.reduce((sum, { submissions }) => sum + submissions, received)
  return rows
    .toSorted((a, b) => b.submissions - a.submissions)
    .map((row) => ({
      cause: row.cause === 'path' ? 'path' : 'body',
      ...discardedAnswer(row.submissions, row.submissions / sent, row),
    }))
}

import type { ConvertedIndex } from '../converted/converted-record.ts'
import { type EpochMs, startOfHour } from '../domain/time.ts'
import type { Transaction } from './database.ts'
import type { Interval } from './intervals.ts'
import { time } from './values.ts'

/** How the tables stand where a segment is about to be merged. */
export interface Standing {
  readonly isInLedger: boolean
  /** Hours that the segment reaches into and that were judged. */
  readonly judged: ReadonlySet<EpochMs>
  /** Stretches of the segment's receiver that its coverage touches. */
  readonly covered: readonly Interval[]
}

/** One question instead of three: each takes as long as adding a hundred rows. */
export async function readStanding(
  transaction: Transaction,
  { segment, receiver, records, damaged, discarded, coverage }: ConvertedIndex,
  toleranceMs: number,
): Promise<Standing> {
  const covered = rangeOf(coverage.flatMap(({ from, to }) => [from, to]))
  const counted = rangeOf([
    ...records.map(({ receivedAt }) => receivedAt),
    ...damaged.map(({ near }) => near),
    ...discarded.map(({ receivedAt }) => receivedAt),
    ...coverage.flatMap(({ from, to }) => [from, to]),
  ])
  const rows = await transaction.readPlanned(
    `select 'ledger' as what, null::timestamp as from_time, null::timestamp as to_time
       from converted_files where segment = $segment
     union all select 'judged', hour, null from judged_hours where hour >= $first and hour <= $last
     union all select 'covered', from_time, to_time from coverage
       where receiver = $receiver and from_time <= $to and to_time >= $from`,
    {
      segment,
      receiver,
      first: time(startOfHour(counted.first)),
      last: time(counted.last),
      from: time(covered.first - toleranceMs),
      to: time(covered.last + toleranceMs),
    },
    (row) => ({ what: row.text('what'), from: row.numberOrNull('from_time'), to: row.numberOrNull('to_time') }),
  )
  return {
    isInLedger: rows.some(({ what }) => what === 'ledger'),
    judged: new Set(rows.flatMap(({ what, from }) => (what === 'judged' && from !== null ? [from] : []))),
    covered: rows.flatMap(({ what, from, to }) =>
      what === 'covered' && from !== null && to !== null ? [{ from, to }] : [],
    ),
  }
}

/** Of no times: a range in which nothing lies. */
function rangeOf(times: readonly EpochMs[]): { readonly first: EpochMs; readonly last: EpochMs } {
  if (times.length === 0) return { first: 1, last: 0 }
  return {
    first: times.reduce((least, each) => Math.min(least, each)),
    last: times.reduce((most, each) => Math.max(most, each)),
  }
}

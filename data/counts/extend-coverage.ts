import type { CoverageInterval } from '../converted/converted-record.ts'
import type { Transaction } from './database.ts'
import { type Interval, joinIntervals } from './intervals.ts'
import { time } from './values.ts'

/** One receiver's stretches, where they have been read already: all that its coverage reaches to. */
export interface KnownStretches {
  readonly receiver: string
  readonly covered: readonly Interval[]
}

/** Joins what is new to the stretches of the same receiver that it touches, so that they never overlap. */
export async function extendCoverage(
  transaction: Transaction,
  coverage: readonly CoverageInterval[],
  toleranceMs: number,
  known?: KnownStretches,
): Promise<void> {
  for (const receiver of new Set(coverage.map((interval) => interval.receiver))) {
    const added = coverage.filter((interval) => interval.receiver === receiver)
    const { from, to } = reachOf(added, toleranceMs)
    const range = { receiver, from: time(from), to: time(to) }
    const touching = 'receiver = $receiver and from_time <= $to and to_time >= $from'
    const touched =
      known?.receiver === receiver
        ? known.covered.filter((interval) => interval.from <= to && interval.to >= from)
        : await transaction.readPlanned(`select from_time, to_time from coverage where ${touching}`, range, (row) => ({
            from: row.number('from_time'),
            to: row.number('to_time'),
          }))
    const joined = joinIntervals([...touched, ...added], toleranceMs)
    if (touched.length === 1 && joined.length === 1 && joined[0]?.from === touched[0]?.from) {
      await lengthen(transaction, receiver, joined[0])
      continue
    }
    await transaction.run(`delete from coverage where ${touching}`, range)
    await transaction.append(
      'coverage',
      joined.map(({ from, to }) => [receiver, from, to]),
    )
  }
}

/** From where to where a stretch is touched by one of these. Of none: a range in which nothing lies. */
export function reachOf(intervals: readonly Interval[], toleranceMs: number): Interval {
  return {
    from: intervals.reduce((first, { from }) => Math.min(first, from), Number.MAX_SAFE_INTEGER) - toleranceMs,
    to: intervals.reduce((last, { to }) => Math.max(last, to), 0) + toleranceMs,
  }
}

/** What nearly every segment does: it goes on where the receiver's last stretch ended. */
async function lengthen(transaction: Transaction, receiver: string, to: Interval | undefined): Promise<void> {
  if (to === undefined) return
  await transaction.runPlanned('update coverage set to_time = $to where receiver = $receiver and from_time = $from', {
    receiver,
    from: time(to.from),
    to: time(to.to),
  })
}

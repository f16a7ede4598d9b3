import { z } from 'zod'
import type { ConvertedIndex, CoverageInterval } from '../converted/converted-record.ts'
import { isImportReceiver } from '../domain/import-source.ts'
import type { EpochMs } from '../domain/time.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { Transaction } from './database.ts'
import { joinIntervals } from './intervals.ts'
import { time } from './values.ts'

/**
 * A segment of a receiver in which nothing but heartbeats came. To count it twice is to count it once, so it needs no row in the
 * ledger, and its converted file is kept until one journal entry says what many of them said: a service that nobody sends
 * to writes next to nothing. What an import brought is in the ledger in any case: its names recur.
 */
export function isIdle({ records, damaged, discarded, receiver }: ConvertedIndex): boolean {
  return records.length === 0 && damaged.length === 0 && discarded.length === 0 && !isImportReceiver(receiver)
}

/** What the journal keeps of many idle segments. */
export const CoverageBody = z.object({ receiver: z.string(), from: z.number(), to: z.number() })

/** One entry for each stretch without a pause longer than `toleranceMs`. */
export function coverageEntries(
  coverage: readonly CoverageInterval[],
  toleranceMs: number,
  writtenAt: EpochMs,
): JournalEntry[] {
  return [...new Set(coverage.map(({ receiver }) => receiver))].flatMap((receiver) => {
    const stretches = joinIntervals(
      coverage.filter((interval) => interval.receiver === receiver),
      toleranceMs,
    )
    return stretches.map(({ from, to }) => {
      return { kind: 'coverage', key: `${receiver} ${from}`, writtenAt, body: { receiver, from, to } }
    })
  })
}

/** Whether all of it is known already. */
export async function isCovered(transaction: Transaction, coverage: readonly CoverageInterval[]): Promise<boolean> {
  for (const { receiver, from, to } of coverage) {
    const around = await transaction.readPlanned(
      'select 1 as found from coverage where receiver = $receiver and from_time <= $from and to_time >= $to limit 1',
      { receiver, from: time(from), to: time(to) },
      (row) => row.number('found'),
    )
    if (around.length === 0) return false
  }
  return true
}

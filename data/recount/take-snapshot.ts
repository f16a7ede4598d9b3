import { join } from 'node:path'
import { type ArchiveFile, readArchiveFiles } from '../archive/archive-files.ts'
import { KEEPS } from '../archive/part-name.ts'
import { type RemovedDays, readRemovedDays } from '../archive/removed-days.ts'
import type { WriteOptions } from '../archive/write-part.ts'
import { convertedFilePath, readConvertedIndex } from '../converted/converted-file.ts'
import type { Transaction } from '../counts/database.ts'
import { type HourlyTally, tally } from '../counts/tally.ts'
import { time } from '../counts/values.ts'
import { LIVE_SOURCE } from '../domain/dimensions.ts'
import { isImportReceiver } from '../domain/import-source.ts'
import { type EpochMs, isoDate } from '../domain/time.ts'

/** Whole hours: from `since` (included) to `until` (excluded). */
export interface HourRange {
  readonly since: EpochMs
  readonly until: EpochMs
}

/** What was counted of some hours at one moment, and where what was counted is kept. */
export interface CountedSnapshot {
  /** Parquet file with the live rows of `hourly_counts`. */
  readonly counted: string
  readonly files: readonly ArchiveFile[]
  /** Counts of what is converted and not archived yet, without copies and damage. */
  readonly waiting: readonly HourlyTally[]
  readonly removed: readonly RemovedDays[]
  /** Whether what the journal says of a segment was counted by then. */
  isCounted(segment: string, writtenAt: EpochMs): boolean
  /** Numbers of the changes of the archive that were done by then. */
  readonly changes: ReadonlySet<number>
}

/** To be taken in turn (`ArchiveTurn`): what waits to be archived must not move on meanwhile. */
export function takeCountedSnapshot(
  { since, until }: HourRange,
  exchange: string,
  { db, folders }: WriteOptions,
): Promise<CountedSnapshot> {
  // One transaction, between two merges: counts and ledger fit together.
  return db.inTransaction(async (transaction) => {
    const counted = join(exchange, 'counted.parquet')
    await transaction.run(
      `create or replace temp table counted as from hourly_counts
       where source = '${LIVE_SOURCE}' and hour >= $since and hour < $until`,
      { since: time(since), until: time(until) },
    )
    await transaction.run(`copy counted to '${counted.replaceAll("'", "''")}' (format parquet)`)
    await transaction.run('drop table counted')
    const days = { fromDate: isoDate(since), toDate: isoDate(until - 1) }
    const files = await Promise.all(KEEPS.map((keep) => readArchiveFiles(transaction, { keep, ...days })))
    return {
      counted,
      files: files.flat(),
      waiting: await readWaiting(transaction, folders.converted, { since, until }),
      removed: await readRemovedDays(transaction),
      changes: await readChanges(transaction),
      isCounted: await readLedger(transaction),
    }
  })
}

async function readWaiting(
  transaction: Transaction,
  folder: string,
  { since, until }: HourRange,
): Promise<HourlyTally[]> {
  const rows = await transaction.read(
    `select segment, receiver, duplicate_frames from converted_files where state in ('merged', 'planned') order by segment`,
    {},
    (row) => ({
      segment: row.text('segment'),
      receiver: row.text('receiver'),
      duplicates: new Set(row.numbers('duplicate_frames')),
    }),
  )
  const tallies: HourlyTally[] = []
  for (const { segment, receiver, duplicates } of rows) {
    if (isImportReceiver(receiver)) continue
    // What can't be read is counted and not kept: it shows as a difference.
    const index = await readConvertedIndex(convertedFilePath(folder, segment)).catch(() => null)
    if (index === null) continue
    const { hourly } = tally({ ...index, damaged: [] }, duplicates)
    tallies.push(...hourly.filter(({ hour, outcome }) => hour >= since && hour < until && outcome !== 'duplicate'))
  }
  return tallies
}

async function readChanges(transaction: Transaction): Promise<Set<number>> {
  const done = await transaction.read(`select part from archive_changes where state = 'done'`, {}, (row) =>
    row.number('part'),
  )
  return new Set(done)
}

/** The ledger forgets after a month. What the journal says of a segment later than its first row, and it doesn't know, was never committed. */
async function readLedger(transaction: Transaction): Promise<CountedSnapshot['isCounted']> {
  let first = Number.POSITIVE_INFINITY
  const known = new Set<string>()
  await transaction.read('select segment, merged_at from converted_files', {}, (row) => {
    known.add(row.text('segment'))
    first = Math.min(first, row.number('merged_at'))
  })
  return (segment, writtenAt) => known.has(segment) || writtenAt < first
}

import type { ConvertedIndex } from '../converted/converted-record.ts'
import type { EpochMs } from '../domain/time.ts'
import type { Transaction } from './database.ts'
import { isDuplicateKey } from './database-error.ts'
import { bytesOf } from './segment-entry.ts'
import { time } from './values.ts'

/**
 * Throws AlreadyMerged where the segment is there already. That is left to the table's key, which looks in any case: to ask first takes
 * as long again, and `on conflict do nothing` four times as long.
 */
export async function addLedgerRow(
  transaction: Transaction,
  index: ConvertedIndex,
  duplicateFrames: readonly number[],
  now: EpochMs,
): Promise<void> {
  const { segment, receiver, segmentCreatedAt, records } = index
  const adding = transaction.runPlanned(
    `insert into converted_files
     values ($segment, $receiver, $created_at, $now, $records, $bytes, $frames::varchar::integer[], 'merged', null)`,
    {
      segment,
      receiver,
      created_at: time(segmentCreatedAt),
      now: time(now),
      records: records.length,
      bytes: bytesOf(index),
      frames: JSON.stringify(duplicateFrames),
    },
  )
  await adding.catch((error) => {
    throw isDuplicateKey(error) ? new AlreadyMerged() : error
  })
}

/** Undoes the transaction, in which nothing else was done so far. */
export class AlreadyMerged extends Error {}

import type { ConvertedIndex, CoverageInterval } from '../converted/converted-record.ts'
import { isImportReceiver, sourceOfReceiver } from '../domain/import-source.ts'
import type { EpochMs } from '../domain/time.ts'
import type { Journal } from '../journal/journal.ts'
import type { Database, Transaction } from './database.ts'
import { decideDuplicates, type RememberedDocument } from './duplicates.ts'
import { hoursOf, joinIntervals } from './intervals.ts'
import { createNameLimit } from './name-limit.ts'
import { noteRawImport } from './raw-imports.ts'
import { reopenJudged } from './reopen-judged.ts'
import { bytesOf, segmentEntry } from './segment-entry.ts'
import { addTallies, namesOfHours } from './store-tallies.ts'
import { attributeName, buildName, foldAttributes, foldBuilds, type Tallies, tally } from './tally.ts'
import { time } from './values.ts'

export interface MergeOptions {
  readonly now: EpochMs
  /** Copies of a document at most this far apart are duplicates. */
  readonly duplicateWindowMs: number
  /** A pause of a receiver up to this long is no gap: three heartbeats. */
  readonly coverageToleranceMs: number
  /** Builds (application, version, build id) and attribute values that an hour may hold each. Default 5,000. */
  readonly namesPerHour?: number
  /** Written before the commit. Without one, coverage and ledger can't be rebuilt. */
  readonly journal: Journal | null
}

export interface MergeResult {
  /** False where the segment was in the ledger already: nothing changed. */
  readonly merged: boolean
  /** Whether an import brought it: the judge has nothing to do with it. */
  readonly isImport: boolean
  /** Starts of the hours whose counts or coverage changed, ascending. */
  readonly hours: readonly EpochMs[]
  /** Channels whose counts changed, sorted. */
  readonly channels: readonly string[]
  readonly duplicateFrames: readonly number[]
  /** Those of `hours` that had been judged: they are to be judged anew (and stand in `reopened_hours`). */
  readonly reopened: readonly EpochMs[]
}

const NAMES_PER_HOUR = 5000

/**
 * Adds a converted file to the counts, once for ever: counts, coverage, remembered documents and the ledger row are one
 * transaction. When this resolves, the raw segment may go.
 */
export function mergeConverted(db: Database, index: ConvertedIndex, options: MergeOptions): Promise<MergeResult> {
  const isImport = isImportReceiver(index.receiver)
  return db.inTransaction(async (transaction) => {
    if (await isMerged(transaction, index.segment)) {
      return { merged: false, isImport, hours: [], channels: [], duplicateFrames: [], reopened: [] }
    }
    const duplicateFrames = await settleDuplicates(transaction, index, options)
    const tallies = await bounded(transaction, tally(index, new Set(duplicateFrames)), options)
    // Minutes are what is received now.
    await addTallies(transaction, isImport ? { ...tallies, minute: [] } : tallies, sourceOfReceiver(index.receiver))
    await noteRawImport(transaction, index, options.now)
    await extendCoverage(transaction, index.coverage, options.coverageToleranceMs)
    const hours = changedHours(tallies, index.coverage)
    const reopened = isImport ? [] : await reopenJudged(transaction, hours, options.now)
    await addLedgerRow(transaction, index, duplicateFrames, options.now)
    await options.journal?.append([segmentEntry(index, duplicateFrames, options.now)])
    const channels = [...new Set(tallies.hourly.map((row) => row.dimensions.channel))].sort()
    return { merged: true, isImport, hours, channels, duplicateFrames, reopened }
  })
}

async function isMerged(transaction: Transaction, segment: string): Promise<boolean> {
  const rows = await transaction.read(
    'select segment from converted_files where segment = $segment',
    { segment },
    (row) => row.text('segment'),
  )
  return rows.length > 0
}

/** Decides what only repeats an earlier submission, and remembers the rest. Returns the frames that repeat. */
async function settleDuplicates(
  transaction: Transaction,
  index: ConvertedIndex,
  { now, duplicateWindowMs }: MergeOptions,
): Promise<readonly number[]> {
  const keys = new Set(index.records.flatMap(({ duplicateKey }) => (duplicateKey === null ? [] : [duplicateKey])))
  if (keys.size === 0) return []
  const remembered = await readRemembered(transaction, [...keys], index.segment)
  const { duplicateFrames, remember } = decideDuplicates(index.records, remembered, duplicateWindowMs)
  if (remember.length > 0) {
    await transaction.run(
      `insert into recent_documents
       select unnest($keys)::uuid, unnest($times), $now, $segment, unnest($frames)::integer`,
      {
        keys: remember.map((record) => record.duplicateKey),
        times: remember.map((record) => time(record.receivedAt)),
        now: time(now),
        segment: index.segment,
        frames: remember.map((record) => record.frame),
      },
    )
  }
  return duplicateFrames
}

/** What other segments brought: a retry of this one must not meet itself. */
function readRemembered(
  transaction: Transaction,
  keys: readonly string[],
  segment: string,
): Promise<RememberedDocument[]> {
  return transaction.read(
    `select replace(duplicate_key::varchar, '-', '') as duplicate_key, received_at from recent_documents
     where duplicate_key in (select unnest($keys)::uuid) and segment <> $segment`,
    { keys, segment },
    (row) => ({ duplicateKey: row.text('duplicate_key'), receivedAt: row.number('received_at') }),
  )
}

async function bounded(transaction: Transaction, tallies: Tallies, options: MergeOptions): Promise<Tallies> {
  const limit = options.namesPerHour ?? NAMES_PER_HOUR
  const hours = [...new Set(tallies.hourly.map((row) => row.hour))]
  const known = await namesOfHours(transaction, hours, { buildName, attributeName })
  return {
    ...tallies,
    hourly: foldBuilds(tallies.hourly, createNameLimit(known.builds, limit)),
    attribute: foldAttributes(tallies.attribute, createNameLimit(known.attributes, limit)),
  }
}

/** Joins what is new to the stretches of the same receiver that it touches, so that they never overlap. */
export async function extendCoverage(
  transaction: Transaction,
  coverage: readonly CoverageInterval[],
  toleranceMs: number,
): Promise<void> {
  for (const receiver of new Set(coverage.map((interval) => interval.receiver))) {
    const added = coverage.filter((interval) => interval.receiver === receiver)
    const params = {
      receiver,
      from: time(added.reduce((first, { from }) => Math.min(first, from), Number.MAX_SAFE_INTEGER) - toleranceMs),
      to: time(added.reduce((last, { to }) => Math.max(last, to), 0) + toleranceMs),
    }
    const touching = 'receiver = $receiver and from_time <= $to and to_time >= $from'
    const known = await transaction.read(
      `select from_time, to_time from coverage where ${touching}`,
      params,
      (row) => ({ from: row.number('from_time'), to: row.number('to_time') }),
    )
    await transaction.run(`delete from coverage where ${touching}`, params)
    const joined = joinIntervals([...known, ...added], toleranceMs)
    await transaction.append(
      'coverage',
      joined.map(({ from, to }) => [receiver, from, to]),
    )
  }
}

function changedHours(tallies: Tallies, coverage: readonly CoverageInterval[]): EpochMs[] {
  const counted = [tallies.hourly, tallies.attribute, tallies.discarded].flatMap((rows) => rows.map((row) => row.hour))
  return [...new Set([...counted, ...coverage.flatMap(hoursOf)])].sort((a, b) => a - b)
}

async function addLedgerRow(
  transaction: Transaction,
  index: ConvertedIndex,
  duplicateFrames: readonly number[],
  now: EpochMs,
): Promise<void> {
  const { segment, receiver, segmentCreatedAt, records } = index
  await transaction.append('converted_files', [
    [segment, receiver, segmentCreatedAt, now, records.length, bytesOf(index), duplicateFrames, 'merged', null],
  ])
}

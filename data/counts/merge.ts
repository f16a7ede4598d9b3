import type { ConvertedIndex, CoverageInterval } from '../converted/converted-record.ts'
import { isImportReceiver, sourceOfReceiver } from '../domain/import-source.ts'
import type { EpochMs } from '../domain/time.ts'
import type { Journal } from '../journal/journal.ts'
import type { SeenDocuments } from '../seen/seen-documents.ts'
import type { Database, Transaction } from './database.ts'
import { type DuplicateDecision, decideDuplicates } from './duplicates.ts'
import {
  attributeGroup,
  buildName,
  DEFAULT_NAME_RULES,
  foldAttributes,
  foldBuilds,
  type NameRules,
} from './fold-names.ts'
import { HourNames } from './hour-names.ts'
import { isCovered, isIdle } from './idle-coverage.ts'
import { hoursOf, type Interval, joinIntervals } from './intervals.ts'
import { noteRawImport } from './raw-imports.ts'
import { readMergedOf } from './read-ledger.ts'
import { readStanding } from './read-standing.ts'
import { reopenHours, reopenJudged } from './reopen-judged.ts'
import { bytesOf, segmentEntry } from './segment-entry.ts'
import { addTallies, readNamesOfHour } from './store-tallies.ts'
import { type Tallies, tally } from './tally.ts'
import { time } from './values.ts'

export interface MergeOptions {
  readonly now: EpochMs
  /** Copies of a document at most this far apart are duplicates. */
  readonly duplicateWindowMs: number
  /** What earlier segments brought. Without it, only copies within a segment are told. */
  readonly seen: SeenDocuments | null
  /** A pause of a receiver up to this long is no gap: three heartbeats. */
  readonly coverageToleranceMs: number
  /** What of these is left out has its default. */
  readonly names?: Partial<NameRules>
  /** Written before the commit. Without one, coverage and ledger can't be rebuilt. */
  readonly journal: Journal | null
}

export interface MergeResult {
  /** False where all of it was known already: nothing changed. */
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

/**
 * Adds a converted file to the counts, once for ever: counts, coverage and the ledger row are one transaction, and the
 * documents to remember are synced before it commits. When this resolves, the raw segment may go. Of an idle segment
 * (`isIdle`) there is coverage alone, no ledger row and no journal entry: whoever removes its converted file writes that.
 */
export async function mergeConverted(db: Database, index: ConvertedIndex, options: MergeOptions): Promise<MergeResult> {
  if (isIdle(index)) return db.inTransaction((transaction) => mergeIdle(transaction, index, options))
  const known = knownOf(db)
  try {
    const result = await db.inTransaction((transaction) => mergeIn(transaction, index, options, known))
    options.seen?.confirm(index.segment)
    return result
  } catch (error) {
    forgetAll(known)
    throw error
  }
}

/** What is known of hours that go on, so that no merge has to read it again. */
interface KnownHours {
  readonly builds: HourNames
  readonly values: HourNames
  /** Hours that are marked as ones to settle. */
  readonly open: Set<EpochMs>
}

const knownByDatabase = new WeakMap<Database, KnownHours>()

function knownOf(db: Database): KnownHours {
  const known = knownByDatabase.get(db)
  if (known !== undefined) return known
  const made = { builds: new HourNames(), values: new HourNames(), open: new Set<EpochMs>() }
  knownByDatabase.set(db, made)
  return made
}

/** What became of a transaction that failed nobody knows. */
function forgetAll({ builds, values, open }: KnownHours): void {
  builds.forget()
  values.forget()
  open.clear()
}

/** After they were settled: the next merge into these hours reads what there is. */
export function forgetHours(db: Database, hours: Iterable<EpochMs>): void {
  const { builds, values, open } = knownOf(db)
  for (const hour of hours) {
    builds.forget([hour])
    values.forget([hour])
    open.delete(hour)
  }
}

async function mergeIn(
  transaction: Transaction,
  index: ConvertedIndex,
  options: MergeOptions,
  known: KnownHours,
): Promise<MergeResult> {
  const { seen, journal, now } = options
  const isImport = isImportReceiver(index.receiver)
  await seen?.settle(async (segments) => new Set(await readMergedOf(transaction, segments)))
  const standing = await readStanding(transaction, index, options.coverageToleranceMs)
  if (standing.isInLedger) return { ...NOTHING_NEW, isImport }
  const { duplicateFrames, remember } = await findDuplicates(index, options)
  const tallies = await bounded(transaction, tally(index, new Set(duplicateFrames)), options, known)
  // Minutes are what is received now.
  await addTallies(
    transaction,
    isImport ? { ...tallies, minute: [] } : tallies,
    sourceOfReceiver(index.receiver),
    known.open,
  )
  await noteRawImport(transaction, index, now)
  await extendCoverage(transaction, index.coverage, options.coverageToleranceMs, {
    receiver: index.receiver,
    covered: standing.covered,
  })
  const hours = changedHours(tallies, index.coverage)
  const reopened = isImport ? [] : await reopenHours(transaction, hours, standing.judged, now)
  await addLedgerRow(transaction, index, duplicateFrames, now)
  await bothSynced(
    seen?.remember(index.segment, remember, now),
    journal?.append([segmentEntry(index, duplicateFrames, now)]),
  )
  const channels = [...new Set(tallies.hourly.map((row) => row.dimensions.channel))].sort()
  return { merged: true, isImport, hours, channels, duplicateFrames, reopened }
}

const NOTHING_NEW: MergeResult = {
  merged: false,
  isImport: false,
  hours: [],
  channels: [],
  duplicateFrames: [],
  reopened: [],
}

async function mergeIdle(
  transaction: Transaction,
  { coverage }: ConvertedIndex,
  { coverageToleranceMs, now }: MergeOptions,
): Promise<MergeResult> {
  if (await isCovered(transaction, coverage)) return NOTHING_NEW
  await extendCoverage(transaction, coverage, coverageToleranceMs)
  const hours = [...new Set(coverage.flatMap(hoursOf))].sort((a, b) => a - b)
  return { ...NOTHING_NEW, merged: true, hours, reopened: await reopenJudged(transaction, hours, now) }
}

/** Beside each other, for each waits for the disk; but neither goes on after the transaction has ended. */
async function bothSynced(...writing: readonly (Promise<void> | undefined)[]): Promise<void> {
  for (const result of await Promise.allSettled(writing)) if (result.status === 'rejected') throw result.reason
}

/** A retry doesn't meet what its own first try remembered: that is asked of other segments only. */
async function findDuplicates(
  { segment, records }: ConvertedIndex,
  { seen, duplicateWindowMs }: MergeOptions,
): Promise<DuplicateDecision> {
  const keys = new Set(records.flatMap(({ duplicateKey }) => (duplicateKey === null ? [] : [duplicateKey])))
  const remembered = await seen?.find([...keys], segment)
  return decideDuplicates(records, remembered ?? [], duplicateWindowMs)
}

async function bounded(
  transaction: Transaction,
  tallies: Tallies,
  options: MergeOptions,
  { builds, values }: KnownHours,
): Promise<Tallies> {
  for (const hour of new Set([...tallies.hourly, ...tallies.attribute].map((row) => row.hour))) {
    if (builds.isLoaded(hour) && values.isLoaded(hour)) continue
    const names = await readNamesOfHour(transaction, hour)
    builds.load(
      hour,
      names.builds.map((build) => ({ group: build.channel, name: buildName(build) })),
    )
    values.load(
      hour,
      names.values.map((value) => ({ group: attributeGroup(value), name: value.value })),
    )
  }
  const rules = { ...DEFAULT_NAME_RULES, ...options.names }
  return {
    ...tallies,
    hourly: foldBuilds(tallies.hourly, builds, rules),
    attribute: foldAttributes(tallies.attribute, values, rules),
  }
}

/**
 * Joins what is new to the stretches of the same receiver that it touches, so that they never overlap. `known`: one receiver's
 * stretches that all of `coverage` reaches to, where they have been read already.
 */
export async function extendCoverage(
  transaction: Transaction,
  coverage: readonly CoverageInterval[],
  toleranceMs: number,
  known?: { readonly receiver: string; readonly covered: readonly Interval[] },
): Promise<void> {
  for (const receiver of new Set(coverage.map((interval) => interval.receiver))) {
    const added = coverage.filter((interval) => interval.receiver === receiver)
    const from =
      added.reduce((first, interval) => Math.min(first, interval.from), Number.MAX_SAFE_INTEGER) - toleranceMs
    const to = added.reduce((last, interval) => Math.max(last, interval.to), 0) + toleranceMs
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

/** What nearly every segment does: it goes on where the receiver's last stretch ended. */
async function lengthen(transaction: Transaction, receiver: string, to: Interval | undefined): Promise<void> {
  if (to === undefined) return
  await transaction.runPlanned('update coverage set to_time = $to where receiver = $receiver and from_time = $from', {
    receiver,
    from: time(to.from),
    to: time(to.to),
  })
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
  await transaction.appendKept('converted_files', [
    [segment, receiver, segmentCreatedAt, now, records.length, bytesOf(index), duplicateFrames, 'merged', null],
  ])
}

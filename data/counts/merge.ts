import type { ConvertedIndex, CoverageInterval } from '../converted/converted-record.ts'
import { isImportReceiver, sourceOfReceiver } from '../domain/import-source.ts'
import type { EpochMs } from '../domain/time.ts'
import type { Journal } from '../journal/journal.ts'
import type { SeenDocuments } from '../seen/seen-documents.ts'
import type { Database, Transaction } from './database.ts'
import { type DuplicateDecision, decideDuplicates } from './duplicates.ts'
import { extendCoverage } from './extend-coverage.ts'
import {
  attributeGroup,
  buildName,
  DEFAULT_NAME_RULES,
  foldAttributes,
  foldBuilds,
  type NameRules,
} from './fold-names.ts'
import { isCovered, isIdle } from './idle-coverage.ts'
import { hoursOf } from './intervals.ts'
import { AlreadyMerged, addLedgerRow } from './ledger-row.ts'
import { forgetAll, type Known, knownOf } from './merge-memory.ts'
import { noteRawImport } from './raw-imports.ts'
import { readMergedOf } from './read-ledger.ts'
import { reachedHours, readStanding } from './read-standing.ts'
import { noteLateHours, reopenHours, reopenJudged } from './reopen-judged.ts'
import { segmentEntry } from './segment-entry.ts'
import { addTallies, readNamesOfHour } from './store-tallies.ts'
import { type Tallies, tally } from './tally.ts'

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
    if (error instanceof AlreadyMerged) return { ...NOTHING_NEW, isImport: isImportReceiver(index.receiver) }
    throw error
  }
}

async function mergeIn(
  transaction: Transaction,
  index: ConvertedIndex,
  options: MergeOptions,
  known: Known,
): Promise<MergeResult> {
  const { seen, journal, now, coverageToleranceMs } = options
  const { segment, receiver, coverage } = index
  const isImport = isImportReceiver(receiver)
  await seen?.settle(async (segments) => new Set(await readMergedOf(transaction, segments)))
  const { duplicateFrames, remember } = await findDuplicates(index, options)
  const reached = reachedHours(index)
  const standing =
    known.standing.recall(transaction, index, reached, coverageToleranceMs) ??
    (await readStanding(transaction, index, reached, coverageToleranceMs))
  const writing = inOrder(
    () => addLedgerRow(transaction, index, duplicateFrames, now),
    () => extendCoverage(transaction, coverage, coverageToleranceMs, { receiver, covered: standing.covered }),
    () => noteRawImport(transaction, index, now),
  )
  const keeping = writing.then(() =>
    allEnded([seen?.remember(segment, remember, now), journal?.append([segmentEntry(index, duplicateFrames, now)])]),
  )
  const counting = count(transaction, { index, duplicateFrames, writing }, options, known)
  const [, , tallies] = await allEnded([writing, keeping, counting])
  known.standing.note(transaction, index, reached, standing, coverageToleranceMs)
  const hours = changedHours(tallies, coverage)
  const reopened = isImport ? [] : await reopenHours(transaction, hours, standing.judged, now)
  await noteLateHours(transaction, reopened, now)
  const channels = [...new Set(tallies.hourly.map((row) => row.dimensions.channel))].sort()
  return { merged: true, isImport, hours, channels, duplicateFrames, reopened }
}

async function inOrder(...statements: readonly (() => Promise<void>)[]): Promise<void> {
  for (const statement of statements) await statement()
}

/** A statement runs in another thread: while those of `writing` do, what is to be added is reckoned and laid out. */
async function count(
  transaction: Transaction,
  {
    index,
    duplicateFrames,
    writing,
  }: {
    readonly index: ConvertedIndex
    readonly duplicateFrames: readonly number[]
    readonly writing: Promise<void>
  },
  options: MergeOptions,
  known: Known,
): Promise<Tallies> {
  const tallies = tally(index, new Set(duplicateFrames))
  // Minutes are what is received now.
  const received = isImportReceiver(index.receiver) ? { ...tallies, minute: [] } : tallies
  await loadNames(transaction, received, known, writing)
  const bounded = bound(received, options, known)
  await addTallies(transaction, bounded, sourceOfReceiver(index.receiver), known.open, writing)
  return tallies
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

/** Beside each other; but none goes on after the transaction has ended. */
async function allEnded<T extends readonly unknown[] | []>(
  work: T,
): Promise<{ -readonly [N in keyof T]: Awaited<T[N]> }> {
  await Promise.allSettled(work)
  return Promise.all(work)
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

async function loadNames(
  transaction: Transaction,
  tallies: Tallies,
  { builds, values }: Known,
  writing: Promise<void>,
): Promise<void> {
  for (const hour of new Set([...tallies.hourly, ...tallies.attribute].map((row) => row.hour))) {
    if (builds.isLoaded(hour) && values.isLoaded(hour)) continue
    await writing
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
}

function bound(tallies: Tallies, options: MergeOptions, { builds, values }: Known): Tallies {
  const rules = { ...DEFAULT_NAME_RULES, ...options.names }
  return {
    ...tallies,
    hourly: foldBuilds(tallies.hourly, builds, rules),
    attribute: foldAttributes(tallies.attribute, values, rules),
  }
}

function changedHours(tallies: Tallies, coverage: readonly CoverageInterval[]): EpochMs[] {
  const counted = [tallies.hourly, tallies.attribute, tallies.discarded].flatMap((rows) => rows.map((row) => row.hour))
  return [...new Set([...counted, ...coverage.flatMap(hoursOf)])].sort((a, b) => a - b)
}

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { restoreAnnotations } from '../annotations/annotations.ts'
import { type CoverageInterval, DEBUG_ID } from '../converted/converted-record.ts'
import type { Database, Transaction } from '../counts/database.ts'
import { extendCoverage } from '../counts/extend-coverage.ts'
import { CoverageBody } from '../counts/idle-coverage.ts'
import { type Interval, joinIntervals } from '../counts/intervals.ts'
import { JudgementBody, restoreJudgements } from '../counts/judgements.ts'
import { openSummedHours, replaceRollups } from '../counts/rollups.ts'
import { addTallies } from '../counts/store-tallies.ts'
import { type DiscardedTally, type HourlyTally, sumDiscarded, sumHourly } from '../counts/tally.ts'
import { time } from '../counts/values.ts'
import { LIVE_SOURCE } from '../domain/dimensions.ts'
import { importReceiver, sourceOfReceiver } from '../domain/import-source.ts'
import type { EpochMs } from '../domain/time.ts'
import { restoreIncidentEvents } from '../incidents/incident-events.ts'
import { IncidentBody, saveIncidents } from '../incidents/save-incidents.ts'
import { restoreSilences } from '../incidents/silences.ts'
import { restoreMailThreads } from '../outbox/mail-threads.ts'
import { restoreOutbox } from '../outbox/restore-outbox.ts'
import {
  type JournalledSegment,
  type JournalOutline,
  readJournalledSegments,
  readJournalOutline,
} from '../recovery/journalled-segments.ts'
import { restoreImports } from '../recovery/kept-imports.ts'
import { bodiesOf, writtenAt } from '../recovery/newest-entries.ts'
import { ChangeBody, PartBody } from '../recovery/part-entries.ts'
import type { SeenDocuments } from '../seen/seen-documents.ts'
import { addArchiveFiles, replaceArchiveFiles } from './archive-files.ts'
import { ForgetRequest, restoreForgetRequests } from './forget/forget-requests.ts'
import { ForgottenBody, restoreForgotten } from './forget/forgotten-counts.ts'
import { KEEPS, parsePartFileName } from './part-name.ts'
import { readArchivedDocuments } from './read-archived-documents.ts'
import { ARCHIVED_ROWS } from './read-parts.ts'
import { noteRemovedDays, RemovedDaysBody } from './removed-days.ts'
import { restoreRetiredCounts } from './retired-counts.ts'
import { asCounted, ROWS_AS_COUNTED, SOURCE } from './rows-as-counted.ts'
import type { Storage } from './storage.ts'

export interface RebuildOptions {
  /** A new database with nothing in it, opened with the archive's folders readable. */
  readonly db: Database
  /** Where `storage` keeps its names on this disk. */
  readonly root: string
  readonly storage: Storage
  /** The journal's folder. Nobody writes to it meanwhile. */
  readonly journal: string
  readonly coverageToleranceMs: number
  /** What it holds is replaced. */
  readonly seen: SeenDocuments
  /** Documents that were received and merged earlier are too old for another to be a copy of them. */
  readonly rememberFrom: EpochMs
  /** Segments that were archived and merged before have no row in the ledger, as retention leaves it. Default: all have one. */
  readonly ledgerFrom?: EpochMs
  /** Counts by the minute are kept from then on. */
  readonly minutesFrom?: EpochMs
  /** Folder in which imports of counts are kept (`keepImports`), readable as the archive's. Default: none is. */
  readonly keptImports?: string
  /** Which of these segments are still in the spool, or converted and not archived: they are merged as ever afterwards. Default: all. */
  readonly readWaiting?: (segments: readonly string[]) => Promise<ReadonlySet<string>>
}

/** What came back, for people. */
export interface RebuiltCounts {
  readonly segments: number
  readonly submissions: number
  readonly files: number
  /** Of the archive, that the journal says were written, and that are neither there nor known to be over. */
  readonly missingFiles: number
  readonly incidents: number
  readonly mails: number
  /** Names under which counts had been imported. */
  readonly imports: readonly string[]
  /** Lines of the journal that could not be read: a crash leaves one each. */
  readonly damagedLines: number
}

/**
 * Makes a lost database anew from the archive and the journal: counts, coverage, ledger, remembered documents, incidents, mails. Segments
 * that weren't archived yet still have their converted files and are merged as ever afterwards. Not made anew: duplicates by the minute, the newest verdict (its hour is judged again), and what was folded into `OTHER` stands
 * under its name.
 */
export async function rebuildCounts(options: RebuildOptions): Promise<RebuiltCounts> {
  return options.db.inTransaction(async (transaction) => {
    await refuseFilled(transaction)
    const outline = await readJournalOutline(transaction, options.journal)
    return fill(transaction, outline, options)
  })
}

async function fill(
  transaction: Transaction,
  { newest, damagedLines }: JournalOutline,
  options: RebuildOptions,
): Promise<RebuiltCounts> {
  const { root, storage, seen, rememberFrom, minutesFrom = 0 } = options
  const parts = new Map([...bodiesOf(newest, 'part', PartBody)].map(([key, body]) => [Number(key), body]))
  const stored = (await Promise.all(KEEPS.map((keep) => storage.list(keep)))).flat()
  const changes = new Map([...bodiesOf(newest, 'change', ChangeBody)].map(([key, body]) => [Number(key), body]))
  const { kept, replaced, missing, removed } = filesOf(stored, parts, changes)
  const files = kept.map((name) => join(root, name))
  const idle = [...bodiesOf(newest, 'coverage', CoverageBody).values()]
  const { segments, submissions } = await restoreSegments(transaction, idle, options)
  await transaction.append(
    'archive_parts',
    [...parts.keys()].map((part) => {
      const at = writtenAt(newest, 'part', String(part))
      return [part, at, at, 'done']
    }),
  )
  await transaction.append(
    'archive_parts',
    [...changes.keys()].map((part) => [part, writtenAt(newest, 'change', String(part)), null, 'change']),
  )
  await transaction.append(
    'archive_changes',
    [...changes].map(([part, body]) => {
      const at = writtenAt(newest, 'change', String(part))
      return [part, body.state === 'done' ? body.change : '', at, body.state === 'done' ? at : null, body.state]
    }),
  )
  await noteFiles(transaction, { root, kept, replaced })
  if (files.length > 0) {
    await countArchived(transaction, files)
    await countMinutes(transaction, files, minutesFrom)
  }
  const known = new Set([...stored, ...removed])
  const retired = new Set(await restoreRetiredCounts(transaction, root, (name) => known.has(name)))
  await noteRemovedDays(transaction, [...bodiesOf(newest, 'removed_days', RemovedDaysBody).values()])
  const imports = options.keptImports === undefined ? [] : await restoreImports(transaction, options.keptImports)
  for (const [key, body] of bodiesOf(newest, 'forgotten', ForgottenBody)) {
    if (changes.get(Number(key))?.state === 'done') await restoreForgotten(transaction, Number(key), body)
  }
  await restoreForgetRequests(transaction, bodiesOf(newest, 'forget', ForgetRequest))
  await noteRawImports(transaction)
  await replaceRollups(transaction)
  // What was folded when it was settled is folded again.
  await openSummedHours(transaction)
  await saveIncidents(transaction, [...bodiesOf(newest, 'incident', IncidentBody).values()])
  await restoreJudgements(transaction, [...bodiesOf(newest, 'judgement', JudgementBody).values()])
  const entries = [...newest.values()]
  await restoreIncidentEvents(transaction, entries)
  await restoreSilences(transaction, entries)
  await restoreAnnotations(transaction, entries)
  await restoreMailThreads(transaction, entries)
  await restoreOutbox(transaction, entries)
  // Last, for it isn't undone when the transaction fails: a repeat begins it anew.
  await seen.clear()
  await seen.restore(readArchivedDocuments(transaction, files, rememberFrom))
  return {
    segments,
    submissions,
    files: files.length,
    missingFiles: missing.filter((name) => !retired.has(name)).length,
    incidents: bodiesOf(newest, 'incident', IncidentBody).size,
    mails: [...newest.values()].filter(({ kind }) => kind === 'outbox').length,
    imports,
    damagedLines,
  }
}

/** Ledger, coverage (with that of `idle` stretches), and the counts that only the journal has. */
async function restoreSegments(
  transaction: Transaction,
  idle: readonly CoverageInterval[],
  { journal, coverageToleranceMs, ledgerFrom = 0, readWaiting = async (all) => new Set(all) }: RebuildOptions,
): Promise<{ readonly segments: number; readonly submissions: number }> {
  const covered = new Map<string, Interval[]>()
  const cover = (intervals: readonly CoverageInterval[]) => {
    for (const receiver of new Set(intervals.map((interval) => interval.receiver))) {
      const added = intervals.filter((interval) => interval.receiver === receiver)
      covered.set(receiver, joinIntervals([...(covered.get(receiver) ?? []), ...added], coverageToleranceMs))
    }
  }
  cover(idle)
  let newest: JournalledSegment | null = null
  let segments = 0
  let submissions = 0
  for await (const ledger of readJournalledSegments(transaction, journal, readWaiting)) {
    cover(ledger.flatMap(({ body }) => body.coverage))
    await countJournalled(transaction, ledger)
    const isKept = ({ part, mergedAt, body }: JournalledSegment) =>
      part === null || mergedAt >= ledgerFrom || body.receiver.startsWith(IMPORTED)
    await addLedgerRows(transaction, ledger.filter(isKept))
    segments += ledger.length
    submissions += ledger.reduce((sum, { body }) => sum + body.records, 0)
    const last = ledger.at(-1)
    if (last !== undefined) newest = isKept(last) ? null : last
  }
  // However old it is: by it the journal's end is found (retention.ts).
  if (newest !== null) await addLedgerRows(transaction, [newest])
  const coverage = [...covered].flatMap(([receiver, intervals]) =>
    intervals.map((interval) => ({ receiver, ...interval })),
  )
  await extendCoverage(transaction, coverage, coverageToleranceMs)
  return { segments, submissions }
}

async function addLedgerRows(transaction: Transaction, ledger: readonly JournalledSegment[]): Promise<void> {
  await transaction.append(
    'converted_files',
    ledger.map(({ segment, mergedAt, part, body }) => {
      const { receiver, segmentCreatedAt, records, bytes, duplicateFrames } = body
      const state = part === null ? 'damaged' : 'archived'
      return [segment, receiver, segmentCreatedAt, mergedAt, records, bytes, duplicateFrames, state, part]
    }),
  )
}

/**
 * Of what is stored, what a finished change replaced doesn't count any more, even where it wasn't removed yet; nor does
 * anything that no part and no finished change wrote.
 */
function filesOf(
  stored: readonly string[],
  parts: ReadonlyMap<number, z.infer<typeof PartBody>>,
  changes: ReadonlyMap<number, z.infer<typeof ChangeBody>>,
): {
  readonly kept: readonly string[]
  readonly replaced: readonly string[]
  readonly missing: readonly string[]
  readonly removed: ReadonlySet<string>
} {
  const done = [...changes.values()].flatMap((body) => (body.state === 'done' ? [body] : []))
  const written = new Set([...parts.values(), ...done].flatMap(({ files }) => files))
  const removed = new Set(done.flatMap(({ removes }) => removes))
  const known = stored.filter((name) => written.has(name))
  const present = new Set(known)
  return {
    kept: known.filter((name) => !removed.has(name)),
    replaced: known.filter((name) => removed.has(name)),
    missing: [...written].filter((name) => !removed.has(name) && !present.has(name)),
    removed,
  }
}

/** Makes the list of the archive's files anew: their rows and problems are read, their channels are those of the rows' folders. */
async function noteFiles(
  transaction: Transaction,
  {
    root,
    kept,
    replaced,
  }: { readonly root: string; readonly kept: readonly string[]; readonly replaced: readonly string[] },
): Promise<void> {
  for (const name of [...kept, ...replaced]) {
    const parsed = parsePartFileName(name)
    if (parsed === null) continue
    const [read] = await transaction.read(
      `select any_value(channel) as channel, count(*) as rows, list_sort(list(distinct problem)) as problems
       from ${ARCHIVED_ROWS}`,
      { files: [join(root, name)] },
      (row) => ({ channel: row.text('channel'), rows: row.number('rows'), problems: row.texts('problems') }),
    )
    if (read === undefined) continue
    const partition = { keep: parsed.keep, date: parsed.date, channel: read.channel }
    const { size } = await stat(join(root, name))
    await addArchiveFiles(transaction, [{ ...read, name, partition, part: parsed.part, bytes: size }])
  }
  await replaceArchiveFiles(transaction, replaced)
}

/** What no archive holds: copies, damaged stretches, and what was too large; all of a source at once. */
async function countJournalled(transaction: Transaction, ledger: readonly JournalledSegment[]): Promise<void> {
  const bySource = new Map<string, { hourly: HourlyTally[]; discarded: DiscardedTally[] }>()
  for (const { body } of ledger) {
    const source = sourceOfReceiver(body.receiver)
    const sums = bySource.get(source) ?? { hourly: [], discarded: [] }
    bySource.set(source, sums)
    sums.hourly.push(...body.hourly)
    sums.discarded.push(...body.discarded)
  }
  for (const [source, { hourly, discarded }] of bySource) {
    const sums = { hourly: sumHourly(hourly), minute: [], attribute: [], discarded: sumDiscarded(discarded) }
    await addTallies(transaction, sums, source)
  }
}

async function refuseFilled(transaction: Transaction): Promise<void> {
  const filled = await transaction.read('select segment from converted_files limit 1', {}, (row) => row.text('segment'))
  if (filled.length > 0) throw new Error('a database that already counts can not be rebuilt: start with a new one')
}

const IMPORTED = importReceiver('')

/** After the ledger, which knows who brought each segment. */
async function countArchived(transaction: Transaction, files: readonly string[]): Promise<void> {
  await transaction.run(`insert into hourly_counts by name ${ROWS_AS_COUNTED}`, { files })
  await transaction.run(
    `insert into attribute_counts
     select hour, channel, entry.key, entry.value, source, count(*) from (
       select date_trunc('hour', received_at) as hour, ${asCounted('channel')} as channel, ${SOURCE} as source,
         unnest(map_entries(${asCounted('attributes')}::json::map(varchar, varchar))) as entry
       from ${ARCHIVED_ROWS} archived left join converted_files using (segment) where not automation) where entry.key <> '${DEBUG_ID}' group by all`,
    { files },
  )
}

/** After the ledger. Minutes are what was received live, without automation. */
async function countMinutes(transaction: Transaction, files: readonly string[], from: EpochMs): Promise<void> {
  await transaction.run(
    `insert into minute_counts
     select date_trunc('minute', received_at), ${['channel', 'outcome', 'problem'].map(asCounted).join(', ')}, count(*)
     from ${ARCHIVED_ROWS} archived left join converted_files using (segment)
     where received_at >= $from and not automation and ${SOURCE} = '${LIVE_SOURCE}' group by all`,
    { files, from: time(from) },
  )
}

/** After the counts. */
async function noteRawImports(transaction: Transaction): Promise<void> {
  await transaction.run(
    `insert into imports
     with brought as (
       select ${SOURCE} as source, max(merged_at) as merged_at, sum(records) as records from converted_files
       where starts_with(receiver, '${IMPORTED}') group by all)
     select source, 'raw', any_value(brought.merged_at), any_value(brought.records), min(hour), max(hour)
     from brought left join hourly_counts using (source) group by source`,
  )
}

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DEBUG_ID } from '../converted/converted-record.ts'
import type { Database, Transaction } from '../counts/database.ts'
import { extendCoverage } from '../counts/merge.ts'
import { SegmentBody } from '../counts/segment-entry.ts'
import { addTallies } from '../counts/store-tallies.ts'
import { LIVE_SOURCE } from '../domain/dimensions.ts'
import { importReceiver, sourceOfReceiver } from '../domain/import-source.ts'
import type { EpochMs } from '../domain/time.ts'
import { restoreIncidentEvents } from '../incidents/incident-events.ts'
import { saveIncidents } from '../incidents/save-incidents.ts'
import type { JournalEntry } from '../journal/journal.ts'
import { restoreOutbox } from '../outbox/restore-outbox.ts'
import type { SeenDocuments } from '../seen/seen-documents.ts'
import { addArchiveFiles, replaceArchiveFiles } from './archive-files.ts'
import { ForgetRequest, restoreForgetRequests } from './forget/forget-requests.ts'
import { ForgottenBody, restoreForgotten } from './forget/forgotten-counts.ts'
import { KEEPS, parsePartFileName } from './part-name.ts'
import { readArchivedDocuments } from './read-archived-documents.ts'
import { ARCHIVED_ROWS } from './read-parts.ts'
import type { Storage } from './storage.ts'

export interface RebuildOptions {
  /** A new database with nothing in it, opened with the archive's folders readable. */
  readonly db: Database
  /** Where `storage` keeps its names on this disk. */
  readonly root: string
  readonly storage: Storage
  readonly entries: readonly JournalEntry[]
  readonly coverageToleranceMs: number
  /** What it holds is replaced. */
  readonly seen: SeenDocuments
  /** Documents that were received and merged earlier are too old for another to be a copy of them. */
  readonly rememberFrom: EpochMs
}

const PartBody = z.object({ segments: z.array(z.string()), files: z.array(z.string()) })
const ChangeBody = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('done'),
    change: z.string(),
    removes: z.array(z.string()),
    files: z.array(z.string()),
  }),
  z.object({ state: z.literal('abandoned') }),
])

const IncidentBody = z.object({
  id: z.number(),
  state: z.string(),
  kind: z.string(),
  startedAt: z.number(),
  detectedAt: z.number(),
  resolvedAt: z.number().nullable(),
  body: z.string(),
})

/**
 * Makes a lost database anew from the archive and the journal: counts, coverage, ledger, remembered documents, incidents, mails. Segments
 * that weren't archived yet still have their converted files and are merged as ever afterwards. Not made anew: imports (their files
 * are), minutes (of the last two days), verdicts on hours (judged anew), and what was folded into `OTHER` stands under its name.
 */
export async function rebuildCounts(options: RebuildOptions): Promise<void> {
  const { db, root, storage, entries, coverageToleranceMs, seen, rememberFrom } = options
  const newest = newestEntries(entries)
  const parts = new Map([...bodiesOf(newest, 'part', PartBody)].map(([key, body]) => [Number(key), body]))
  const segments = bodiesOf(newest, 'segment', SegmentBody)
  const stored = (await Promise.all(KEEPS.map((keep) => storage.list(keep)))).flat()
  const changes = new Map([...bodiesOf(newest, 'change', ChangeBody)].map(([key, body]) => [Number(key), body]))
  const { kept, replaced } = filesOf(stored, parts, changes)
  const files = kept.map((name) => join(root, name))

  await db.inTransaction(async (transaction) => {
    await refuseFilled(transaction)
    const ledger = archivedSegments(parts, segments)
    await extendCoverage(
      transaction,
      ledger.flatMap(({ body }) => body.coverage),
      coverageToleranceMs,
    )
    for (const { body } of ledger) {
      const { hourly, discarded } = body
      if (hourly.length === 0 && discarded.length === 0) continue
      const source = sourceOfReceiver(body.receiver)
      await addTallies(transaction, { hourly, minute: [], attribute: [], discarded }, source)
    }
    const writtenAt = (kind: string, key: string) => newest.get(keyOf(kind, key))?.writtenAt ?? 0
    await transaction.append(
      'archive_parts',
      [...parts.keys()].map((part) => {
        const at = writtenAt('part', String(part))
        return [part, at, at, 'done']
      }),
    )
    await transaction.append(
      'archive_parts',
      [...changes.keys()].map((part) => [part, writtenAt('change', String(part)), null, 'change']),
    )
    await transaction.append(
      'archive_changes',
      [...changes].map(([part, body]) => {
        const at = writtenAt('change', String(part))
        return [part, body.state === 'done' ? body.change : '', at, body.state === 'done' ? at : null, body.state]
      }),
    )
    await transaction.append(
      'converted_files',
      ledger.map(({ segment, part, body }) => {
        const { receiver, segmentCreatedAt, records, bytes, duplicateFrames } = body
        const mergedAt = writtenAt('segment', segment)
        return [segment, receiver, segmentCreatedAt, mergedAt, records, bytes, duplicateFrames, 'archived', part]
      }),
    )
    await noteFiles(transaction, { root, kept, replaced })
    if (files.length > 0) await countArchived(transaction, files)
    for (const [key, body] of bodiesOf(newest, 'forgotten', ForgottenBody)) {
      if (changes.get(Number(key))?.state === 'done') await restoreForgotten(transaction, Number(key), body)
    }
    await restoreForgetRequests(transaction, bodiesOf(newest, 'forget', ForgetRequest))
    await noteRawImports(transaction)
    await saveIncidents(transaction, [...bodiesOf(newest, 'incident', IncidentBody).values()])
    await restoreIncidentEvents(transaction, entries)
    await restoreOutbox(transaction, entries)
    // Last, for it isn't undone when the transaction fails: a repeat begins it anew.
    await seen.clear()
    await seen.restore(readArchivedDocuments(transaction, files, rememberFrom))
  })
}

/**
 * Of what is stored, what a finished change replaced doesn't count any more, even where it wasn't removed yet; nor does
 * anything that no part and no finished change wrote.
 */
function filesOf(
  stored: readonly string[],
  parts: ReadonlyMap<number, z.infer<typeof PartBody>>,
  changes: ReadonlyMap<number, z.infer<typeof ChangeBody>>,
): { readonly kept: readonly string[]; readonly replaced: readonly string[] } {
  const done = [...changes.values()].flatMap((body) => (body.state === 'done' ? [body] : []))
  const written = new Set([...parts.values(), ...done].flatMap(({ files }) => files))
  const removed = new Set(done.flatMap(({ removes }) => removes))
  const known = stored.filter((name) => written.has(name))
  return { kept: known.filter((name) => !removed.has(name)), replaced: known.filter((name) => removed.has(name)) }
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

interface ArchivedSegment {
  readonly segment: string
  readonly part: number
  readonly body: z.infer<typeof SegmentBody>
}

function archivedSegments(
  parts: ReadonlyMap<number, z.infer<typeof PartBody>>,
  bodies: ReadonlyMap<string, z.infer<typeof SegmentBody>>,
): ArchivedSegment[] {
  return [...parts].flatMap(([part, { segments }]) =>
    segments.flatMap((segment) => {
      const body = bodies.get(segment)
      return body === undefined ? [] : [{ segment, part, body }]
    }),
  )
}

async function refuseFilled(transaction: Transaction): Promise<void> {
  const filled = await transaction.read('select segment from converted_files limit 1', {}, (row) => row.text('segment'))
  if (filled.length > 0) throw new Error('a database that already counts can not be rebuilt: start with a new one')
}

const IMPORTED = importReceiver('')

/** By who brought the segment: an import is a receiver, too. */
const SOURCE = `case when starts_with(receiver, '${IMPORTED}') then substr(receiver, ${IMPORTED.length + 1})
  else '${LIVE_SOURCE}' end`

const COUNTED_UNDER = ['channel', 'app_name', 'app_version', 'build_id', 'reason', 'outcome', 'problem']

/** What was converted later than it was counted still counts as what it was; see FirstCounted. */
function asCounted(column: string): string {
  return `coalesce(first_counted->>'$.${column}', archived.${column})`
}

/** After the ledger, which knows who brought each segment. */
async function countArchived(transaction: Transaction, files: readonly string[]): Promise<void> {
  await transaction.run(
    `insert into hourly_counts
     select date_trunc('hour', received_at), ${COUNTED_UNDER.map(asCounted).join(', ')},
       ${SOURCE} as source, automation, count(*),
       count(*) filter (where first_counted is not null and ${asCounted('outcome')} in ('quarantined', 'rejected')),
       sum(archived.bytes)
     from ${ARCHIVED_ROWS} archived left join converted_files using (segment) group by all`,
    { files },
  )
  await transaction.run(
    `insert into attribute_counts
     select hour, channel, entry.key, entry.value, source, count(*) from (
       select date_trunc('hour', received_at) as hour, ${asCounted('channel')} as channel, ${SOURCE} as source,
         unnest(map_entries(${asCounted('attributes')}::json::map(varchar, varchar))) as entry
       from ${ARCHIVED_ROWS} archived left join converted_files using (segment) where not automation) where entry.key <> '${DEBUG_ID}' group by all`,
    { files },
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

function keyOf(kind: string, key: string): string {
  return JSON.stringify([kind, key])
}

function newestEntries(entries: readonly JournalEntry[]): Map<string, JournalEntry> {
  return new Map(entries.map((entry) => [keyOf(entry.kind, entry.key), entry]))
}

/** By key. An entry that doesn't read as its kind is a broken promise of ours and throws. */
function bodiesOf<T>(entries: ReadonlyMap<string, JournalEntry>, kind: string, schema: z.ZodType<T>): Map<string, T> {
  const ofKind = [...entries.values()].filter((entry) => entry.kind === kind)
  return new Map(ofKind.map((entry) => [entry.key, schema.parse(entry.body)]))
}

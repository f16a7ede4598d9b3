import { join } from 'node:path'
import { z } from 'zod'
import { DEBUG_ID } from '../../converted/converted-record.ts'
import type { Database } from '../../counts/database.ts'
import type { Row } from '../../counts/values.ts'
import { sourceOfReceiver } from '../../domain/import-source.ts'
import { NO_PROBLEM, OUTCOMES, PROBLEMS } from '../../domain/outcome.ts'
import { startOfHour } from '../../domain/time.ts'
import type { ArchiveFile } from '../archive-files.ts'
import type { ForgottenCounts } from './forgotten-counts.ts'

/** A row that is to go, and under what it was counted. */
export interface DocumentRow {
  /** Name of its file. */
  readonly file: string
  readonly segment: string
  readonly frame: number
  readonly counted: Omit<ForgottenCounts['hourly'][number], 'source'>
  readonly attributes: Readonly<Record<string, string>>
}

/** Says to `reader`, a database of its own, which documents are meant. */
export async function nameDocuments(reader: Database, ids: readonly string[]): Promise<void> {
  await reader.inTransaction(async (transaction) => {
    await transaction.run('create or replace table named_documents (document_id varchar)')
    await transaction.append('named_documents', rowsOf(ids))
  })
}

function* rowsOf(ids: readonly string[]): Generator<[string]> {
  for (const id of ids) yield [id]
}

/** The rows of `files` that brought one of the documents named before. */
export async function readRowsOfDocuments(
  reader: Database,
  root: string,
  files: readonly ArchiveFile[],
): Promise<DocumentRow[]> {
  const byPath = new Map(files.map((file) => [join(root, file.name), file]))
  return reader.read(
    `select filename, segment, frame, received_at, automation, bytes, attributes, recovered_at, first_counted,
       app_name, app_version, build_id, reason, outcome, problem
     from read_parquet($paths, hive_partitioning = false, union_by_name = true)
     where document_id in (select document_id from named_documents)`,
    { paths: [...byPath.keys()] },
    (row) => documentRow(row, byPath),
  )
}

const Outcome = z.enum(OUTCOMES)
const Problem = z.enum([...PROBLEMS, NO_PROBLEM])
const Attributes = z.record(z.string(), z.string())
/** See FirstCounted. */
const FirstCounted = z.object({
  channel: z.string(),
  app_name: z.string(),
  app_version: z.string(),
  build_id: z.string(),
  reason: z.string(),
  outcome: Outcome,
  problem: Problem,
  attributes: Attributes,
})

function documentRow(row: Row, byPath: ReadonlyMap<string, ArchiveFile>): DocumentRow {
  const file = byPath.get(row.text('filename'))
  if (file === undefined) throw new Error(`${row.text('filename')} was not asked for`)
  const first = row.textOrNull('first_counted')
  const counted = FirstCounted.parse(
    first === null
      ? {
          channel: file.partition.channel,
          app_name: row.text('app_name'),
          app_version: row.text('app_version'),
          build_id: row.text('build_id'),
          reason: row.text('reason'),
          outcome: row.text('outcome'),
          problem: row.text('problem'),
          attributes: JSON.parse(row.text('attributes')),
        }
      : JSON.parse(first),
  )
  const { channel, outcome, problem, attributes, reason } = counted
  const dimensions = {
    reason,
    appName: counted.app_name,
    appVersion: counted.app_version,
    channel,
    buildId: counted.build_id,
  }
  // What was merely salvaged and got its histograms back was never missing.
  const isRecovered = first !== null && (outcome === 'quarantined' || outcome === 'rejected')
  return {
    file: file.name,
    segment: row.text('segment'),
    frame: row.number('frame'),
    counted: {
      hour: startOfHour(row.number('received_at')),
      dimensions,
      outcome,
      problem,
      automation: row.boolean('automation'),
      submissions: 1,
      recovered: isRecovered ? 1 : 0,
      bytes: row.number('bytes'),
    },
    attributes,
  }
}

/** The rows' counts, added up. The ledger in `db` knows who brought each segment. */
export async function countRows(db: Pick<Database, 'read'>, rows: readonly DocumentRow[]): Promise<ForgottenCounts> {
  const receivers = await receiversOf(db, [...new Set(rows.map(({ segment }) => segment))])
  const hourly = new Map<string, ForgottenCounts['hourly'][number]>()
  const attribute = new Map<string, ForgottenCounts['attribute'][number]>()
  for (const { counted, attributes, segment } of rows) {
    const source = sourceOfReceiver(receivers.get(segment) ?? '')
    const { submissions, recovered, bytes, ...under } = counted
    const key = JSON.stringify([source, under])
    const before = hourly.get(key) ?? { ...counted, source, submissions: 0, recovered: 0, bytes: 0 }
    hourly.set(key, {
      ...before,
      submissions: before.submissions + submissions,
      recovered: before.recovered + recovered,
      bytes: before.bytes + bytes,
    })
    if (counted.automation) continue
    for (const [name, value] of Object.entries(attributes)) {
      if (name === DEBUG_ID) continue
      const of = { source, hour: counted.hour, channel: counted.dimensions.channel, attribute: name, value }
      const place = JSON.stringify(of)
      attribute.set(place, { ...of, submissions: (attribute.get(place)?.submissions ?? 0) + 1 })
    }
  }
  return { hourly: [...hourly.values()], attribute: [...attribute.values()] }
}

async function receiversOf(db: Pick<Database, 'read'>, segments: readonly string[]): Promise<Map<string, string>> {
  if (segments.length === 0) return new Map()
  const rows = await db.read(
    'select segment, receiver from converted_files where segment in (select unnest($segments))',
    { segments },
    (row) => [row.text('segment'), row.text('receiver')] as const,
  )
  return new Map(rows)
}

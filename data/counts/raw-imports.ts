import type { ConvertedIndex } from '../converted/converted-record.ts'
import { importReceiver, isImportReceiver, sourceOfReceiver } from '../domain/import-source.ts'
import { type EpochMs, startOfHour } from '../domain/time.ts'
import { parseImportName } from '../spool/import-name.ts'
import type { Database, Transaction } from './database.ts'
import { time } from './values.ts'

/**
 * Logs that were brought in are counted, kept and shown, and never judged: an old log says nothing of what clients do today, and
 * one of the last hours repeats what other receivers heard. Counts from CSV are judged: they are given for that.
 */
const RAW_SOURCES = "(select source from imports where kind = 'raw')"
const RAW_RECEIVERS = `(select '${importReceiver('')}' || source from imports where kind = 'raw')`

/** Conditions on the columns `source` and `receiver` of what the judge looks at. */
export const JUDGED_SOURCE = `source not in ${RAW_SOURCES}`
export const JUDGED_RECEIVER = `receiver not in ${RAW_RECEIVERS}`

/** Notes in `imports` what a segment of an import brought; nothing for segments of receivers. */
export async function noteRawImport(transaction: Transaction, index: ConvertedIndex, now: EpochMs): Promise<void> {
  if (!isImportReceiver(index.receiver)) return
  const hours = index.records.map(({ receivedAt }) => startOfHour(receivedAt)).sort((a, b) => a - b)
  const [first = null] = hours
  const last = hours.at(-1) ?? null
  await transaction.run(
    `insert into imports values ($source, 'raw', $now, $rows, $first::timestamp, $last::timestamp)
     on conflict (source, kind) do update set imported_at = excluded.imported_at,
       rows_imported = imports.rows_imported + excluded.rows_imported,
       first_hour = least(imports.first_hour, excluded.first_hour),
       last_hour = greatest(imports.last_hour, excluded.last_hour)`,
    {
      source: sourceOfReceiver(index.receiver),
      now: time(now),
      rows: index.records.length,
      first: first === null ? null : time(first),
      last: last === null ? null : time(last),
    },
  )
}

/** What the ledger has of a log that is being brought in. */
export interface LedgerOfLog {
  /** Under which name it was brought in; null: nothing of it was. */
  readonly source: string | null
  /** Frames of the log whose counts are in: places of the first and the last of each segment. */
  readonly merged: readonly { readonly first: number; readonly last: number }[]
  readonly submissions: number
  /** How many of them only repeat what came before. */
  readonly duplicates: number
}

/** `digest`: that of the log's frames. */
export async function readLedgerOfLog(database: Pick<Database, 'read'>, digest: string): Promise<LedgerOfLog> {
  const rows = await database.read(
    `select segment, receiver, records, len(duplicate_frames) as duplicates from converted_files
     where starts_with(segment, $digest) order by segment`,
    { digest },
    (row) => ({
      name: parseImportName(row.text('segment')),
      receiver: row.text('receiver'),
      records: row.number('records'),
      duplicates: row.number('duplicates'),
    }),
  )
  const [first] = rows
  return {
    source: first === undefined ? null : sourceOfReceiver(first.receiver),
    merged: rows.flatMap(({ name }) => (name === null ? [] : [{ first: name.first, last: name.last }])),
    submissions: rows.reduce((sum, { records }) => sum + records, 0),
    duplicates: rows.reduce((sum, { duplicates }) => sum + duplicates, 0),
  }
}

/** Whether counts were brought in under this name from somewhere else: as CSV (`counts`), or from logs (`raw`). */
export async function isSourceTaken(
  database: Pick<Database, 'read'>,
  source: string,
  by: 'counts' | 'raw',
): Promise<boolean> {
  const rows = await database.read(
    `select source from imports where source = $source and (kind = 'raw') = $isRaw`,
    { source, isRaw: by === 'raw' },
    (row) => row.text('source'),
  )
  return rows.length > 0
}

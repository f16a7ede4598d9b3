import {
  BIGINT,
  BLOB,
  BOOLEAN,
  blobValue,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  LIST,
  listValue,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api'
import { timestamp } from '../../counts/values.ts'
import { isoDate } from '../../domain/time.ts'
import type { Keep } from '../part-name.ts'
import type { HeldRow } from './held-rows.ts'

/** A column of the archive's files: what a statement calls it, and what a held row has in it. */
export interface StageColumn {
  readonly name: string
  /** Type in a table. */
  readonly sqlType: string
  /** Type of `value`; a long text is given as UTF-8, whose bytes need not become a text of JavaScript's first. */
  readonly type: DuckDBType
  value(row: HeldRow): DuckDBValue
}

/** A part is told apart by these; its files have them in their names. */
export const PARTITION_COLUMNS = ['submission_date', 'channel'] as const

/** Sorted by these, so that a filter on any of the first ones reads little; the last two make the order complete. */
export const ORDER = 'reason, app_name, app_version, build_id, received_at, document_id, segment, frame'

const COMMON: readonly StageColumn[] = [
  text('submission_date', ({ entry }) => isoDate(entry.record.receivedAt)),
  text('channel', ({ entry }) => entry.record.dimensions.channel),
  text('reason', ({ entry }) => entry.record.dimensions.reason),
  text('app_name', ({ entry }) => entry.record.dimensions.appName),
  text('app_version', ({ entry }) => entry.record.dimensions.appVersion),
  text('build_id', ({ entry }) => entry.record.dimensions.buildId),
  column('received_at', 'timestamp', TIMESTAMP, ({ entry }) => timestamp(entry.record.receivedAt)),
  text('document_id', ({ entry }) => entry.record.documentId),
  text('outcome', ({ entry }) => entry.record.outcome),
  text('problem', ({ entry }) => entry.record.problem),
  column('problems', 'varchar[]', LIST(VARCHAR), ({ entry }) => listValue([...entry.record.problems])),
  text('causes', ({ entry: { record } }) => (record.causes.length === 0 ? '' : JSON.stringify(record.causes))),
  column('automation', 'boolean', BOOLEAN, ({ entry }) => entry.record.automation),
  text('attributes', ({ entry }) => JSON.stringify(entry.record.attributes)),
  text('duplicate_key', ({ entry }) => entry.record.duplicateKey),
  text('segment', ({ segment }) => segment),
  column('frame', 'integer', INTEGER, ({ entry }) => entry.record.frame),
  text('converter_version', ({ entry }) => entry.converterVersion),
  column('bytes', 'bigint', BIGINT, ({ entry }) => BigInt(entry.record.bytes)),
  column('recovered_at', 'timestamp', TIMESTAMP, ({ recovery }) => recovery && timestamp(recovery.recoveredAt)),
  text('first_counted', ({ recovery }) => recovery?.firstCounted ?? null),
]

export const STAGE_COLUMNS: Readonly<Record<Keep, readonly StageColumn[]>> = {
  archive: [
    ...COMMON,
    longText('dropped', ({ content }) => (content.kind === 'converted' ? content.dropped : null)),
    longText('payload', ({ content }) => (content.kind === 'converted' ? content.payload : null)),
  ],
  quarantine: [
    ...COMMON,
    text('path', ({ content }) => (content.kind === 'raw' ? content.path : null)),
    text('headers', ({ content }) => (content.kind === 'raw' ? JSON.stringify(content.headers) : null)),
    column('body', 'blob', BLOB, ({ content }) => (content.kind === 'raw' ? blobValue(content.body) : null)),
  ],
}

function column(name: string, sqlType: string, type: DuckDBType, value: StageColumn['value']): StageColumn {
  return { name, sqlType, type, value }
}

function text(name: string, value: (row: HeldRow) => string | null): StageColumn {
  return column(name, 'varchar', VARCHAR, value)
}

function longText(name: string, value: (row: HeldRow) => Uint8Array | null): StageColumn {
  return column(name, 'varchar', BLOB, (row) => {
    const bytes = value(row)
    return bytes && blobValue(bytes)
  })
}

import type { Database } from '../../counts/database.ts'
import type { Row } from '../../counts/values.ts'
import type { SelectedFile, SelectedRows } from './selection.ts'

/**
 * `lines`: `<document id><tab><json>`, as the archive of 2013 had it. `ndjson`: an object a line with all that the archive keeps of a
 * submission, `payload` and `dropped` as JSON within it.
 */
export type TextFormat = 'lines' | 'ndjson'

/**
 * The selected submissions as text, file by file, in the order of each file's rows; so much at a time as DuckDB hands over at once
 * (2,048 rows of one file).
 */
export async function* exportText(
  reader: Database,
  { files, where, params }: SelectedRows,
  format: TextFormat,
): AsyncGenerator<{ readonly text: string; readonly rows: number }> {
  const select = format === 'lines' ? 'document_id, payload' : NDJSON_COLUMNS
  for (const file of files) {
    const toLine = (row: Row) => (format === 'lines' ? line(row) : object(file, row))
    const batches = reader.readBatches(
      `select ${select} from read_parquet($paths, hive_partitioning = false, union_by_name = true) where ${where}`,
      { ...params, paths: [file.path] },
      toLine,
    )
    for await (const batch of batches) yield { text: batch.join(''), rows: batch.length }
  }
}

function line(row: Row): string {
  return `${onOneLine(row.text('document_id'))}\t${onOneLine(row.text('payload'))}\n`
}

/** In JSON they only stand between values, so nothing is changed by it. */
function onOneLine(text: string): string {
  return text.replace(/[\r\n]/g, ' ')
}

const NDJSON_COLUMNS = `document_id, received_at, reason, app_name, app_version, build_id, outcome, problem, problems, causes,
  automation, attributes, segment, frame, converter_version, bytes, recovered_at, dropped, payload`

function object({ partition }: SelectedFile, row: Row): string {
  const text = (column: string) => JSON.stringify(row.text(column))
  /** JSON already, or nothing. */
  const json = (column: string) => onOneLine(row.text(column)) || 'null'
  const recoveredAt = row.numberOrNull('recovered_at')
  const members = {
    document_id: text('document_id'),
    received_at: isoTime(row.number('received_at')),
    submission_date: JSON.stringify(partition.date),
    channel: JSON.stringify(partition.channel),
    reason: text('reason'),
    app_name: text('app_name'),
    app_version: text('app_version'),
    build_id: text('build_id'),
    outcome: text('outcome'),
    problem: text('problem'),
    problems: JSON.stringify(row.texts('problems')),
    causes: json('causes'),
    automation: String(row.boolean('automation')),
    attributes: json('attributes'),
    segment: text('segment'),
    frame: String(row.number('frame')),
    converter_version: text('converter_version'),
    bytes: String(row.number('bytes')),
    recovered_at: recoveredAt === null ? 'null' : isoTime(recoveredAt),
    dropped: json('dropped'),
    // As text, not parsed: numbers keep their digits.
    payload: json('payload'),
  }
  return `{${Object.entries(members)
    .map(([name, value]) => `"${name}":${value}`)
    .join(',')}}\n`
}

function isoTime(time: number): string {
  return JSON.stringify(new Date(time).toISOString())
}

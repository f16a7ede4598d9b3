import type { Database } from './database.ts'

/** Segments whose counts are in and whose converted files still wait for their part. */
export function readUnarchivedSegments(database: Pick<Database, 'read'>): Promise<string[]> {
  return database.read(
    `select segment from converted_files where state in ('merged', 'planned') order by segment`,
    {},
    (row) => row.text('segment'),
  )
}

/** Those of `segments` that are in the ledger: merged, whatever became of them since. */
export async function readMergedOf(database: Pick<Database, 'read'>, segments: readonly string[]): Promise<string[]> {
  // DuckDB can't tell the type of an empty list.
  if (segments.length === 0) return []
  return database.read(
    'select segment from converted_files where segment in (select unnest($segments)) order by segment',
    { segments },
    (row) => row.text('segment'),
  )
}

/** What became of a merged segment: `merged`, `planned`, `archived` or `damaged`; null: it isn't in the ledger. */
export async function readLedgerState(database: Pick<Database, 'read'>, segment: string): Promise<string | null> {
  const rows = await database.read('select state from converted_files where segment = $segment', { segment }, (row) =>
    row.text('state'),
  )
  return rows[0] ?? null
}

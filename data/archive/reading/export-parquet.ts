import type { Database } from '../../counts/database.ts'
import { renameDurably } from '../../files/durable.ts'
import type { SelectedRows } from './selection.ts'

/** About this much content before compression makes a row group; DuckDB's own 122,880 rows would be gigabytes. */
const ROW_GROUP_BYTES = 16 * 1024 * 1024
const LEAST_ROWS = 2048
/** What a submission is received as grows to about this many times when it is inflated. */
const INFLATES_TO = 8

/**
 * Writes the selected submissions as one Parquet file with the archive's columns, `submission_date` and `channel` among them.
 * `path` appears when the file is whole; `reader` must have been opened with its folder writable. Answers the number of rows.
 */
export async function exportParquet(
  reader: Database,
  { files, where, params }: SelectedRows,
  path: string,
): Promise<number> {
  if (files.length === 0) return 0
  const aside = `${path}.aside-${process.pid}`
  const paths = files.map((file) => file.path)
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const rows = files.reduce((sum, file) => sum + file.rows, 0)
  const rowGroup = Math.max(LEAST_ROWS, Math.floor(ROW_GROUP_BYTES / ((INFLATES_TO * bytes) / Math.max(1, rows))))
  const exported = await reader.inTransaction((transaction) =>
    transaction.run(
      `copy (select * from read_parquet($paths, hive_partitioning = true, union_by_name = true,
           hive_types = {'submission_date': date, 'channel': varchar}) where ${where})
       to '${aside.replaceAll("'", "''")}' (format parquet, compression zstd, row_group_size ${rowGroup})`,
      { ...params, paths },
    ),
  )
  await renameDurably(aside, path)
  return exported
}

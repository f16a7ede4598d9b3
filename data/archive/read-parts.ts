import { join } from 'node:path'
import type { Database } from '../counts/database.ts'
import type { Params, Row } from '../counts/values.ts'
import { type FileChoice, readArchiveFiles } from './archive-files.ts'
import { Readings } from './readings.ts'

/** Where the archive lies, and who else reads it. */
export interface PartsToRead extends FileChoice {
  /** The state directory: the database must have been opened with its folder of `keep` readable. */
  readonly root: string
  /** Told that files are being read; without it nobody may change the archive meanwhile. */
  readonly readings?: Readings
}

/**
 * The rows of the chosen files that the archive consists of, as `select` and `rest` (`where …`, `order by …`) ask for them; of those
 * `params` are the `$names`. `submission_date` and `channel` are columns like the others.
 */
export async function readParts<T>(
  db: Database,
  { root, readings = new Readings(), ...choice }: PartsToRead,
  { select, rest = '', params = {} }: { readonly select: string; readonly rest?: string; readonly params?: Params },
  parseRow: (row: Row) => T,
): Promise<T[]> {
  return readings.during(async () => {
    const files = (await readArchiveFiles(db, choice)).map(({ name }) => join(root, name))
    // To read no file is an error to DuckDB, an empty archive isn't one to us.
    if (files.length === 0) return []
    return db.read(`select ${select} from ${ARCHIVED_ROWS} ${rest}`, { ...params, files }, parseRow)
  })
}

/** The rows of `$files`. Files of an earlier version may lack columns, which then hold nothing. */
export const ARCHIVED_ROWS = `read_parquet($files, hive_partitioning = true, union_by_name = true,
  hive_types = {'submission_date': date, 'channel': varchar})`

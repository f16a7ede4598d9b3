import type { Database } from '../counts/database.ts'
import type { Row } from '../counts/values.ts'
import type { Keep } from './part-name.ts'
import type { Storage } from './storage.ts'

/**
 * The rows of all parts of `keep` in the folder `root` (the state directory), as `select` and `rest` (`where …`, `order by …`) ask
 * for them; `submission_date` and `channel` are columns like the others. The database must have been opened with the folder
 * readable.
 */
export async function readParts<T>(
  db: Database,
  { root, storage, keep }: { readonly root: string; readonly storage: Storage; readonly keep: Keep },
  { select, rest = '' }: { readonly select: string; readonly rest?: string },
  parseRow: (row: Row) => T,
): Promise<T[]> {
  // A pattern that matches no file is an error to DuckDB, an empty archive isn't one to us.
  if ((await storage.list(keep)).length === 0) return []
  return db.read(
    `select ${select} from read_parquet($files, hive_partitioning = true,
       hive_types = {'submission_date': date, 'channel': varchar}) ${rest}`,
    { files: `${root}/${keep}/*/*/*.parquet` },
    parseRow,
  )
}

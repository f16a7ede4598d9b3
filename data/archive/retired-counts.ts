import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Transaction } from '../counts/database.ts'
import { makeFolderDurably, renameDurably } from '../files/durable.ts'
import { isNotFound } from '../files/is-not-found.ts'
import { ROWS_AS_COUNTED } from './rows-as-counted.ts'
import type { WriteOptions } from './write-part.ts'

/** Folder of the state directory: what files that retention removed had been counted as, by the hour. */
const RETIRED = 'retired'

/**
 * Keeps what the rows of these files were counted as, before they are removed: counts are kept longer than submissions, and a database that is
 * made anew has nobody else to ask. A file for each, named by it: written again it says the same.
 */
export async function keepRetiredCounts(
  names: readonly string[],
  { root, db, folders }: Pick<WriteOptions, 'db' | 'folders'> & { readonly root: string },
): Promise<void> {
  if (names.length === 0) return
  const exchange = join(folders.staging, 'tables')
  await makeFolderDurably(exchange)
  await makeFolderDurably(join(root, RETIRED))
  for (const name of names) {
    // Retention makes room on full disks, and a file that can't be read is none the better for staying: a rebuild will tell
    // that it is missing.
    await keepCountsOf(name, exchange, { root, db }).catch(() => undefined)
  }
}

async function keepCountsOf(
  name: string,
  exchange: string,
  { root, db }: Pick<WriteOptions, 'db'> & { readonly root: string },
): Promise<void> {
  const retired = `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.parquet`
  const staged = join(exchange, retired)
  await db.inTransaction(async (transaction) => {
    await transaction.run(
      `create or replace temp table retired_counts as select $name as file, counted.* from (${ROWS_AS_COUNTED}) counted`,
      { name, files: [join(root, name)] },
    )
    await transaction.run(`copy retired_counts to '${staged.replaceAll("'", "''")}' (format parquet, compression zstd)`)
    await transaction.run('drop table retired_counts')
  })
  await renameDurably(staged, join(root, RETIRED, retired))
}

/** Counts what was kept so, of files that aren't among `present`, into a database that is made anew. Answers the files' names. */
export async function restoreRetiredCounts(
  transaction: Transaction,
  root: string,
  isPresent: (name: string) => boolean,
): Promise<readonly string[]> {
  const files = (await filesIn(join(root, RETIRED))).map((name) => join(root, RETIRED, name))
  if (files.length === 0) return []
  const names = await transaction.read(
    'select distinct file from read_parquet($files) order by file',
    { files },
    (row) => row.text('file'),
  )
  const retired = names.filter((name) => !isPresent(name))
  if (retired.length > 0) {
    await transaction.run(
      `insert into hourly_counts by name
       select * exclude (file) from read_parquet($files) where file in (select unnest($retired))`,
      { files, retired },
    )
  }
  return retired
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.parquet'))
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

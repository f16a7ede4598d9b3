import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database, Transaction } from '../counts/database.ts'
import { importReceiver } from '../domain/import-source.ts'
import { makeFolderDurably, renameDurably } from '../files/durable.ts'
import { isNotFound } from '../files/is-not-found.ts'
import { syncFile } from '../files/sync-file.ts'

/** Where an import's rows stand; the condition names it by `$source` and `$kind`. Coverage belongs to its counts. */
const TABLES = [
  { table: 'hourly_counts', where: `source = $source and $kind = 'counts'` },
  { table: 'discarded_counts', where: `source = $source and $kind = 'attributes'` },
  { table: 'attribute_counts', where: `source = $source and $kind = 'attributes'` },
  { table: 'coverage', where: `receiver = '${importReceiver('')}' || $source and $kind = 'counts'` },
  { table: 'imports', where: `source = $source and kind = $kind` },
] as const

export interface KeptImportsOptions {
  readonly db: Database
  readonly folder: string
  /** A folder of the same disk that the database may write. */
  readonly exchange: string
}

/**
 * Keeps, beside the database, a copy of each import of counts as it stands in it: no archive has these, and the files that they came
 * from are often gone. To be called after an import, and at each start for what a crash left out. A folder an import, named by what it is
 * of and when it came, holds a Parquet file a table.
 */
export async function keepImports({ db, folder, exchange }: KeptImportsOptions): Promise<void> {
  const wanted = new Map<string, { readonly source: string; readonly kind: string }>()
  await db.read(`select source, kind, imported_at, rows_imported from imports where kind <> 'raw'`, {}, (row) => {
    const source = row.text('source')
    const kind = row.text('kind')
    const name = createHash('sha256')
      .update(JSON.stringify([source, kind]))
      .digest('hex')
      .slice(0, 16)
    wanted.set(`${name}-${row.number('imported_at')}-${row.number('rows_imported')}`, { source, kind })
  })
  const kept = await entriesOf(folder)
  for (const [name, which] of wanted) if (!kept.includes(name)) await keepImport(which, { db, folder, exchange, name })
  for (const name of kept) if (!wanted.has(name)) await rm(join(folder, name), { recursive: true, force: true })
}

async function keepImport(
  params: { readonly source: string; readonly kind: string },
  { db, folder, exchange, name }: KeptImportsOptions & { readonly name: string },
): Promise<void> {
  const staged = join(exchange, name)
  await rm(staged, { recursive: true, force: true })
  await makeFolderDurably(staged)
  await db.inTransaction(async (transaction) => {
    for (const { table, where } of TABLES) {
      // DuckDB takes no parameters in a COPY; a table does.
      await transaction.run(`create or replace temp table kept_import as from ${table} where ${where}`, params)
      await transaction.run(
        `copy kept_import to '${quoted(join(staged, `${table}.parquet`))}' (format parquet, compression zstd)`,
      )
    }
    await transaction.run('drop table kept_import')
  })
  await makeFolderDurably(folder)
  for (const { table } of TABLES) await syncFile(join(staged, `${table}.parquet`))
  await renameDurably(staged, join(folder, name))
}

/** Brings what was kept into a database that has none of it; `folder` is one that it may read. Answers the names of the imports. */
export async function restoreImports(transaction: Transaction, folder: string): Promise<readonly string[]> {
  const kept = await entriesOf(folder)
  for (const name of kept) {
    for (const { table } of TABLES) {
      const file = join(folder, name, `${table}.parquet`)
      if (!existsSync(file)) continue
      await transaction.run(`insert into ${table} by name from read_parquet('${quoted(file)}')`)
    }
  }
  return transaction.read(`select distinct source from imports where kind <> 'raw' order by source`, {}, (row) =>
    row.text('source'),
  )
}

function quoted(path: string): string {
  return path.replaceAll("'", "''")
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

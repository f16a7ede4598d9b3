import { mkdtemp, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { renameDurably, syncFile } from '../../files/durable.ts'
import { openDatabase } from '../database.ts'

/** Types of the columns that exports have; the others are texts. */
const TYPES: Readonly<Record<string, string>> = {
  hour: 'timestamp',
  submissions: 'bigint',
  recovered: 'bigint',
  bytes: 'bigint',
  automation: 'boolean',
  coverage: 'double',
}

/**
 * Writes lines of JSON, as exports have them, to `out` as Parquet (zstd), in their order. `out` is whole or not there; what stood there is
 * replaced. A database of its own does it, which reaches the folder of `out` and nothing else.
 */
export async function writeCountsParquet(
  columns: readonly string[],
  out: string,
  writeLines: (file: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(dirname(out), `.${basename(out)}-`))
  try {
    const lines = join(folder, 'lines.ndjson')
    const made = join(folder, 'counts.parquet')
    await writeLines(lines)
    const database = await openDatabase(':memory:', {
      readableFolders: [folder],
      spillFolder: folder,
      readConnections: 1,
    })
    try {
      const types = columns.map((column) => `${column}: '${TYPES[column] ?? 'varchar'}'`).join(', ')
      await database.inTransaction(async (transaction) => {
        await transaction.run(
          `create temp table exported as from read_json($lines, format = 'newline_delimited', columns = {${types}})`,
          { lines },
        )
        await transaction.run(`copy exported to '${made.replaceAll("'", "''")}' (format parquet, compression zstd)`)
      })
    } finally {
      await database.close()
    }
    await syncFile(made)
    await renameDurably(made, out)
  } finally {
    await rm(folder, { recursive: true })
  }
}

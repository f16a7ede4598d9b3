import { type DuckDBConnection, type DuckDBDataChunk, DuckDBTableFunction } from '@duckdb/node-api'
import type { Keep } from '../part-name.ts'
import type { HeldRow } from './held-rows.ts'
import { STAGE_COLUMNS, type StageColumn } from './stage-columns.ts'

/** Content that is handed over at once. Row groups end where a chunk does, and this thread does nothing else meanwhile. */
const CHUNK_BYTES = 4 * 1024 * 1024
/** DuckDB takes no more. */
const CHUNK_ROWS = 2048

/** Rows in memory as a table of one connection: they go from here into its files without being stored in between. */
export class RowsSource {
  readonly #function: string
  readonly #columns: readonly StageColumn[]
  #rows: readonly HeldRow[] = []

  private constructor(keep: Keep, lane: number) {
    this.#function = `held_${keep}_${lane}`
    this.#columns = STAGE_COLUMNS[keep]
  }

  /** `lane` tells apart the connections of one database, which share the names of functions. */
  static register(connection: DuckDBConnection, keep: Keep, lane: number): RowsSource {
    const source = new RowsSource(keep, lane)
    let given = 0
    connection.registerTableFunction(
      DuckDBTableFunction.create({
        name: source.#function,
        bindFunction: (info) => {
          for (const { name, type } of source.#columns) info.addResultColumn(name, type)
          info.setCardinality(source.#rows.length, true)
        },
        initFunction: (info) => {
          // Two threads would mix up their order.
          info.setMaxThreads(1)
          given = 0
        },
        mainFunction: (_info, chunk) => {
          given += source.#fill(chunk, given)
        },
      }),
    )
    return source
  }

  /** Runs `work` with a `select` that answers the rows in their order, all columns but `without`. */
  async during<T>(
    rows: readonly HeldRow[],
    without: readonly string[],
    work: (select: string) => Promise<T>,
  ): Promise<T> {
    const columns = this.#columns.filter(({ name }) => !without.includes(name))
    this.#rows = rows
    try {
      return await work(`select ${columns.map(asText).join(', ')} from ${this.#function}()`)
    } finally {
      this.#rows = []
    }
  }

  /** Answers how many rows it put into the chunk; none are left where it is none. */
  #fill(chunk: DuckDBDataChunk, from: number): number {
    const rows = this.#rows.slice(from, chunkEnd(this.#rows, from))
    chunk.rowCount = rows.length
    for (const [index, { value }] of rows.length === 0 ? [] : this.#columns.entries()) {
      chunk.setColumnValues(index, rows.map(value))
    }
    return rows.length
  }
}

function chunkEnd(rows: readonly HeldRow[], from: number): number {
  let bytes = 0
  for (let end = from; end < Math.min(rows.length, from + CHUNK_ROWS); end++) {
    bytes += rows[end]?.contentBytes ?? 0
    if (bytes >= CHUNK_BYTES) return end + 1
  }
  return Math.min(rows.length, from + CHUNK_ROWS)
}

function asText({ name, sqlType, type }: StageColumn): string {
  const isUtf8 = sqlType === 'varchar' && String(type) === 'BLOB'
  return isUtf8 ? `decode(${name}) as ${name}` : name
}

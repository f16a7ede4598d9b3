import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBListValue,
  type DuckDBType,
  DuckDBTypeId,
} from '@duckdb/node-api'
import type { Cell } from './database.ts'
import { timestamp } from './values.ts'

/** What adds rows to tables of one connection. To begin anew takes a third of the time of some hundred rows. */
export interface KeptAppenders {
  /**
   * Keeps what it began for the next rows of the same table, which must be there for ever, as it is. Rows are laid out while `beside`
   * runs, a statement of the same connection, and added after it.
   */
  appendKept(table: string, rows: Iterable<readonly Cell[]>, beside?: Promise<unknown>): Promise<number>
  append(table: string, rows: Iterable<readonly Cell[]>): Promise<number>
  /** Before the connection is closed. */
  close(): void
}

interface Begun {
  readonly appender: DuckDBAppender
  readonly columns: readonly DuckDBType[]
}

export function keepAppenders(connection: DuckDBConnection): KeptAppenders {
  const kept = new Map<string, Begun>()

  async function begin(table: string): Promise<Begun> {
    const appender = await connection.createAppender(table)
    const columns = Array.from({ length: appender.columnCount }, (_, index) => appender.columnType(index))
    return { appender, columns }
  }

  return {
    async appendKept(table, rows, beside) {
      let begun = kept.get(table)
      if (begun === undefined) {
        await beside
        begun = await begin(table)
      }
      // While it is used, and when it failed, it is nobody's: what it holds would come with the next rows.
      kept.delete(table)
      try {
        const count = await appendRows(table, begun, rows, beside)
        const other = kept.get(table)
        if (other === undefined) kept.set(table, begun)
        else begun.appender.closeSync()
        return count
      } catch (error) {
        discard(begun)
        throw error
      }
    },
    async append(table, rows) {
      const begun = await begin(table)
      try {
        return await appendRows(table, begun, rows)
      } finally {
        begun.appender.closeSync()
      }
    },
    close() {
      for (const { appender } of kept.values()) appender.closeSync()
      kept.clear()
    },
  }
}

/** To close it would add what it still holds. */
function discard({ appender }: Begun): void {
  appender.clear()
  appender.closeSync()
}

/** An appender adds by itself what it can't hold: some 200,000 rows. */
const LAID_OUT_ROWS = 100_000

async function appendRows(
  table: string,
  { appender, columns }: Begun,
  rows: Iterable<readonly Cell[]>,
  beside?: Promise<unknown>,
): Promise<number> {
  let count = 0
  for (const row of rows) {
    if (count === LAID_OUT_ROWS) await beside
    if (row.length !== columns.length) {
      throw new TypeError(`${table} has ${columns.length} columns, a row of ${row.length} was to be added`)
    }
    for (const [index, cell] of row.entries()) appendCell(appender, columns[index], cell)
    appender.endRow()
    count += 1
  }
  await beside
  appender.flushSync()
  return count
}

function appendCell(appender: DuckDBAppender, column: DuckDBType | undefined, cell: Cell): void {
  const typeId = column?.typeId
  if (cell === null) appender.appendNull()
  else if (typeof cell === 'string') appender.appendVarchar(cell)
  else if (typeof cell === 'boolean') appender.appendBoolean(cell)
  else if (typeof cell === 'object') appender.appendValue(new DuckDBListValue([...cell]), column)
  else if (typeId === DuckDBTypeId.TIMESTAMP) appender.appendTimestamp(timestamp(cell))
  else if (typeId === DuckDBTypeId.BIGINT) appender.appendBigInt(BigInt(cell))
  else if (typeId === DuckDBTypeId.INTEGER) appender.appendInteger(cell)
  else if (typeId === DuckDBTypeId.DOUBLE) appender.appendDouble(cell)
  else throw new TypeError(`a number can't be added to a column of type ${String(column)}`)
}

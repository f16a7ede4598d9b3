import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBValue } from '@duckdb/node-api'

/** There are some ten; a text made at run time must not fill the memory. */
const MOST_KEPT = 50

/** Statements of one connection that are parsed and planned once, and run again and again. */
export interface PlannedStatements {
  /** The statement `sql` for as long as `work` runs it, which binds its parameters first. */
  with<T>(sql: string, values: Readonly<Record<string, DuckDBValue>>, work: Work<T>): Promise<T>
  /** Before the connection is closed. */
  close(): void
}

type Work<T> = (statement: DuckDBPreparedStatement) => Promise<T>

export function planStatements(connection: DuckDBConnection): PlannedStatements {
  const kept = new Map<string, DuckDBPreparedStatement>()
  return {
    async with(sql, values, work) {
      const statement = kept.get(sql) ?? (await connection.prepare(sql))
      // While it runs it is nobody else's: its parameters are bound to it.
      kept.delete(sql)
      try {
        statement.bind({ ...values })
        const result = await work(statement)
        if (!kept.has(sql) && kept.size < MOST_KEPT) kept.set(sql, statement)
        else statement.destroySync()
        return result
      } catch (error) {
        statement.destroySync()
        throw error
      }
    },
    close() {
      for (const statement of kept.values()) statement.destroySync()
      kept.clear()
    },
  }
}

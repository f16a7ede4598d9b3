import type { DuckDBConnection } from '@duckdb/node-api'

/**
 * Fills the tables of the database file at `path`, which has the same ones and nothing in them, with what is committed at one moment.
 * `inTurn` gives the writer's turn: what it is given runs between two transactions, and there the moment is.
 *
 * Not DuckDB's `copy from database`, which needs settings that are locked; and not a copy of the file: to close a second handle of it
 * would let go of this process's lock.
 */
export async function copyDatabase(
  connection: DuckDBConnection,
  path: string,
  inTurn: (work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  await connection.run(`attach '${path.replaceAll("'", "''")}' as backup`)
  try {
    await inTurn(async () => {
      await connection.run('begin')
      // DuckDB takes its snapshot with the first statement.
      await connection.run('select count(*) from schema_versions')
    })
    try {
      for (const table of await tablesOf(connection)) {
        await connection.run(`insert into backup."${table}" from "${table}"`)
      }
      await connection.run('commit')
    } catch (error) {
      await connection.run('rollback').catch(() => undefined)
      throw error
    }
    await connection.run('checkpoint backup')
  } finally {
    await connection.run('detach backup')
  }
}

async function tablesOf(connection: DuckDBConnection): Promise<string[]> {
  const answer = await connection.runAndReadAll(
    `select table_name::varchar from duckdb_tables() where database_name = current_database() and schema_name = 'main'
       and not internal and not temporary and table_name <> 'schema_versions'`,
  )
  return answer.getRows().map(([name]) => String(name))
}

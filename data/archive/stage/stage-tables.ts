import { join } from 'node:path'
import { type DuckDBConnection, DuckDBListValue, type DuckDBValue } from '@duckdb/node-api'
import { KEEPS, type Keep } from '../part-name.ts'
import { copyToParquet } from './copy-to-parquet.ts'
import type { FrameName, StagedFile, StoredFile } from './parquet-stage.ts'
import { ORDER, PARTITION_COLUMNS, STAGE_COLUMNS } from './stage-columns.ts'

const CONTENT_BYTES: Readonly<Record<Keep, string>> = {
  archive: 'strlen(payload) + strlen(dropped)',
  quarantine: 'octet_length(body)',
}

/** Rows of a stage that don't lie in memory as a whole: DuckDB keeps on disk what is too much for it. */
export interface StageTables {
  /** Adds what `select` answers, all columns of the files and the partition's. */
  insert(keep: Keep, select: string): Promise<void>
  /** Adds the rows of a stored file for which the SQL condition `where` holds, all but those named. Answers their number. */
  copy(file: StoredFile, choice: CopyChoice): Promise<number>
  /** As files in `folder`, sorted, cut where the content reaches another `maxFileBytes`. */
  writeFiles(folder: string, maxFileBytes: number): Promise<StagedFile[]>
}

interface CopyChoice {
  readonly where?: string
  readonly params?: Readonly<Record<string, string | number>>
  readonly except?: readonly FrameName[]
}

export async function createStageTables(connection: DuckDBConnection): Promise<StageTables> {
  for (const keep of KEEPS) {
    const columns = STAGE_COLUMNS[keep].map(({ name, sqlType }) => `${name} ${sqlType}`)
    await connection.run(`create table ${keep} (${columns.join(', ')})`)
  }
  return {
    async insert(keep, select) {
      await connection.run(`insert into ${keep} by name ${select}`)
    },
    async copy(file, { where = 'true', params = {}, except = [] }) {
      if (except.length === 0) return copyRows(connection, file, where, params)
      await nameExcepted(connection, except)
      const others = '(segment, frame) not in (select (segment, frame) from excepted)'
      return copyRows(connection, file, `(${where}) and ${others}`, params)
    },
    async writeFiles(folder, maxFileBytes) {
      const files: StagedFile[] = []
      for (const keep of KEEPS) files.push(...(await writeKept(connection, folder, keep, maxFileBytes)))
      return files
    },
  }
}

async function nameExcepted(connection: DuckDBConnection, frames: readonly FrameName[]): Promise<void> {
  await connection.run('create or replace temp table excepted (segment varchar, frame integer)')
  const excepted = await connection.createAppender('excepted')
  for (const { segment, frame } of frames) {
    excepted.appendVarchar(segment)
    excepted.appendInteger(frame)
    excepted.endRow()
  }
  excepted.closeSync()
}

/** By name: files of an earlier version may lack columns, which then hold nothing. */
async function copyRows(
  connection: DuckDBConnection,
  { partition: { keep, date, channel }, path }: StoredFile,
  where: string,
  params: Readonly<Record<string, string | number>>,
): Promise<number> {
  const result = await connection.run(
    `insert into ${keep} by name select $date_ as submission_date, $channel_ as channel, *
     from read_parquet('${path.replaceAll("'", "''")}', hive_partitioning = false) where ${where}`,
    { ...params, date_: date, channel_: channel },
  )
  return result.rowsChanged
}

async function writeKept(
  connection: DuckDBConnection,
  folder: string,
  keep: Keep,
  maxFileBytes: number,
): Promise<StagedFile[]> {
  // First without the contents, which would all go through the sort of the window.
  await connection.run(`create table ${keep}_files as
    with rows as materialized (
      select rowid as row, submission_date, channel, problem, ${ORDER}, ${CONTENT_BYTES[keep]} as content_bytes from ${keep})
    select row, submission_date, channel, problem, content_bytes,
      row_number() over sorted as position,
      (sum(content_bytes) over sorted // ${maxFileBytes})::integer as file
    from rows window sorted as (partition by submission_date, channel order by ${ORDER})`)
  const answer = await connection.runAndReadAll(`
    select submission_date, channel, file, coalesce(avg(content_bytes), 0)::double,
      list_sort(list(distinct problem)) from ${keep}_files
    group by submission_date, channel, file order by submission_date, channel, file`)
  const files: StagedFile[] = []
  const numbers = new Map<string, number>()
  for (const [date, channel, cut, averageBytes, problems] of answer.getRows()) {
    const partition = { keep, date: String(date), channel: String(channel) }
    const key = JSON.stringify(partition)
    // A submission larger than a file skips numbers: count anew.
    const file = numbers.get(key) ?? 0
    numbers.set(key, file + 1)
    const path = join(folder, `${keep}-${files.length}.parquet`)
    const written = await copyToParquet(
      connection,
      `select ${keep}.* exclude (${PARTITION_COLUMNS.join(', ')})
       from ${keep} join ${keep}_files files on files.row = ${keep}.rowid
       where files.submission_date = $date and files.channel = $channel and files.file = $cut order by files.position`,
      path,
      {
        averageBytes: Number(averageBytes),
        params: { date: partition.date, channel: partition.channel, cut: Number(cut) },
      },
    )
    files.push({ partition, file, path, ...written, problems: listOf(problems) })
  }
  return files
}

function listOf(value: DuckDBValue | undefined): string[] {
  return value instanceof DuckDBListValue ? value.items.map(String) : []
}

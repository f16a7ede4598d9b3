import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBListValue,
  type DuckDBValue,
  LIST,
  VARCHAR,
} from '@duckdb/node-api'
import type { ConvertedEntry } from '../converted/converted-file.ts'
import type { ConvertedContent } from '../converted/converted-record.ts'
import { timestamp } from '../counts/values.ts'
import { type EpochMs, isoDate } from '../domain/time.ts'
import { KEEPS, type Keep, type Partition } from './part-name.ts'

/** One Parquet file of a part, staged. `file` numbers the files of its partition from 0. */
export interface StagedFile {
  readonly partition: Partition
  readonly file: number
  readonly path: string
  readonly rows: number
  readonly bytes: number
  /** Those of its rows, each once, sorted. */
  readonly problems: readonly string[]
}

/** A file that lies in the archive already. */
export interface StoredFile {
  readonly partition: Partition
  /** On this disk. */
  readonly path: string
}

/** What the counts say of a submission that was converted later than it was counted, and since when it is converted. */
export interface Recovery {
  readonly recoveredAt: EpochMs
  /** JSON; see FirstCounted. */
  readonly firstCounted: string
}

/** Names a submission for ever. */
export interface FrameName {
  readonly segment: string
  readonly frame: number
}

/**
 * Collects a part's submissions and writes them as Parquet, a file a partition, in a folder of its own. Its DuckDB is
 * apart from the counts and keeps on disk what doesn't fit in memory.
 */
export interface ParquetStage {
  add(segment: string, entry: ConvertedEntry, recovery?: Recovery): void
  /** Adds the rows of a stored file, all but those named. Answers their number. */
  copy(file: StoredFile, except?: readonly FrameName[]): Promise<number>
  /** The same of the rows for which the SQL condition `where` holds. `params`: the values of its `$names`. */
  copyWhere(file: StoredFile, where: string, params?: Readonly<Record<string, string | number>>): Promise<number>
  /** Not durable yet, and under staged names. */
  writeFiles(): Promise<StagedFile[]>
  /** Removes the folder with all that is in it. */
  remove(): Promise<void>
}

export interface StageOptions {
  /** Content of one file before compression; more goes into another file of the partition. Bounds memory too. */
  readonly maxFileBytes: number
  readonly memoryLimitMegabytes: number
}

/** Sorted by these, so that a filter on any of the first ones reads little; the last two make the order complete. */
const ORDER = 'reason, app_name, app_version, build_id, received_at, document_id, segment, frame'

/** What the appender holds back before it goes to the table. */
const FLUSH_BYTES = 16 * 1024 * 1024

/** A row group of about this size before compression; DuckDB makes none of fewer than 2,048 rows. */
const ROW_GROUP_BYTES = 16 * 1024 * 1024

/** For submissions, which are much alike, 1 makes files a twentieth smaller than DuckDB's own 3, in half the time. */
const ZSTD_LEVEL = 1

/**
 * Only a column with a dictionary gets a Bloom filter, by which a document is found among millions without reading their ids. So every
 * column may have one, whatever it holds, up to this size: ids fit in, payloads don't. It costs 0.2 % of a file.
 */
const DICTIONARY_BYTES = 1024 * 1024

const COMMON_COLUMNS = `submission_date varchar, channel varchar, reason varchar, app_name varchar, app_version varchar,
  build_id varchar, received_at timestamp, document_id varchar, outcome varchar, problem varchar, problems varchar[],
  causes varchar, automation boolean, attributes varchar, duplicate_key varchar, segment varchar, frame integer,
  converter_version varchar, bytes bigint, recovered_at timestamp, first_counted varchar`

const OWN_COLUMNS: Readonly<Record<Keep, string>> = {
  archive: 'dropped varchar, payload varchar',
  quarantine: 'path varchar, headers varchar, body blob',
}

const CONTENT_BYTES: Readonly<Record<Keep, string>> = {
  archive: 'strlen(payload) + strlen(dropped)',
  quarantine: 'octet_length(body)',
}

export async function createParquetStage(folder: string, options: StageOptions): Promise<ParquetStage> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  // In memory: a file would be compressed for nothing. What doesn't fit goes to the folder.
  const instance = await DuckDBInstance.create(':memory:', {
    // A second one would hold as many rows again in memory, a third more than all.
    threads: '1',
    temp_directory: folder,
    memory_limit: `${options.memoryLimitMegabytes}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  })
  const connection = await instance.connect()
  // Nothing here outlives a crash, so nothing needs to be synced or replayed.
  for (const keep of KEEPS) await connection.run(`create table ${keep} (${COMMON_COLUMNS}, ${OWN_COLUMNS[keep]})`)
  const appenders = {
    archive: await connection.createAppender('archive'),
    quarantine: await connection.createAppender('quarantine'),
  }
  const closeAppenders = () => {
    for (const keep of KEEPS) appenders[keep].closeSync()
  }
  let unflushedBytes = 0

  return {
    add(segment, entry, recovery) {
      const { content } = entry
      const appender = appenders[content.kind === 'converted' ? 'archive' : 'quarantine']
      appendCommon(appender, segment, entry, recovery)
      unflushedBytes += appendContent(appender, content)
      appender.endRow()
      if (unflushedBytes < FLUSH_BYTES) return
      for (const keep of KEEPS) appenders[keep].flushSync()
      unflushedBytes = 0
    },
    async copy(file, except = []) {
      if (except.length === 0) return copyRows(connection, file, 'true', {})
      await connection.run('create or replace temp table excepted (segment varchar, frame integer)')
      const excepted = await connection.createAppender('excepted')
      for (const { segment, frame } of except) {
        excepted.appendVarchar(segment)
        excepted.appendInteger(frame)
        excepted.endRow()
      }
      excepted.closeSync()
      return copyRows(connection, file, '(segment, frame) not in (select (segment, frame) from excepted)', {})
    },
    copyWhere: (file, where, params = {}) => copyRows(connection, file, where, params),
    async writeFiles() {
      closeAppenders()
      const files: StagedFile[] = []
      for (const keep of KEEPS) files.push(...(await writeKept(connection, folder, keep, options.maxFileBytes)))
      return files
    },
    async remove() {
      connection.closeSync()
      instance.closeSync()
      await rm(folder, { recursive: true, force: true })
    },
  }
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

function appendCommon(
  appender: DuckDBAppender,
  segment: string,
  { record, converterVersion }: ConvertedEntry,
  recovery: Recovery | undefined,
): void {
  const { reason, appName, appVersion, channel, buildId } = record.dimensions
  for (const text of [isoDate(record.receivedAt), channel, reason, appName, appVersion, buildId])
    appender.appendVarchar(text)
  appender.appendTimestamp(timestamp(record.receivedAt))
  for (const text of [record.documentId, record.outcome, record.problem]) appender.appendVarchar(text)
  appender.appendList([...record.problems], LIST(VARCHAR))
  appender.appendVarchar(record.causes.length === 0 ? '' : JSON.stringify(record.causes))
  appender.appendBoolean(record.automation)
  appender.appendVarchar(JSON.stringify(record.attributes))
  if (record.duplicateKey === null) appender.appendNull()
  else appender.appendVarchar(record.duplicateKey)
  appender.appendVarchar(segment)
  appender.appendInteger(record.frame)
  appender.appendVarchar(converterVersion)
  appender.appendBigInt(BigInt(record.bytes))
  if (recovery === undefined) {
    appender.appendNull()
    appender.appendNull()
  } else {
    appender.appendTimestamp(timestamp(recovery.recoveredAt))
    appender.appendVarchar(recovery.firstCounted)
  }
}

/** Returns the size of what was added, roughly. */
function appendContent(appender: DuckDBAppender, content: ConvertedContent): number {
  if (content.kind === 'converted') {
    appender.appendVarchar(content.dropped)
    appender.appendVarchar(content.payload)
    return content.payload.length + content.dropped.length
  }
  appender.appendVarchar(content.path)
  appender.appendVarchar(JSON.stringify(content.headers))
  appender.appendBlob(content.body)
  return content.body.length + content.path.length
}

/** Sorted rows are cut into files where the content reaches another `maxFileBytes`. */
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
    select submission_date, channel, file, count(*)::integer, coalesce(avg(content_bytes), 0)::double,
      list_sort(list(distinct problem)) from ${keep}_files
    group by submission_date, channel, file order by submission_date, channel, file`)
  const files: StagedFile[] = []
  const numbers = new Map<string, number>()
  for (const [date, channel, cut, rows, averageBytes, problems] of answer.getRows()) {
    const partition = { keep, date: String(date), channel: String(channel) }
    const key = JSON.stringify(partition)
    // A submission larger than a file skips numbers: count anew.
    const file = numbers.get(key) ?? 0
    numbers.set(key, file + 1)
    const path = join(folder, `${keep}-${files.length}.parquet`)
    const rowGroup = Math.min(122_880, Math.max(2048, Math.floor(ROW_GROUP_BYTES / Math.max(1, Number(averageBytes)))))
    await connection.run(
      `copy (select ${keep}.* exclude (submission_date, channel)
         from ${keep} join ${keep}_files files on files.row = ${keep}.rowid
         where files.submission_date = $date and files.channel = $channel and files.file = $cut order by files.position)
       to '${path.replaceAll("'", "''")}'
         (format parquet, compression zstd, compression_level ${ZSTD_LEVEL}, row_group_size ${rowGroup},
          dictionary_size_limit ${rowGroup}, string_dictionary_page_size_limit ${DICTIONARY_BYTES})`,
      { date: partition.date, channel: partition.channel, cut: Number(cut) },
    )
    files.push({
      partition,
      file,
      path,
      rows: Number(rows),
      bytes: (await stat(path)).size,
      problems: listOf(problems),
    })
  }
  return files
}

function listOf(value: DuckDBValue | undefined): string[] {
  return value instanceof DuckDBListValue ? value.items.map(String) : []
}

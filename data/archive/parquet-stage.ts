import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type DuckDBAppender, type DuckDBConnection, DuckDBInstance, LIST, VARCHAR } from '@duckdb/node-api'
import type { ConvertedEntry } from '../converted/converted-file.ts'
import type { ConvertedContent } from '../converted/converted-record.ts'
import { timestamp } from '../counts/values.ts'
import { isoDate } from '../domain/time.ts'
import { KEEPS, type Keep, type Partition } from './part-name.ts'

/** One Parquet file of a part, staged. `file` numbers the files of its partition from 0. */
export interface StagedFile {
  readonly partition: Partition
  readonly file: number
  readonly path: string
  readonly rows: number
}

/**
 * Collects a part's submissions and writes them as Parquet, a file a partition, in a folder of its own. Its DuckDB is
 * apart from the counts and keeps on disk what doesn't fit in memory.
 */
export interface ParquetStage {
  add(segment: string, entry: ConvertedEntry): void
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

/** A row group of about this size before compression; DuckDB makes none of fewer than 2,048 rows. */
const ROW_GROUP_BYTES = 16 * 1024 * 1024

const COMMON_COLUMNS = `submission_date varchar, channel varchar, reason varchar, app_name varchar, app_version varchar,
  build_id varchar, received_at timestamp, document_id varchar, outcome varchar, problem varchar, problems varchar[],
  causes varchar, automation boolean, attributes varchar, duplicate_key varchar, segment varchar, frame integer,
  converter_version varchar, bytes bigint`

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
  const instance = await DuckDBInstance.create(join(folder, 'rows.duckdb'), {
    threads: '2',
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
    add(segment, entry) {
      const { content } = entry
      const appender = appenders[content.kind === 'converted' ? 'archive' : 'quarantine']
      appendCommon(appender, segment, entry)
      unflushedBytes += appendContent(appender, content)
      appender.endRow()
      if (unflushedBytes < options.maxFileBytes) return
      for (const keep of KEEPS) appenders[keep].flushSync()
      unflushedBytes = 0
    },
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

function appendCommon(appender: DuckDBAppender, segment: string, { record, converterVersion }: ConvertedEntry): void {
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
  await connection.run(`create table ${keep}_files as
    select segment, frame, submission_date, channel, ${CONTENT_BYTES[keep]} as content_bytes,
      (sum(${CONTENT_BYTES[keep]}) over (partition by submission_date, channel order by ${ORDER}) // ${maxFileBytes})::integer as file
    from ${keep}`)
  const answer = await connection.runAndReadAll(`
    select submission_date, channel, file, count(*)::integer, coalesce(avg(content_bytes), 0)::double from ${keep}_files
    group by all order by all`)
  const files: StagedFile[] = []
  const numbers = new Map<string, number>()
  for (const [date, channel, cut, rows, averageBytes] of answer.getRows()) {
    const partition = { keep, date: String(date), channel: String(channel) }
    const key = JSON.stringify(partition)
    // A submission larger than a file skips numbers: count anew.
    const file = numbers.get(key) ?? 0
    numbers.set(key, file + 1)
    const path = join(folder, `${keep}-${files.length}.parquet`)
    const rowGroup = Math.min(122_880, Math.max(2048, Math.floor(ROW_GROUP_BYTES / Math.max(1, Number(averageBytes)))))
    await connection.run(
      `copy (select ${keep}.* exclude (submission_date, channel) from ${keep} join ${keep}_files files using (segment, frame)
         where ${keep}.submission_date = $date and ${keep}.channel = $channel and files.file = $cut order by ${ORDER})
       to '${path.replaceAll("'", "''")}' (format parquet, compression zstd, row_group_size ${rowGroup})`,
      { date: partition.date, channel: partition.channel, cut: Number(cut) },
    )
    files.push({ partition, file, path, rows: Number(rows) })
  }
  return files
}

import type { Database, Transaction } from '../counts/database.ts'
import type { Param, Row } from '../counts/values.ts'
import { type Keep, type Partition, partFileName } from './part-name.ts'
import type { StagedFile } from './stage/parquet-stage.ts'

/** One file that archive or quarantine consist of, as the database knows it. */
export interface ArchiveFile {
  /** In the storage. */
  readonly name: string
  readonly partition: Partition
  readonly part: number
  readonly rows: number
  readonly bytes: number
  /** Those of its rows (`none` among them), each once, sorted. */
  readonly problems: readonly string[]
}

/** Which files: all of `keep` where nothing else is said. */
export interface FileChoice {
  readonly keep: Keep
  /** First and last day of receipt, `2014-01-16`; null or absent: no bound. */
  readonly fromDate?: string | null
  readonly toDate?: string | null
  readonly channel?: string | null
  /** Only files with a row of one of these problems. */
  readonly problems?: readonly string[]
}

/** Oldest day first. Asked before every question to the archive, so it is kept to what DuckDB plans soon. */
export async function readArchiveFiles(db: Pick<Database, 'read'>, choice: FileChoice): Promise<ArchiveFile[]> {
  const { keep, fromDate = null, toDate = null, channel = null, problems = [] } = choice
  const asked: readonly (readonly [name: string, value: Param, condition: string])[] = [
    ['keep', keep, 'keep = $keep'],
    ['fromDate', fromDate, 'submission_date >= $fromDate'],
    ['toDate', toDate, 'submission_date <= $toDate'],
    ['channel', channel, 'channel = $channel'],
    ['problems', problems.length === 0 ? null : problems, 'list_has_any(problems, $problems)'],
  ]
  const given = asked.filter(([, value]) => value !== null)
  const files = await db.read(
    `select name, keep, submission_date, channel, part, rows, bytes, problems from archive_files
     where state = 'kept' and ${given.map(([, , condition]) => condition).join(' and ')}`,
    Object.fromEntries(given),
    archiveFile,
  )
  return files.sort(
    (a, b) =>
      compare(a.partition.date, b.partition.date) ||
      compare(a.partition.channel, b.partition.channel) ||
      a.part - b.part ||
      compare(a.name, b.name),
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Names of those files that aren't kept any more. */
export async function readReplaced(db: Pick<Database, 'read'>, files: readonly ArchiveFile[]): Promise<string[]> {
  const names = files.map(({ name }) => name)
  if (names.length === 0) return []
  const kept = new Set(
    await db.read(
      `select name from archive_files where state = 'kept' and name in (select unnest($names))`,
      { names },
      (row) => row.text('name'),
    ),
  )
  return names.filter((name) => !kept.has(name))
}

function archiveFile(row: Row): ArchiveFile {
  const keep = row.text('keep') === 'archive' ? 'archive' : 'quarantine'
  return {
    name: row.text('name'),
    partition: { keep, date: row.text('submission_date'), channel: row.text('channel') },
    part: row.number('part'),
    rows: row.number('rows'),
    bytes: row.number('bytes'),
    problems: row.texts('problems'),
  }
}

/** What a staged file will be once it is in its place. */
export function archiveFileOf({ partition, file, rows, bytes, problems }: StagedFile, part: number): ArchiveFile {
  return { name: partFileName(partition, part, file), partition, part, rows, bytes, problems }
}

/** From when the transaction commits on, readers read these. */
export async function addArchiveFiles(transaction: Transaction, files: readonly ArchiveFile[]): Promise<void> {
  for (const { name, partition, part, rows, bytes, problems } of files) {
    const { keep, date, channel } = partition
    await transaction.run(
      `insert into archive_files values ($name, $keep, $date, $channel, $part, $rows, $bytes,
         list_filter($problems, problem -> problem <> ''), 'kept')`,
      { name, keep, date, channel, part, rows, bytes, problems: [...problems, ''] },
    )
  }
}

/**
 * From when the transaction commits on, nobody begins to read these; `removeReplaced` removes them. Throws where one isn't
 * kept any more: somebody else replaced it.
 */
export async function replaceArchiveFiles(transaction: Transaction, names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  const replaced = await transaction.run(
    `update archive_files set state = 'replaced' where state = 'kept' and name in (select unnest($names))`,
    { names },
  )
  if (replaced !== names.length) {
    throw new Error(`${names.length - replaced} of ${names.length} files of the archive are gone: nothing was changed`)
  }
}

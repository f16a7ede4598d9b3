import { join } from 'node:path'
import type { Database } from '../../counts/database.ts'
import { type Params, time } from '../../counts/values.ts'
import { isAllowed } from '../../domain/dimension-schema.ts'
import { type EpochMs, isoDate } from '../../domain/time.ts'
import type { ArchiveFile } from '../archive-files.ts'
import { type Condition, filterSql, meets } from './archive-filter.ts'

/** Which submissions are wanted. */
export interface Selection {
  readonly conditions: readonly Condition[]
  /** Receipt: first moment, and end (not included); null: no bound. */
  readonly since: EpochMs | null
  readonly until: EpochMs | null
  /** Of those chosen that share a document id, only the one received last. */
  readonly latestOnly: boolean
}

/** Where DuckDB finds the rows of a selection: files that can't hold any are left out before one is opened. */
export interface SelectedRows {
  readonly files: readonly SelectedFile[]
  /** On the columns of a file's rows. */
  readonly where: string
  readonly params: Params
}

export interface SelectedFile extends ArchiveFile {
  /** On this disk. */
  readonly path: string
}

/** Files that may hold rows of the selection, by what the archive knows of each: day, channel, problems. */
function chooseFiles(
  files: readonly ArchiveFile[],
  { conditions, since, until }: Pick<Selection, 'conditions' | 'since' | 'until'>,
): ArchiveFile[] {
  return files.filter(({ partition, problems }) => {
    const { date, channel } = partition
    return (
      (since === null || date >= isoDate(since)) &&
      (until === null || date <= isoDate(until - 1)) &&
      meets(conditions, 'submission_date', date) &&
      meets(conditions, 'channel', channel) &&
      problems.some((problem) => meets(conditions, 'problem', problem))
    )
  })
}

/**
 * Makes the selection one of `files`, which lie under `root`. Patterns become lists of the values that the files hold, so that one
 * rule says what a pattern matches, and lists leave row groups out.
 *
 * `reader`: a database of its own in memory, which may read the files; with `latestOnly` it is given a table of what is left out.
 */
export async function selectRows(
  reader: Database,
  root: string,
  files: readonly ArchiveFile[],
  selection: Selection,
): Promise<SelectedRows> {
  const chosen = chooseFiles(files, selection).map((file) => ({ ...file, path: join(root, file.name) }))
  if (chosen.length === 0) return { files: [], where: 'false', params: {} }
  const paths = chosen.map(({ path }) => path)
  const { where: byValue, params: values } = filterSql(await withoutPatterns(reader, paths, selection.conditions))
  const bounds = [
    ...(selection.since === null ? [] : ['received_at >= $since']),
    ...(selection.until === null ? [] : ['received_at < $until']),
  ]
  const params: Params = {
    ...values,
    ...(selection.since === null ? {} : { since: time(selection.since) }),
    ...(selection.until === null ? {} : { until: time(selection.until) }),
  }
  const where = [byValue, ...bounds].join(' and ')
  if (!selection.latestOnly) return { files: chosen, where, params }
  await noteSuperseded(reader, paths, where, params)
  return {
    files: chosen,
    where: `${where} and (segment, frame) not in (select (segment, frame) from superseded)`,
    params,
  }
}

async function withoutPatterns(
  reader: Database,
  paths: readonly string[],
  conditions: readonly Condition[],
): Promise<Condition[]> {
  const result: Condition[] = []
  for (const condition of conditions) {
    const { column, test } = condition
    // Files were chosen by these two already.
    if (test.kind !== 'pattern' || column === 'channel' || column === 'submission_date') {
      result.push(condition)
      continue
    }
    const values = await reader.read(
      `select distinct ${column} as value from read_parquet($paths, hive_partitioning = false, union_by_name = true)`,
      { paths },
      (row) => row.text('value'),
    )
    result.push({ column, test: { kind: 'list', values: new Set(values.filter((value) => isAllowed(value, test))) } })
  }
  return result
}

/** Few of all rows are: better to name those than the many that stay. */
async function noteSuperseded(
  reader: Database,
  paths: readonly string[],
  where: string,
  params: Params,
): Promise<void> {
  await reader.inTransaction((transaction) =>
    transaction.run(
      `create or replace table superseded as select segment, frame from (
         select segment, frame, row_number() over (
           partition by document_id order by received_at desc, segment desc, frame desc) as place
         from read_parquet($paths, hive_partitioning = false, union_by_name = true)
         where ${where} and document_id <> '')
       where place > 1`,
      { ...params, paths },
    ),
  )
}

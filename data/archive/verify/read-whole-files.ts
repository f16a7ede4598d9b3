import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '../../counts/database.ts'
import type { Row } from '../../counts/values.ts'
import { isNotFound } from '../../files/is-not-found.ts'
import type { ArchiveFile } from '../archive-files.ts'
import type { CountBook } from './count-book.ts'
import type { Difference } from './difference.ts'

export interface WholeFiles {
  readonly reader: Database
  /** The state directory. */
  readonly root: string
  /** Whether every column is read, or only what is entered into the book. */
  readonly isWhole: boolean
  /** Who brought a segment, as counts call it. */
  sourceOf(segment: string): string
}

/**
 * Reads a file and enters its rows into the book. Where it is read whole, each page is held against its checksum where it has one, and
 * inflated. Answers what is wrong with the file itself.
 */
export async function readWholeFile(file: ArchiveFile, book: CountBook, from: WholeFiles): Promise<Difference[]> {
  const path = join(from.root, file.name)
  const size = await sizeOf(path)
  if (size === null) return [{ kind: 'missing', file: file.name }]
  const differences: Difference[] = []
  if (size !== file.bytes) differences.push({ kind: 'bytes', file: file.name, known: file.bytes, found: size })
  try {
    const rows = await enterRows(file, path, book, from)
    if (rows !== file.rows) differences.push({ kind: 'rows', file: file.name, known: file.rows, found: rows })
  } catch (error) {
    differences.push({
      kind: 'unreadable',
      file: file.name,
      error: error instanceof Error ? error.message : String(error),
    })
  }
  return differences
}

/** As it was first counted: counts are never moved. `hash` of the whole row makes DuckDB read all columns. */
const rowsAsCounted = (isWhole: boolean) => `
  select date_trunc('hour', received_at) as hour, coalesce(first_counted->>'$.channel', $channel) as channel,
    coalesce(first_counted->>'$.outcome', outcome) as outcome, coalesce(first_counted->>'$.problem', problem) as problem,
    automation, if(ends_with(segment, '.import'), segment, '') as segment, first_counted is not null as is_later, ${isWhole ? 'hash(file)' : '0::ubigint'} as whole
  from read_parquet($paths, hive_partitioning = false, union_by_name = true) file`

async function enterRows(
  { partition }: ArchiveFile,
  path: string,
  book: CountBook,
  { reader, sourceOf, isWhole }: WholeFiles,
): Promise<number> {
  let rows = 0
  await reader.read(
    `select hour, channel, outcome, problem, automation, segment, count(*) as submissions,
       count(*) filter (where is_later and outcome in ('quarantined', 'rejected')) as recovered, bit_xor(whole)::varchar as whole
     from (${rowsAsCounted(isWhole)}) group by hour, channel, outcome, problem, automation, segment`,
    { paths: [path], channel: partition.channel },
    (row) => {
      rows += row.number('submissions')
      book.found(
        { ...bookKey(row), source: sourceOf(row.text('segment')) },
        row.number('submissions'),
        row.number('recovered'),
      )
    },
  )
  return rows
}

function bookKey(row: Row) {
  return {
    hour: row.number('hour'),
    channel: row.text('channel'),
    outcome: row.text('outcome'),
    problem: row.text('problem'),
    automation: row.boolean('automation'),
  }
}

/** More are nobody's to look at one by one. */
const MOST_TWICE = 20

/** Frames that stand more than once in the files of a day. */
export async function findTwice(reader: Database, root: string, files: readonly ArchiveFile[]): Promise<Difference[]> {
  if (files.length === 0) return []
  return reader.read(
    `select segment, frame, any_value(document_id) as document_id, count(*) as copies
     from read_parquet($paths, hive_partitioning = false, union_by_name = true)
     group by segment, frame having count(*) > 1 order by segment, frame limit ${MOST_TWICE}`,
    { paths: files.map(({ name }) => join(root, name)) },
    (row) => ({
      kind: 'twice',
      documentId: row.text('document_id'),
      segment: row.text('segment'),
      frame: row.number('frame'),
      copies: row.number('copies'),
    }),
  )
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}

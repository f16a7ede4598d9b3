import { join } from 'node:path'
import type { ArchiveFile } from '../archive/archive-files.ts'
import { ARCHIVED_ROWS } from '../archive/read-parts.ts'
import type { Database } from '../counts/database.ts'
import type { Problem } from '../domain/outcome.ts'
import type { rowsOf } from './choice.ts'
import type { Trial } from './take-batch.ts'

/**
 * What rows of the archive share that get histograms back together or not at all: the revision that they name, and the names of what
 * was taken out because its specification doesn't define it. Null: the row is for itself, because a value was at fault, or because
 * DuckDB doesn't read its JSON.
 */
export const ALIKE = `case
  when list_contains(problems, 'bad_histogram') or not json_valid(payload) or not json_valid(dropped) then null
  else json_array(json_extract_string(payload, '$.info.revision'), json_extract_string(payload, '$.payload.info.revision'),
    json_keys(dropped, '$.histograms'), json_keys(dropped, '$.payload.histograms'),
    json_extract(dropped, '$.keyedHistograms'), json_extract(dropped, '$.payload.keyedHistograms'))::varchar end`

/** What is so for all submissions of a revision, whatever their values. */
const OF_THE_REVISION: readonly string[] = [
  'unknown_histogram',
  'missing_revision',
  'invalid_revision',
  'unknown_revision',
] satisfies Problem[]

/** Most that are remembered of a run, and so long each; what is beyond is tried. */
const MOST_REMEMBERED = 10_000
const LONGEST_REMEMBERED = 1_000

/** What a run learned: of rows alike, one that stays as it is tells of all. Their problem of today by what they share. */
export class StayingAlike {
  readonly #problems = new Map<string, string>()

  get keys(): readonly string[] {
    return [...this.#problems.keys()]
  }

  learn({ row, entry, problem }: Trial): void {
    const { alike } = row
    if (alike === null || alike.length > LONGEST_REMEMBERED || this.#problems.size >= MOST_REMEMBERED) return
    if (entry === null && OF_THE_REVISION.includes(problem)) this.#problems.set(alike, problem)
  }

  problemOf(alike: string): string {
    return this.#problems.get(alike) ?? 'unknown_histogram'
  }
}

/** Rows that needn't be tried, by the problem that they are counted under. */
export interface CountedAlike {
  readonly problem: string
  readonly alike: string
  readonly rows: number
}

/** Counts the files' chosen rows that share one of `keys`. `root`: where the files lie. */
export function countAlike(
  db: Pick<Database, 'read'>,
  root: string,
  files: readonly ArchiveFile[],
  { where, params }: ReturnType<typeof rowsOf>,
  keys: readonly string[],
): Promise<CountedAlike[]> {
  return db.read(
    `select problem, ${ALIKE} as alike, count(*) as rows from ${ARCHIVED_ROWS}
     where ${where} and list_contains($keys, ${ALIKE}) group by all`,
    { ...params, keys, files: files.map(({ name }) => join(root, name)) },
    (row) => ({ problem: row.text('problem'), alike: row.text('alike'), rows: row.number('rows') }),
  )
}

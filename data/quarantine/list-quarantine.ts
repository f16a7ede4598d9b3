import { readParts } from '../archive/read-parts.ts'
import type { Database } from '../counts/database.ts'
import type { EpochMs } from '../domain/time.ts'
import { filesOf, type KeptChoice, mendable, OFFENDING_VALUE, rowsOf } from '../reprocess/choice.ts'
import type { ReadableArchive } from './readable-archive.ts'

/** What lies in the quarantine of one problem, channel and UTC day of receipt. */
export interface QuarantineGroup {
  readonly problem: string
  readonly channel: string
  /** `2014-02-04` */
  readonly date: string
  readonly submissions: number
  /** Of the bodies, as received. */
  readonly bytes: number
  /** The most frequent offending values, the first most of all; of very many different ones approximately. */
  readonly values: readonly string[]
  /** Document ids of the newest, or `<segment>/<frame>` where the path had none. */
  readonly samples: readonly string[]
}

/** By problem, channel and day. */
export function listQuarantine(db: Database, archive: ReadableArchive, choice: KeptChoice): Promise<QuarantineGroup[]> {
  const problems = mendable(choice, 'quarantine')
  if (problems.length === 0) return Promise.resolve([])
  const { where, params } = rowsOf(choice, problems)
  return readParts(
    db,
    { ...archive, ...filesOf(choice, 'quarantine', problems) },
    {
      select: `problem, channel, strftime(submission_date, '%Y-%m-%d') as date, count(*) as submissions, sum(bytes) as bytes,
        coalesce(approx_top_k(${OFFENDING_VALUE}, 3), []) as offending,
        arg_max(if(document_id = '', segment || '/' || frame, document_id), received_at, 3) as samples`,
      rest: `where ${where} group by all order by problem, channel, date`,
      params,
    },
    (row) => ({
      problem: row.text('problem'),
      channel: row.text('channel'),
      date: row.text('date'),
      submissions: row.number('submissions'),
      bytes: row.number('bytes'),
      values: row.texts('offending'),
      samples: row.texts('samples'),
    }),
  )
}

export interface QuarantinedProblem {
  readonly problem: string
  readonly submissions: number
  readonly bytes: number
  readonly oldest: EpochMs
}

export function readQuarantinedProblems(db: Database, archive: ReadableArchive): Promise<QuarantinedProblem[]> {
  return readParts(
    db,
    { ...archive, keep: 'quarantine' },
    {
      select: 'problem, count(*) as submissions, sum(bytes) as bytes, min(received_at) as oldest',
      rest: 'group by problem order by problem',
    },
    (row) => ({
      problem: row.text('problem'),
      submissions: row.number('submissions'),
      bytes: row.number('bytes'),
      oldest: row.number('oldest'),
    }),
  )
}

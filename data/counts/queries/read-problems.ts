import { LIVE_SOURCE } from '../../domain/dimensions.ts'
import { NO_PROBLEM } from '../../domain/outcome.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'
import { invalidParams, invalidSql } from './invalid-sql.ts'

/** Submissions of one channel with one problem; automation left out. */
export interface ProblemRow {
  readonly problem: string
  readonly outcome: string
  readonly channel: string
  readonly submissions: number
  readonly invalid: number
  readonly recovered: number
  /** Brought in as counts: no body of them ever came. */
  readonly imported: number
  readonly firstHour: EpochMs
  readonly lastHour: EpochMs
}

interface ProblemQuestion {
  readonly from: EpochMs
  /** Exclusive. */
  readonly to: EpochMs
  /** Empty: all. */
  readonly channels: readonly string[]
  readonly now: EpochMs
}

const CHOSEN = `hour >= $from and hour < $to and not automation and outcome <> 'duplicate'
  and ($every_channel or channel in (select unnest($channels)))`

function chosenParams({ from, to, channels }: ProblemQuestion) {
  // A list has a type by its items: where there is none to ask for, one that nobody looks at.
  const asked = channels.length === 0 ? [''] : channels
  return { from: time(from), to: time(to), every_channel: channels.length === 0, channels: asked }
}

/** By problem and channel, most submissions first. */
export function readProblems(database: Pick<Database, 'read'>, question: ProblemQuestion): Promise<ProblemRow[]> {
  return database.read(
    `select problem, outcome, channel, sum(submissions)::double as submissions,
       coalesce(sum(submissions) filter (where ${invalidSql('hour')}), 0)::double as invalid,
       sum(recovered)::double as recovered,
       coalesce(sum(submissions) filter (where source <> $live), 0)::double as imported, epoch_ms(min(hour))::double as first_hour, epoch_ms(max(hour))::double as last_hour
     from current_channel_counts where ${CHOSEN} and problem <> $no_problem
     group by all order by submissions desc, problem, channel`,
    { ...chosenParams(question), no_problem: NO_PROBLEM, live: LIVE_SOURCE, ...invalidParams(question.now) },
    (row) => ({
      problem: row.text('problem'),
      outcome: row.text('outcome'),
      channel: row.text('channel'),
      submissions: row.number('submissions'),
      invalid: row.number('invalid'),
      recovered: row.number('recovered'),
      imported: row.number('imported'),
      firstHour: row.number('first_hour'),
      lastHour: row.number('last_hour'),
    }),
  )
}

/** All that was received of these channels, with and without problems. */
export async function readReceived(database: Pick<Database, 'read'>, question: ProblemQuestion): Promise<number> {
  const rows = await database.read(
    `select coalesce(sum(submissions), 0)::double as received from current_channel_counts where ${CHOSEN}`,
    chosenParams(question),
    (row) => row.number('received'),
  )
  return rows[0] ?? 0
}

/** The builds with most submissions of one problem, at most 20. */
export function readProblemBuilds(
  database: Pick<Database, 'read'>,
  problem: string,
  question: ProblemQuestion,
): Promise<{ readonly buildId: string; readonly submissions: number }[]> {
  return database.read(
    `select build_id, sum(submissions)::double as submissions from hourly_counts
     where ${CHOSEN} and problem = $problem group by build_id order by submissions desc, build_id limit 20`,
    { ...chosenParams(question), problem },
    (row) => ({ buildId: row.text('build_id'), submissions: row.number('submissions') }),
  )
}

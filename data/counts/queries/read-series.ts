import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'
import { invalidParams, invalidSql } from './invalid-sql.ts'

export const SERIES_STEPS = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS } as const
export type SeriesStep = keyof typeof SERIES_STEPS

/** Column of each dimension that a series can be broken down by. */
const COLUMN_OF = {
  channel: 'channel',
  reason: 'reason',
  app: 'app_name',
  version: 'app_version',
  build: 'build_id',
  outcome: 'outcome',
  problem: 'problem',
} as const
export type SeriesDimension = keyof typeof COLUMN_OF

export interface SeriesQuestion {
  /** On a step's edge. */
  readonly from: EpochMs
  /** Exclusive. */
  readonly to: EpochMs
  readonly step: SeriesStep
  readonly channel?: string
  readonly by?: SeriesDimension
  /** `unknown_revision` counts as invalid once it is older than some hours. */
  readonly now: EpochMs
}

/** Submissions of one step and key; automation and duplicates left out. Steps without any row are not there. */
export interface SeriesRow {
  readonly time: EpochMs
  /** Value of the dimension asked by, else empty. */
  readonly key: string
  readonly received: number
  /** Accepted, salvaged, and recovered by reprocessing. */
  readonly accepted: number
  readonly invalid: number
}

/** Ascending by time. */
export async function readSeries(database: Database, question: SeriesQuestion): Promise<SeriesRow[]> {
  const minutes = question.step === 'minute'
  const timeColumn = minutes ? 'minute' : 'hour'
  const key = question.by === undefined ? "''" : COLUMN_OF[question.by]
  const sql = `
    select epoch_ms(date_trunc('${question.step}', ${timeColumn}))::double as time, ${key} as key,
      sum(submissions)::double as received,
      sum(case when outcome in ('accepted', 'salvaged') then submissions else ${minutes ? '0' : 'recovered'} end)::double as accepted,
      coalesce(sum(submissions) filter (where ${invalidSql(timeColumn)}), 0)::double as invalid
    from ${minutes ? 'minute_counts' : 'hourly_counts'}
    where ${timeColumn} >= $from and ${timeColumn} < $to and outcome <> 'duplicate'
      ${minutes ? '' : 'and not automation'}
      ${question.channel === undefined ? '' : 'and channel = $channel'}
    group by 1, 2 order by 1, 2`
  const params = {
    from: time(question.from),
    to: time(question.to),
    ...invalidParams(question.now),
    ...(question.channel === undefined ? {} : { channel: question.channel }),
  }
  return database.read(sql, params, (row) => ({
    time: row.number('time'),
    key: row.text('key'),
    received: row.number('received'),
    accepted: row.number('accepted'),
    invalid: row.number('invalid'),
  }))
}

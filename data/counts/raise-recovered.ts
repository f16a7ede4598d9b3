import type { Dimensions } from '../domain/dimensions.ts'
import { LIVE_SOURCE, OTHER } from '../domain/dimensions.ts'
import { importReceiver } from '../domain/import-source.ts'
import { type EpochMs, startOfHour } from '../domain/time.ts'
import type { Transaction } from './database.ts'
import { openHours } from './rollups.ts'

/** A submission that is converted now, as it was counted when it was not. */
export interface RecoveredSubmission {
  readonly receivedAt: EpochMs
  /** Which brought it: it tells whether it was received live or imported. */
  readonly segment: string
  readonly dimensions: Dimensions
  readonly outcome: string
  readonly problem: string
  readonly automation: boolean
}

/**
 * Raises `recovered` under what the submissions were counted, in the hours of their receipt: a row of `recovered` alone, until the
 * hour is settled. Nothing else moves: outcomes stay as first counted. A build that was folded since is looked for under OTHER.
 */
export async function raiseRecovered(
  transaction: Transaction,
  submissions: readonly RecoveredSubmission[],
): Promise<void> {
  if (submissions.length === 0) return
  await transaction.run(
    `create or replace temp table converted_late (segment varchar, hour timestamp, channel varchar, app_name varchar,
       app_version varchar, build_id varchar, reason varchar, outcome varchar, problem varchar, automation boolean)`,
  )
  await transaction.append(
    'converted_late',
    submissions.map(({ receivedAt, segment, dimensions, outcome, problem, automation }) => {
      const { channel, appName, appVersion, buildId, reason } = dimensions
      return [
        segment,
        startOfHour(receivedAt),
        channel,
        appName,
        appVersion,
        buildId,
        reason,
        outcome,
        problem,
        automation,
      ]
    }),
  )
  await transaction.run(
    `create or replace temp table raised as
     select hour, channel, app_name, app_version, build_id, reason, outcome, problem, ${SOURCE} as source, automation,
       count(*) as recovered
     from converted_late left join converted_files using (segment) group by all`,
  )
  await transaction.run(
    `update raised set app_version = '${OTHER}', build_id = '${OTHER}'
     where not exists (${SAME_ROW}) and exists (${SAME_ROW_FOLDED})`,
  )
  await transaction.run(
    `insert into hourly_counts select ${KEYS.join(', ')}, 0, sum(recovered)::bigint, 0 from raised group by all`,
  )
  await transaction.run('drop table converted_late; drop table raised')
  await openHours(transaction, [...new Set(submissions.map(({ receivedAt }) => startOfHour(receivedAt)))])
}

const KEYS = [
  'hour',
  'channel',
  'app_name',
  'app_version',
  'build_id',
  'reason',
  'outcome',
  'problem',
  'source',
  'automation',
]
const FOLDED = ['app_version', 'build_id']

const same = (other: string, keys: readonly string[]) =>
  keys.map((key) => `kept.${key} = ${other}.${key}`).join(' and ')
const SAME_ROW = `from hourly_counts kept where ${same('raised', KEYS)}`
const SAME_ROW_FOLDED = `from hourly_counts kept where ${same(
  'raised',
  KEYS.filter((key) => !FOLDED.includes(key)),
)} and ${FOLDED.map((key) => `kept.${key} = '${OTHER}'`).join(' and ')}`

const IMPORTED = importReceiver('')
const SOURCE = `case when starts_with(receiver, '${IMPORTED}') then substr(receiver, ${IMPORTED.length + 1})
  else '${LIVE_SOURCE}' end`

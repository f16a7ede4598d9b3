import { join } from 'node:path'
import type { Database, Transaction } from '../counts/database.ts'
import { reopenJudged } from '../counts/reopen-judged.ts'
import { openHours } from '../counts/rollups.ts'
import { LIVE_SOURCE } from '../domain/dimensions.ts'
import type { EpochMs } from '../domain/time.ts'
import type { CountDifference } from './compare-counts.ts'

export interface MendOptions {
  readonly reader: Database
  readonly db: Database
  readonly exchange: string
  readonly now: EpochMs
}

const DIMENSIONS = ['app_name', 'app_version', 'build_id', 'reason']
const KEYS = ['hour', 'channel', ...DIMENSIONS, 'outcome', 'problem', 'automation']
const SUMS = ['submissions', 'recovered', 'bytes']

/**
 * Adds to the counts what they lack of what was found, and takes away what they have too much: sums of one moment, so what is
 * counted meanwhile stays right. Answers the hours that changed; those that were judged are judged again.
 */
export async function mendCounts(
  differences: readonly CountDifference[],
  { reader, db, exchange, now }: MendOptions,
): Promise<readonly EpochMs[]> {
  if (differences.length === 0) return []
  const file = join(exchange, 'corrections.parquet')
  await writeCorrections(reader, differences, file)
  const hours = [...new Set(differences.map(({ hour }) => hour))]
  await db.inTransaction(async (transaction) => {
    await addCorrections(transaction, file)
    await openHours(transaction, hours)
    await reopenJudged(transaction, hours, now)
  })
  return hours
}

/** What was found less what was counted, for the keys that differ. */
async function writeCorrections(
  reader: Database,
  differences: readonly CountDifference[],
  file: string,
): Promise<void> {
  await reader.inTransaction(async (transaction) => {
    await transaction.run(
      `create or replace temp table differing (
         hour timestamp, channel varchar, outcome varchar, problem varchar, automation boolean)`,
    )
    await transaction.append(
      'differing',
      differences.map(({ hour, channel, outcome, problem, automation }) => [
        hour,
        channel,
        outcome,
        problem,
        automation,
      ]),
    )
    await transaction.run(
      `copy (
         select ${KEYS.join(', ')}, ${SUMS.map((sum) => `sum(${sum})::bigint as ${sum}`).join(', ')} from (
           from found union all by name
           select * replace (${SUMS.map((sum) => `-${sum} as ${sum}`).join(', ')}) from counted)
         semi join differing using (hour, channel, outcome, problem, automation)
         group by all having ${SUMS.map((sum) => `sum(${sum}) <> 0`).join(' or ')})
       to '${file.replaceAll("'", "''")}' (format parquet)`,
    )
  })
}

async function addCorrections(transaction: Transaction, file: string): Promise<void> {
  await transaction.run('create or replace temp table correction as from read_parquet($files)', { files: [file] })
  // Until the hours are settled, what has everything in common may stand in several rows.
  await transaction.run(`insert into hourly_counts by name select *, '${LIVE_SOURCE}' as source from correction`)
  await transaction.run('drop table correction')
}

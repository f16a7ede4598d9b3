import type { Outcome, ProblemOrNone } from '../../domain/outcome.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Cell, Database } from '../database.ts'
import { replaceRollups } from '../rollups.ts'
import { TEST_HOUR } from './converted-index.ts'

export interface TestCount {
  readonly hour?: EpochMs
  readonly channel?: string
  readonly build?: string
  readonly outcome?: Outcome
  readonly problem?: ProblemOrNone
  readonly submissions?: number
}

/** Puts rows into the hourly counts as they are; a test says only what matters. */
export async function countRows(database: Database, rows: readonly TestCount[]): Promise<void> {
  await database.inTransaction(async (transaction) => {
    await transaction.append('hourly_counts', rows.map(cells))
    await replaceRollups(transaction)
  })
}

function cells(row: TestCount): readonly Cell[] {
  const { hour = TEST_HOUR, channel = 'nightly', build = '20140116030203', submissions = 100 } = row
  const { outcome = 'accepted', problem = 'none' } = row
  const names = [channel, 'Firefox', '29.0a1', build, 'idle-daily', outcome, problem, 'live']
  return [hour, ...names, false, submissions, 0, submissions * 1000]
}

import type { EpochMs } from '../domain/time.ts'
import type { Transaction } from './database.ts'
import { time } from './values.ts'

/** Marks those of `hours` that had been judged as to be judged anew. Returns them, ascending. */
export async function reopenJudged(
  transaction: Transaction,
  hours: readonly EpochMs[],
  now: EpochMs,
): Promise<EpochMs[]> {
  if (hours.length === 0) return []
  const reopened = await transaction.read(
    'select hour from judged_hours where hour in (select unnest($hours)) order by hour',
    { hours: hours.map(time) },
    (row) => row.number('hour'),
  )
  if (reopened.length > 0) {
    await transaction.run('insert or replace into reopened_hours select unnest($hours), $now', {
      hours: reopened.map(time),
      now: time(now),
    })
  }
  return reopened
}

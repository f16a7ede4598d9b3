import type { EpochMs } from '../domain/time.ts'
import type { Transaction } from './database.ts'
import { time } from './values.ts'

/** Marks those of `hours` that had been judged as to be judged anew. Returns them, ascending. */
export async function reopenJudged(
  transaction: Transaction,
  hours: readonly EpochMs[],
  now: EpochMs,
): Promise<EpochMs[]> {
  const ascending = [...hours].sort((a, b) => a - b)
  const [first, last] = [ascending[0], ascending.at(-1)]
  if (first === undefined || last === undefined) return []
  const judged = await transaction.readPlanned(
    'select hour from judged_hours where hour >= $first and hour <= $last',
    { first: time(first), last: time(last) },
    (row) => row.number('hour'),
  )
  return reopenHours(transaction, hours, new Set(judged), now)
}

/** The same where it is known already which are `judged`. */
export async function reopenHours(
  transaction: Transaction,
  hours: readonly EpochMs[],
  judged: ReadonlySet<EpochMs>,
  now: EpochMs,
): Promise<EpochMs[]> {
  const reopened = [...new Set(hours)].filter((hour) => judged.has(hour)).sort((a, b) => a - b)
  if (reopened.length > 0) {
    await transaction.run('insert or replace into reopened_hours select unnest($hours), $now', {
      hours: reopened.map(time),
      now: time(now),
    })
  }
  return reopened
}

/** Keeps in mind that counts were added to `hours` after these had been judged; also once they are judged anew. */
export async function noteLateHours(transaction: Transaction, hours: readonly EpochMs[], now: EpochMs): Promise<void> {
  if (hours.length === 0) return
  await transaction.run('insert or replace into late_hours select unnest($hours), $now', {
    hours: hours.map(time),
    now: time(now),
  })
}

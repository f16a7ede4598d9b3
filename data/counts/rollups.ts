import { DAY_MS, type EpochMs, startOfDay } from '../domain/time.ts'
import type { Transaction } from './database.ts'
import { type Params, time } from './values.ts'

/**
 * `channel_counts` and `channel_days` are sums of `hourly_counts`. Whoever changes `hourly_counts` marks the hours as unsummed
 * (`openHours`), so that questions about them are answered from it, or calls one of these within the same transaction.
 */

const KEYS = ['channel', 'outcome', 'problem', 'source', 'automation']
const SUMS = 'sum(submissions)::bigint, sum(recovered)::bigint'

/** Makes the sums of one source anew, or of all. */
export async function replaceRollups(transaction: Transaction, source?: string): Promise<void> {
  const ofSource = source === undefined ? 'true' : 'source = $source'
  const params: Params = source === undefined ? {} : { source }
  for (const table of ['channel_counts', 'channel_days']) {
    await transaction.run(`delete from ${table} where ${ofSource}`, params)
  }
  await transaction.run(
    `insert into channel_counts select hour, ${KEYS.join(', ')}, ${SUMS} from hourly_counts where ${ofSource}
     group by all order by all`,
    params,
  )
  await transaction.run(
    `insert into channel_days select date_trunc('day', hour), ${KEYS.join(', ')}, ${SUMS} from channel_counts
     where ${ofSource} group by all order by all`,
    params,
  )
}

/** Marks hours as ones to settle, of which the sums don't hold until then. */
export async function openHours(transaction: Transaction, hours: readonly EpochMs[]): Promise<void> {
  if (hours.length === 0) return
  await transaction.run('insert or replace into open_hours select unnest($hours), false', { hours: hours.map(time) })
}

/** Marks all hours as ones to settle, after their sums were made. */
export async function openSummedHours(transaction: Transaction): Promise<void> {
  await transaction.run('insert or replace into open_hours select distinct hour, true from hourly_counts')
}

/** Makes the sums of these hours anew, and of the days that they lie in. */
export async function replaceRollupsOf(transaction: Transaction, hours: readonly EpochMs[]): Promise<void> {
  if (hours.length === 0) return
  const ofHours = { hours: hours.map(time) }
  await transaction.run('delete from channel_counts where hour in (select unnest($hours))', ofHours)
  await transaction.run(
    `insert into channel_counts select hour, ${KEYS.join(', ')}, ${SUMS} from hourly_counts
     where hour in (select unnest($hours)) group by all order by all`,
    ofHours,
  )
  for (const day of new Set(hours.map(startOfDay))) {
    const range = { day: time(day), next: time(day + DAY_MS) }
    await transaction.run('delete from channel_days where day = $day', { day: range.day })
    await transaction.run(
      `insert into channel_days select $day, ${KEYS.join(', ')}, ${SUMS} from channel_counts
       where hour >= $day and hour < $next group by all order by all`,
      range,
    )
  }
}

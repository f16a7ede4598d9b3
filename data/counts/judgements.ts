import type { EpochMs } from '../domain/time.ts'
import type { Database, Transaction } from './database.ts'
import type { ExpectationRow } from './queries/read-expectations.ts'
import { time } from './values.ts'

/** What is written down about judged hours. */
export interface Judgement {
  /** Ascending, each once. */
  readonly hours: readonly EpochMs[]
  /** Of those hours; what was expected of them before is replaced. */
  readonly expectations: readonly ExpectationRow[]
  /** Of the hours to come; takes the place of every expectation later than the newest judged hour. Null: leave it. */
  readonly forecast: readonly ExpectationRow[] | null
  readonly judgedAt: EpochMs
}

/** Writes the judgement and takes its hours off the list of re-opened ones. */
export async function storeJudgement(transaction: Transaction, judgement: Judgement): Promise<void> {
  const { hours, expectations, forecast, judgedAt } = judgement
  if (hours.length === 0) return
  const params = { hours: hours.map(time) }
  await transaction.run('delete from expectations where hour in (select unnest($hours))', params)
  await transaction.append('expectations', expectations.map(cells))
  if (forecast !== null) {
    const newest = Math.max(...hours)
    await transaction.run('delete from expectations where hour > $newest', { newest: time(newest) })
    await transaction.append('expectations', forecast.map(cells))
  }
  await transaction.run('delete from reopened_hours where hour in (select unnest($hours))', params)
  await transaction.run(`insert or replace into judged_hours select unnest($hours), $judgedAt, 'judged', 0, null`, {
    ...params,
    judgedAt: time(judgedAt),
  })
}

/** An hour that can't be judged: it isn't tried again until late counts re-open it. */
export async function storeFailedHour(
  transaction: Transaction,
  failed: { readonly hour: EpochMs; readonly judgedAt: EpochMs; readonly attempts: number; readonly error: string },
): Promise<void> {
  const { hour, judgedAt, attempts, error } = failed
  await transaction.run('delete from reopened_hours where hour = $hour', { hour: time(hour) })
  await transaction.run(
    `insert or replace into judged_hours values ($hour, $judgedAt, 'failed', $attempts::integer, $error)`,
    { hour: time(hour), judgedAt: time(judgedAt), attempts, error },
  )
}

/** Start of the newest judged (or failed) hour; null before the first. */
export async function readNewestJudgedHour(database: Pick<Database, 'read'>): Promise<EpochMs | null> {
  const [newest] = await database.read('select max(hour) as hour from judged_hours', {}, (row) =>
    row.numberOrNull('hour'),
  )
  return newest ?? null
}

/** Hours that were judged and whose counts have changed since, ascending. */
export function readReopenedHours(database: Pick<Database, 'read'>): Promise<EpochMs[]> {
  return database.read('select hour from reopened_hours order by hour', {}, (row) => row.number('hour'))
}

function cells(row: ExpectationRow): (string | number)[] {
  return [row.hour, row.channel, row.low, row.mid, row.high]
}

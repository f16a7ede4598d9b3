import { z } from 'zod'
import type { EpochMs } from '../domain/time.ts'
import type { JournalEntry } from '../journal/journal.ts'
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
  /** Those that were read for this judgement; a row that was renewed meanwhile stays. */
  readonly reopened: readonly ReopenedHour[]
  /** Hours among those judged whose counts have changed while they were being judged. */
  readonly changedMeanwhile: readonly EpochMs[]
}

/** An hour that was judged and whose counts have changed since. */
export interface ReopenedHour {
  readonly hour: EpochMs
  readonly reopenedAt: EpochMs
}

/** Writes the judgement, and which hours are to be judged anew after it. */
export async function storeJudgement(transaction: Transaction, judgement: Judgement): Promise<void> {
  const { hours, expectations, forecast, judgedAt } = judgement
  await settleReopened(transaction, judgement)
  if (hours.length === 0) return
  const params = { hours: hours.map(time) }
  await transaction.run('delete from expectations where hour in (select unnest($hours))', params)
  await transaction.append('expectations', expectations.map(cells))
  if (forecast !== null) {
    const newest = Math.max(...hours)
    await transaction.run('delete from expectations where hour > $newest', { newest: time(newest) })
    await transaction.append('expectations', forecast.map(cells))
  }
  await transaction.run(`insert or replace into judged_hours select unnest($hours), $judgedAt, 'judged', 0, null`, {
    ...params,
    judgedAt: time(judgedAt),
  })
}

async function settleReopened(transaction: Transaction, judgement: Judgement): Promise<void> {
  for (const { hour, reopenedAt } of judgement.reopened) {
    await transaction.run('delete from reopened_hours where hour = $hour and reopened_at <= $reopenedAt', {
      hour: time(hour),
      reopenedAt: time(reopenedAt),
    })
  }
  if (judgement.changedMeanwhile.length === 0) return
  await transaction.run('insert or replace into reopened_hours select unnest($hours), $at', {
    hours: judgement.changedMeanwhile.map(time),
    at: time(judgement.judgedAt),
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

/** What the journal keeps of a judged hour: the archive can't give back what was expected of it before it came. */
export const JudgementBody = z.object({
  hour: z.number(),
  judgedAt: z.number(),
  expectations: z.array(z.object({ channel: z.string(), low: z.number(), mid: z.number(), high: z.number() })),
})
type JudgementBody = z.infer<typeof JudgementBody>

/** One for each hour. */
export function judgementEntries({ hours, expectations, judgedAt }: Judgement): JournalEntry[] {
  return hours.map((hour) => {
    const ofHour = expectations.filter((row) => row.hour === hour)
    const body: JudgementBody = {
      hour,
      judgedAt,
      expectations: ofHour.map(({ channel, low, mid, high }) => ({ channel, low, mid, high })),
    }
    return { kind: 'judgement', key: String(hour), writtenAt: judgedAt, body }
  })
}

/**
 * Fills empty tables. The newest hour isn't taken for judged: it is judged again at once, and with it what the next hours should
 * bring. To judge an hour twice tells nobody anything twice.
 */
export async function restoreJudgements(transaction: Transaction, judgements: readonly JudgementBody[]): Promise<void> {
  const newest = judgements.reduce((last, { hour }) => Math.max(last, hour), 0)
  const older = judgements.filter(({ hour }) => hour < newest)
  await transaction.append(
    'judged_hours',
    older.map(({ hour, judgedAt }) => [hour, judgedAt, 'judged', 0, null]),
  )
  await transaction.append(
    'expectations',
    older.flatMap(({ hour, expectations }) => expectations.map((row) => cells({ ...row, hour }))),
  )
}

/** Start of the newest judged (or failed) hour; null before the first. */
export async function readNewestJudgedHour(database: Pick<Database, 'read'>): Promise<EpochMs | null> {
  const [newest] = await database.read('select max(hour) as hour from judged_hours', {}, (row) =>
    row.numberOrNull('hour'),
  )
  return newest ?? null
}

/** Ascending. */
export function readReopenedHours(database: Pick<Database, 'read'>): Promise<ReopenedHour[]> {
  return database.read('select hour, reopened_at from reopened_hours order by hour', {}, (row) => ({
    hour: row.number('hour'),
    reopenedAt: row.number('reopened_at'),
  }))
}

function cells(row: ExpectationRow): (string | number)[] {
  return [row.hour, row.channel, row.low, row.mid, row.high]
}

import { LIVE_SOURCE } from '../domain/dimensions.ts'
import { DISCARDED_ATTRIBUTE } from '../domain/discard.ts'
import type { Outcome, ProblemOrNone } from '../domain/outcome.ts'
import { type EpochMs, HOUR_MS } from '../domain/time.ts'
import type { Cell, Database, Transaction } from './database.ts'
import { joinIntervals } from './intervals.ts'
import { unpackWeeks } from './pack-weeks.ts'
import { isSourceTaken } from './raw-imports.ts'
import { reopenJudged } from './reopen-judged.ts'
import { replaceRollups } from './rollups.ts'
import { withStagedRows } from './staged-rows.ts'
import { time } from './values.ts'

/** One row of `hourly_counts` as it is brought in. */
export interface CountRow {
  /** A whole hour. */
  readonly hour: EpochMs
  readonly channel: string
  readonly appName: string
  readonly appVersion: string
  readonly buildId: string
  readonly reason: string
  readonly outcome: Outcome
  readonly problem: ProblemOrNone
  readonly automation: boolean
  readonly submissions: number
  readonly recovered: number
  readonly bytes: number
}

export interface AttributeRow {
  readonly hour: EpochMs
  readonly channel: string
  readonly attribute: string
  readonly value: string
  readonly submissions: number
}

/** What an import did, or would do. */
export interface ImportSummary {
  readonly source: string
  readonly rows: number
  readonly submissions: number
  readonly channels: readonly string[]
  /** Of the rows; null where there are none. */
  readonly firstHour: EpochMs | null
  readonly lastHour: EpochMs | null
  /** Rows of an earlier import under the same name that these took the place of. */
  readonly replacedRows: number
  /** Hours that other sources count as well: they are added up, which is seldom meant. */
  readonly sharedHours: number
  /** Hours judged before that are to be judged anew. */
  readonly reopened: readonly EpochMs[]
}

export interface CountImport {
  /** Names where the rows come from; never `live`. */
  readonly source: string
  /** Any number of rows at a time; those with 0 submissions only tell that their hour was covered. */
  readonly rows: AsyncIterable<readonly CountRow[]> | Iterable<readonly CountRow[]>
  /**
   * How much of each hour was covered, 0 to 1; asked for after the last row. An hour that isn't in it was not covered.
   */
  readonly coverage: () => ReadonlyMap<EpochMs, number>
  readonly now: EpochMs
  /** Answers what would be done, and changes nothing. */
  readonly dryRun?: boolean
}

/**
 * Brings counts in from elsewhere, all or nothing. What the same source brought before is replaced. While `rows` are read, other
 * transactions go on; only when all are there does one put them in place.
 */
export function importCounts(db: Database, given: CountImport): Promise<ImportSummary> {
  const { source, rows, coverage, now, dryRun = false } = given
  return withStagedRows(db, async (staged) => {
    await db.inTransaction((transaction) => refuseTaken(transaction, source))
    const summary = createSummary()
    for await (const batch of rows) await staged.add('hourly_counts', countCells(batch, source, summary))
    return inTransaction(db, dryRun, async (transaction) => {
      await refuseTaken(transaction, source)
      const before = await hoursOfSource(transaction, 'hourly_counts', source)
      const replacedRows = await transaction.run('delete from hourly_counts where source = $source', { source })
      await staged.move(transaction)
      await replaceRollups(transaction, source)
      await replaceCoverage(transaction, source, coverage())
      const hours = new Set([...before, ...summary.hours, ...coverage().keys()])
      await unpackWeeks(transaction, [...hours])
      return finish(transaction, { source, kind: 'counts', table: 'hourly_counts', summary, hours, replacedRows, now })
    })
  })
}

export interface AttributeImport extends Pick<CountImport, 'source' | 'now' | 'dryRun'> {
  readonly rows: AsyncIterable<readonly AttributeRow[]> | Iterable<readonly AttributeRow[]>
}

/**
 * The same for counts by attribute. They cover nothing: the counts that they belong to do. Rows of the attribute `discarded`
 * are submissions that were not kept, of unknown size.
 */
export function importAttributes(db: Database, given: AttributeImport): Promise<ImportSummary> {
  const { source, rows, now, dryRun = false } = given
  return withStagedRows(db, async (staged) => {
    await db.inTransaction((transaction) => refuseTaken(transaction, source))
    const summary = createSummary()
    for await (const batch of rows) {
      const isDiscarded = (row: AttributeRow) => row.attribute === DISCARDED_ATTRIBUTE
      const attributes = batch.filter((row) => !isDiscarded(row))
      await staged.add('attribute_counts', attributeCells(attributes, source, summary))
      await staged.add('discarded_counts', discardedCells(batch.filter(isDiscarded), source, summary))
    }
    return inTransaction(db, dryRun, async (transaction) => {
      await refuseTaken(transaction, source)
      const before: EpochMs[] = []
      let replacedRows = 0
      for (const table of ['attribute_counts', 'discarded_counts'] as const) {
        before.push(...(await hoursOfSource(transaction, table, source)))
        replacedRows += await transaction.run(`delete from ${table} where source = $source`, { source })
      }
      await staged.move(transaction)
      const hours = new Set([...before, ...summary.hours])
      const table = 'attribute_counts'
      return finish(transaction, { source, kind: 'attributes', table, summary, hours, replacedRows, now })
    })
  })
}

const ROLL_BACK = Symbol('roll back')

/** A rehearsal does everything, so that it finds what the real one would, and then takes it back. */
async function inTransaction<T>(
  db: Database,
  rehearsal: boolean,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  if (!rehearsal) return db.inTransaction(work)
  const results: T[] = []
  try {
    await db.inTransaction(async (transaction) => {
      results.push(await work(transaction))
      throw ROLL_BACK
    })
  } catch (error) {
    if (error !== ROLL_BACK) throw error
  }
  const [result] = results
  if (result === undefined) throw new Error('a rehearsal ended without a result')
  return result
}

async function refuseTaken(transaction: Transaction, source: string): Promise<void> {
  if (source === LIVE_SOURCE || source === '') {
    throw new TypeError(
      `import source is "${source}": use any name but "${LIVE_SOURCE}", which is what this service receives`,
    )
  }
  if (await isSourceTaken(transaction, source, 'raw')) {
    throw new TypeError(`import source is "${source}": use another name, this one is of logs that were brought in`)
  }
}

interface GrowingSummary {
  rows: number
  submissions: number
  readonly hours: Set<EpochMs>
  readonly channels: Set<string>
}

function createSummary(): GrowingSummary {
  return { rows: 0, submissions: 0, hours: new Set(), channels: new Set() }
}

function summarise(summary: GrowingSummary, row: { hour: EpochMs; channel: string; submissions: number }): void {
  summary.rows += 1
  summary.submissions += row.submissions
  summary.hours.add(row.hour)
  summary.channels.add(row.channel)
}

/** In the order of the columns of `hourly_counts`. */
function* countCells(rows: readonly CountRow[], source: string, summary: GrowingSummary): Generator<Cell[]> {
  for (const row of rows) {
    if (row.submissions === 0 && row.recovered === 0) continue
    summarise(summary, row)
    const { hour, channel, appName, appVersion, buildId, reason, outcome, problem } = row
    const names = [channel, appName, appVersion, buildId, reason, outcome, problem, source]
    yield [hour, ...names, row.automation, row.submissions, row.recovered, row.bytes]
  }
}

function* attributeCells(rows: readonly AttributeRow[], source: string, summary: GrowingSummary): Generator<Cell[]> {
  for (const row of rows) {
    if (row.submissions === 0) continue
    summarise(summary, row)
    yield [row.hour, row.channel, row.attribute, row.value, source, row.submissions]
  }
}

function* discardedCells(rows: readonly AttributeRow[], source: string, summary: GrowingSummary): Generator<Cell[]> {
  for (const row of rows) {
    if (row.submissions === 0) continue
    summarise(summary, row)
    yield [row.hour, row.channel, row.value, 0, 0, source, false, row.submissions, 0]
  }
}

async function replaceCoverage(
  transaction: Transaction,
  source: string,
  coverage: ReadonlyMap<EpochMs, number>,
): Promise<void> {
  const receiver = `import:${source}`
  await transaction.run('delete from coverage where receiver = $receiver', { receiver })
  const covered = [...coverage].filter(([, ratio]) => ratio > 0)
  const intervals = covered.map(([hour, ratio]) => ({ from: hour, to: hour + Math.round(ratio * HOUR_MS) }))
  const cells = joinIntervals(intervals, 0).map(({ from, to }) => [receiver, from, to])
  await transaction.append('coverage', cells)
}

function hoursOfSource(transaction: Transaction, table: CountTable, source: string): Promise<EpochMs[]> {
  return transaction.read(`select distinct hour from ${table} where source = $source`, { source }, (row) =>
    row.number('hour'),
  )
}

type CountTable = 'hourly_counts' | 'attribute_counts' | 'discarded_counts'

interface Finish {
  readonly source: string
  readonly kind: 'counts' | 'attributes'
  readonly table: CountTable
  readonly summary: GrowingSummary
  /** All whose counts may have changed. */
  readonly hours: ReadonlySet<EpochMs>
  readonly replacedRows: number
  readonly now: EpochMs
}

async function finish(transaction: Transaction, given: Finish): Promise<ImportSummary> {
  const { source, kind, table, summary, hours, replacedRows, now } = given
  const sorted = [...summary.hours].sort((a, b) => a - b)
  const firstHour = sorted[0] ?? null
  const lastHour = sorted.at(-1) ?? null
  // Not delete and append: within one transaction DuckDB still sees the deleted key.
  await transaction.run(
    'insert or replace into imports values ($source, $kind, $now, $rows, $firstHour::timestamp, $lastHour::timestamp)',
    {
      source,
      kind,
      now: time(now),
      rows: summary.rows,
      firstHour: firstHour === null ? null : time(firstHour),
      lastHour: lastHour === null ? null : time(lastHour),
    },
  )
  const [sharedHours = 0] = await transaction.read(
    `select count(distinct hour) as hours from ${table} other
     where source <> $source and exists (from ${table} mine where mine.source = $source and mine.hour = other.hour)`,
    { source },
    (row) => row.number('hours'),
  )
  const reopened = await reopenJudged(transaction, [...hours], now)
  const { rows, submissions } = summary
  return {
    source,
    rows,
    submissions,
    channels: [...summary.channels].sort(),
    firstHour,
    lastHour,
    replacedRows,
    sharedHours,
    reopened,
  }
}

import type { EpochMs } from '../domain/time.ts'
import type { Transaction } from './database.ts'
import type { AttributeTally, DiscardedTally, HourlyTally, MinuteTally, Tallies } from './tally.ts'
import { time } from './values.ts'

/**
 * Adds counts to the tables: a row that is there grows, one that isn't is added. Only this file writes live counts, and
 * that keeps the rows unique (a primary key over the dimensions would cost twenty times the space).
 */
export async function addTallies(transaction: Transaction, tallies: Tallies, source: string): Promise<void> {
  await addHourly(transaction, tallies.hourly, source)
  await addMinute(transaction, tallies.minute)
  await addAttributes(transaction, tallies.attribute, source)
  await addDiscarded(transaction, tallies.discarded, source)
}

const DIMENSION_COLUMNS = ['hour', 'channel', 'app_name', 'app_version', 'build_id', 'reason']

function addHourly(transaction: Transaction, rows: readonly HourlyTally[], source: string): Promise<void> {
  return addRows(transaction, {
    table: 'hourly_counts',
    time: 'hour',
    keys: [...DIMENSION_COLUMNS, 'outcome', 'problem', 'source', 'automation'],
    sums: ['submissions', 'recovered', 'bytes'],
    rows: rows.map((row) => hourlyCells(row, source)),
  })
}

/** In the order of the columns of `hourly_counts`. */
function hourlyCells(row: HourlyTally, source: string) {
  const { channel, appName, appVersion, buildId, reason } = row.dimensions
  const names = [channel, appName, appVersion, buildId, reason, row.outcome, row.problem, source]
  return [row.hour, ...names, row.automation, row.submissions, row.recovered ?? 0, row.bytes]
}

function addMinute(transaction: Transaction, rows: readonly MinuteTally[]): Promise<void> {
  return addRows(transaction, {
    table: 'minute_counts',
    time: 'minute',
    keys: ['minute', 'channel', 'outcome', 'problem'],
    sums: ['submissions'],
    rows: rows.map((row) => [row.minute, row.channel, row.outcome, row.problem, row.submissions]),
  })
}

function addAttributes(transaction: Transaction, rows: readonly AttributeTally[], source: string): Promise<void> {
  return addRows(transaction, {
    table: 'attribute_counts',
    time: 'hour',
    keys: ['hour', 'channel', 'attribute', 'value', 'source'],
    sums: ['submissions'],
    rows: rows.map((row) => [row.hour, row.channel, row.attribute, row.value, source, row.submissions]),
  })
}

function addDiscarded(transaction: Transaction, rows: readonly DiscardedTally[], source: string): Promise<void> {
  return addRows(transaction, {
    table: 'discarded_counts',
    time: 'hour',
    keys: ['hour', 'channel', 'cause', 'size_bits', 'limit_bytes', 'source', 'automation'],
    sums: ['submissions', 'bytes'],
    rows: rows.map(({ hour, channel, cause, sizeBits, limitBytes, automation, submissions, bytes }) => {
      return [hour, channel, cause, sizeBits, limitBytes, source, automation, submissions, bytes]
    }),
  })
}

interface Addition {
  readonly table: string
  /** The key column that holds the time: its range keeps DuckDB from looking through the whole table. */
  readonly time: string
  readonly keys: readonly string[]
  readonly sums: readonly string[]
  /** Unique by `keys`; cells in the order of the table's columns. */
  readonly rows: readonly (readonly (string | number | boolean)[])[]
}

async function addRows(transaction: Transaction, { table, time: column, keys, sums, rows }: Addition): Promise<void> {
  if (rows.length === 0) return
  await transaction.run(`create or replace temp table addition as from ${table} limit 0`)
  await transaction.append('addition', rows)
  const same = keys.map((key) => `kept.${key} = addition.${key}`).join(' and ')
  const times = rows.map((row) => Number(row[0])).sort((a, b) => a - b)
  const range = `kept.${column} between $first and $last`
  const params = { first: time(times[0] ?? 0), last: time(times.at(-1) ?? 0) }
  await transaction.run(
    `update ${table} kept set ${sums.map((sum) => `${sum} = kept.${sum} + addition.${sum}`).join(', ')}
     from addition where ${same} and ${range}`,
    params,
  )
  await transaction.run(
    `insert into ${table} from addition where not exists (from ${table} kept where ${same} and ${range})`,
    params,
  )
  await transaction.run('drop table addition')
}

/** The builds and attribute values that stand in each of `hours` so far, under the names that the caller gives them. */
export async function namesOfHours(
  transaction: Transaction,
  hours: readonly EpochMs[],
  name: {
    readonly buildName: (build: { appName: string; appVersion: string; buildId: string }) => string
    readonly attributeName: (attribute: { attribute: string; value: string }) => string
  },
): Promise<{ builds: Map<EpochMs, Set<string>>; attributes: Map<EpochMs, Set<string>> }> {
  const builds = new Map<EpochMs, Set<string>>()
  const attributes = new Map<EpochMs, Set<string>>()
  for (const hour of hours) {
    const rows = await transaction.read(
      'select distinct app_name, app_version, build_id from hourly_counts where hour = $hour',
      { hour: time(hour) },
      (row) => ({ appName: row.text('app_name'), appVersion: row.text('app_version'), buildId: row.text('build_id') }),
    )
    builds.set(hour, new Set(rows.map(name.buildName)))
    const values = await transaction.read(
      'select distinct attribute, value from attribute_counts where hour = $hour',
      { hour: time(hour) },
      (row) => ({ attribute: row.text('attribute'), value: row.text('value') }),
    )
    attributes.set(hour, new Set(values.map(name.attributeName)))
  }
  return { builds, attributes }
}

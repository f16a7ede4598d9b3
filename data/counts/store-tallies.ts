import type { EpochMs } from '../domain/time.ts'
import type { Transaction } from './database.ts'
import { openHours } from './rollups.ts'
import type { AttributeTally, HourlyTally, Tallies } from './tally.ts'
import { time } from './values.ts'

/**
 * Adds counts to the tables, as rows of their own: what has everything in common is summed up when the hour is settled
 * (settle-hours.ts), and by every question until then. To find and raise the rows that are there would take ten times as long as
 * all the rest of a merge.
 * `open` are hours known to be marked as ones to settle; it gets those that are marked here. `beside` are statements of the
 * transaction that run meanwhile.
 */
export async function addTallies(
  transaction: Transaction,
  tallies: Tallies,
  source: string,
  open: Set<EpochMs> = new Set(),
  beside?: Promise<unknown>,
): Promise<void> {
  const { hourly, minute, attribute, discarded } = tallies
  await append('hourly_counts', hourly.map(hourlyCells))
  await append(
    'minute_counts',
    minute.map((row) => [row.minute, row.channel, row.outcome, row.problem, row.submissions]),
  )
  await append(
    'attribute_counts',
    attribute.map((row) => [row.hour, row.channel, row.attribute, row.value, source, row.submissions]),
  )
  await append(
    'discarded_counts',
    discarded.map(({ hour, channel, cause, sizeBits, limitBytes, automation, submissions, bytes }) => {
      return [hour, channel, cause, sizeBits, limitBytes, source, automation, submissions, bytes]
    }),
  )
  const hours = new Set([hourly, attribute, discarded].flatMap((rows) => rows.map(({ hour }) => hour)))
  const opened = [...hours].filter((hour) => !open.has(hour))
  await beside
  await openHours(transaction, opened)
  for (const hour of opened) open.add(hour)

  async function append(table: string, rows: readonly (readonly (string | number | boolean)[])[]): Promise<void> {
    if (rows.length > 0) await transaction.appendKept(table, rows, beside)
  }

  function hourlyCells(row: HourlyTally) {
    const { channel, appName, appVersion, buildId, reason } = row.dimensions
    const names = [channel, appName, appVersion, buildId, reason, row.outcome, row.problem, source]
    return [row.hour, ...names, row.automation, row.submissions, row.recovered ?? 0, row.bytes]
  }
}

/** What stands in an hour under names that clients may invent. */
export async function readNamesOfHour(transaction: Transaction, hour: EpochMs) {
  const builds = await transaction.read(
    'select distinct channel, app_name, app_version, build_id from hourly_counts where hour = $hour',
    { hour: time(hour) },
    (row) => ({
      channel: row.text('channel'),
      appName: row.text('app_name'),
      appVersion: row.text('app_version'),
      buildId: row.text('build_id'),
    }),
  )
  const values = await transaction.read(
    'select distinct channel, attribute, value from attribute_counts where hour = $hour',
    { hour: time(hour) },
    (row): Pick<AttributeTally, 'channel' | 'attribute' | 'value'> => ({
      channel: row.text('channel'),
      attribute: row.text('attribute'),
      value: row.text('value'),
    }),
  )
  return { builds, values }
}

import { join } from 'node:path'
import type { ArchiveFile } from '../archive/archive-files.ts'
import { ForgottenBody } from '../archive/forget/forgotten-counts.ts'
import type { Database, Transaction } from '../counts/database.ts'
import { SegmentBody } from '../counts/segment-entry.ts'
import type { HourlyTally } from '../counts/tally.ts'
import { time } from '../counts/values.ts'
import { LIVE_SOURCE } from '../domain/dimensions.ts'
import { isImportReceiver } from '../domain/import-source.ts'
import { DAY_MS } from '../domain/time.ts'
import { journalEntries } from '../journal/journal.ts'
import type { CountedSnapshot, HourRange } from './take-snapshot.ts'

/** Two tables of one form: what was counted, and what is counted now of what is kept. */
const TABLES = `
create table counted (
  hour timestamp, channel varchar, app_name varchar, app_version varchar, build_id varchar, reason varchar,
  outcome varchar, problem varchar, automation boolean, submissions bigint, recovered bigint, bytes bigint);
create table found as from counted`

const COLUMNS = 'hour, channel, app_name, app_version, build_id, reason, outcome, problem, automation'

export interface CountAgainOptions {
  /** A database of its own in memory, which may read the state directory's files. */
  readonly reader: Database
  /** The state directory. */
  readonly root: string
  /** The journal's folder. */
  readonly journal: string
  readonly signal?: AbortSignal
  /** Told after each file. */
  readonly onFile?: (done: { readonly files: number; readonly rows: number }) => void
}

/** Fills the reader's tables `counted` and `found`. Throws where a file of the archive can't be read. */
export async function countAgain(
  range: HourRange,
  snapshot: CountedSnapshot,
  options: CountAgainOptions,
): Promise<void> {
  const { reader, root, journal, signal, onFile } = options
  await reader.inTransaction(async (transaction) => {
    await transaction.run(TABLES)
    await transaction.run(
      `insert into counted select ${COLUMNS}, submissions, recovered, bytes from read_parquet($files)`,
      { files: [snapshot.counted] },
    )
    await appendTallies(transaction, snapshot.waiting)
    const journalled: HourlyTally[] = []
    for await (const rows of journalledCounts(journal, range, snapshot)) journalled.push(...rows)
    await appendTallies(transaction, journalled)
    let done = { files: 0, rows: 0 }
    for (const file of snapshot.files) {
      signal?.throwIfAborted()
      await countFile(transaction, join(root, file.name), file, range)
      done = { files: done.files + 1, rows: done.rows + file.rows }
      onFile?.(done)
    }
  })
}

/** As it was first counted: what was converted later was counted as what it was then. */
function asCounted(column: string): string {
  return `coalesce(first_counted->>'$.${column}', ${column === 'channel' ? '$channel' : column}) as ${column}`
}

async function countFile(
  transaction: Transaction,
  path: string,
  { partition }: ArchiveFile,
  { since, until }: HourRange,
): Promise<void> {
  await transaction.run(
    `insert into found select ${COLUMNS}, count(*),
       count(*) filter (where is_later and outcome in ('quarantined', 'rejected')), sum(bytes)
     from (
       select date_trunc('hour', received_at) as hour, ${asCounted('channel')},
         ${['app_name', 'app_version', 'build_id', 'reason', 'outcome', 'problem'].map(asCounted).join(', ')},
         automation, first_counted is not null as is_later, bytes
       from read_parquet($files, hive_partitioning = false, union_by_name = true)
       where received_at >= $since and received_at < $until and not ends_with(segment, '.import'))
     group by all`,
    { files: [path], channel: partition.channel, since: time(since), until: time(until) },
  )
}

/** Copies, damage and what was forgotten: no archive has them. */
async function* journalledCounts(
  folder: string,
  { since, until }: HourRange,
  snapshot: CountedSnapshot,
): AsyncGenerator<readonly HourlyTally[]> {
  const isWanted = ({ hour }: { readonly hour: number }) => hour >= since && hour < until
  /** The newest entry of a key holds. */
  const segments = new Map<string, readonly HourlyTally[]>()
  const forgotten = new Map<string, readonly HourlyTally[]>()
  // A clock that is wrong by less than a day is no harm.
  for await (const { kind, key, writtenAt, body } of journalEntries(folder, { from: since - DAY_MS })) {
    if (kind === 'segment') {
      const { receiver, hourly } = SegmentBody.parse(body)
      const rows = isImportReceiver(receiver) || !snapshot.isCounted(key, writtenAt) ? [] : hourly.filter(isWanted)
      if (rows.length > 0) segments.set(key, rows)
      else segments.delete(key)
    } else if (kind === 'forgotten' && snapshot.changes.has(Number(key))) {
      const { hourly } = ForgottenBody.parse(body)
      forgotten.set(
        key,
        hourly.filter((row) => row.source === LIVE_SOURCE && isWanted(row)),
      )
    }
  }
  yield* segments.values()
  yield* forgotten.values()
}

async function appendTallies(transaction: Transaction, rows: readonly HourlyTally[]): Promise<void> {
  await transaction.append(
    'found',
    rows.map(({ hour, dimensions, outcome, problem, automation, submissions, recovered = 0, bytes }) => {
      const { channel, appName, appVersion, buildId, reason } = dimensions
      const names = [channel, appName, appVersion, buildId, reason, outcome, problem]
      return [hour, ...names, automation, submissions, recovered, bytes]
    }),
  )
}

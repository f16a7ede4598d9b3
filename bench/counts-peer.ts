import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openDatabase } from '../data/counts/database.ts'
import { time } from '../data/counts/values.ts'
import { DAY_MS } from '../data/domain/time.ts'
import { NOW, ROWS_PER_HOUR } from './counts-history.ts'
import { median } from './counts-times.ts'

/** A primary key over so many days is enough to see what it costs. */
const PEER_DAYS = 7

export interface Peer {
  readonly dailyMs: number
  readonly hourlyMs: number
  readonly bytesPerRow: number
  readonly mergeMs: readonly number[]
}

/** What one would write first, with the same rows and the same DuckDB. */
export async function measurePeer(path: string, folder: string, merges: number): Promise<Peer> {
  const db = await openDatabase(path)
  const asked = async (sql: string) => {
    const times: number[] = []
    for (let round = 0; round < 5; round++) {
      const startedAt = performance.now()
      await db.read(sql, {}, (row) => row.number('n'))
      times.push(performance.now() - startedAt)
    }
    return median(times)
  }
  const counted = "outcome <> 'duplicate' and not automation"
  const dailyMs = await asked(
    `select date_trunc('day', hour) as day, channel, sum(submissions) as n from hourly_counts where ${counted} group by all order by all`,
  )
  const hourlyMs = await asked(
    `select hour, sum(submissions) as n from hourly_counts where ${counted} and channel = 'nightly'
     and hour >= epoch_ms(${NOW - 60 * DAY_MS}) group by all order by all`,
  )
  const rows = await db.read(
    'select * from hourly_counts where hour >= $from and hour < $to',
    { from: time(NOW - PEER_DAYS * DAY_MS), to: time(NOW) },
    (row) => [
      row.number('hour'),
      ...['channel', 'app_name', 'app_version', 'build_id', 'reason', 'outcome', 'problem'].map((name) =>
        row.text(name),
      ),
      row.number('submissions'),
      row.number('bytes'),
    ],
  )
  await db.close()
  const keyed = join(folder, 'peer.duckdb')
  const peer = await openDatabase(keyed)
  const columns = 'hour, channel, app_name, app_version, build_id, reason, outcome, problem'
  await peer.inTransaction((transaction) =>
    transaction.run(`create table keyed (hour timestamp, channel varchar, app_name varchar, app_version varchar, build_id varchar,
      reason varchar, outcome varchar, problem varchar, submissions bigint, bytes bigint, primary key (${columns}))`),
  )
  const { size: before } = await stat(keyed)
  await peer.inTransaction((transaction) => transaction.append('keyed', rows))
  await peer.checkpoint()
  const mergeMs: number[] = []
  for (let merge = 0; merge < merges; merge++) {
    const startedAt = performance.now()
    await peer.inTransaction(async (transaction) => {
      await transaction.run('create or replace temp table delta as from keyed limit 0')
      await transaction.append('delta', rows.slice(-ROWS_PER_HOUR))
      await transaction.run(`insert into keyed from delta on conflict do update set submissions = submissions + excluded.submissions,
        bytes = bytes + excluded.bytes`)
    })
    mergeMs.push(performance.now() - startedAt)
  }
  await peer.close()
  const { size } = await stat(keyed)
  return { dailyMs, hourlyMs, bytesPerRow: (size - before) / Math.max(1, rows.length), mergeMs }
}

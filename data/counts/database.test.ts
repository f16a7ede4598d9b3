import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from './database.ts'
import { MIGRATIONS } from './migrations/all.ts'
import { time } from './values.ts'

let folder: string
let path: string
let open: Database[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-database-'))
  path = join(folder, 'counts.duckdb')
  open = []
})

afterEach(async () => {
  for (const db of open) await db.close()
  await rm(folder, { recursive: true })
})

async function opened(...args: Parameters<typeof openDatabase>): Promise<Database> {
  const db = await openDatabase(...args)
  open.push(db)
  return db
}

const count = (db: Database) => db.read('select count(*) as n from reopened_hours', {}, (row) => row.number('n'))
const addHour = (hour: number) => ({
  sql: 'insert into reopened_hours values ($hour, $hour)',
  params: { hour: time(hour) },
})

test('what was committed is there after opening again', async () => {
  const first = await opened(path)
  const { sql, params } = addHour(3_600_000)
  expect(await first.inTransaction((transaction) => transaction.run(sql, params))).toBe(1)
  await first.close()
  expect(await count(await opened(path))).toEqual([1])
})

test('a transaction that throws leaves nothing behind', async () => {
  const db = await opened(path)
  const { sql, params } = addHour(0)
  const work = db.inTransaction(async (transaction) => {
    await transaction.run(sql, params)
    throw new Error('no')
  })
  await expect(work).rejects.toThrow('no')
  expect(await count(db)).toEqual([0])
})

test('an error of the caller stays what it is, whatever its words', async () => {
  const db = await opened(path)
  const mine = new Error('IO Error: corrupt, No space left on device')
  await expect(db.inTransaction(() => Promise.reject(mine))).rejects.toBe(mine)
})

test('transactions run one after the other, and a failed one does not stop the next', async () => {
  const db = await opened(path)
  const order: string[] = []
  const slow = db.inTransaction(async (transaction) => {
    order.push('first begins')
    await transaction.run('select 1')
    await new Promise((resolve) => setImmediate(resolve))
    order.push('first ends')
    throw new Error('failed')
  })
  const quick = db.inTransaction(async () => {
    order.push('second')
  })
  await expect(slow).rejects.toThrow('failed')
  await quick
  expect(order).toEqual(['first begins', 'first ends', 'second'])
})

test('a transaction within a transaction is an error instead of a wait for ever', async () => {
  const db = await opened(path)
  await expect(db.inTransaction(() => db.inTransaction(async () => 1))).rejects.toThrow('within a transaction')
})

test('a statement after its transaction has ended is refused', async () => {
  const db = await opened(path)
  const leaked = await db.inTransaction(async (transaction) => ({ transaction }))
  await expect(leaked.transaction.run('select 1')).rejects.toThrow('has ended')
})

test('a reader sees what was committed before, not what a running transaction changes', async () => {
  const db = await opened(path)
  const { sql, params } = addHour(0)
  const seen = await db.inTransaction(async (transaction) => {
    await transaction.run(sql, params)
    return count(db)
  })
  expect(seen).toEqual([0])
  expect(await count(db)).toEqual([1])
})

test('times come back as epoch milliseconds, also before 1970, and 64-bit sums as numbers', async () => {
  const db = await opened(path)
  const rows = await db.read(
    'select $early::timestamp as early, sum(n)::bigint as n, list(n order by n) as all from (values (1), (2)) t(n)',
    { early: time(-1) },
    (row) => [row.number('early'), row.number('n'), row.numbers('all')],
  )
  expect(rows).toEqual([[-1, 3, [1, 2]]])
})

test('a count that a number cannot hold exactly is an error, not a rounded number', async () => {
  const db = await opened(path)
  await expect(db.read('select 9007199254740993 as n', {}, (row) => row.number('n'))).rejects.toThrow('too large')
})

test('a column of another type or name is named in the error', async () => {
  const db = await opened(path)
  await expect(db.read("select 'x' as a", {}, (row) => row.number('a'))).rejects.toThrow('column "a" holds string')
  await expect(db.read('select 1 as a', {}, (row) => row.number('b'))).rejects.toThrow('no column "b"')
})

test('a query that takes too long is interrupted, and the connection serves the next one', async () => {
  const db = await opened(path, { readTimeoutMs: 20, readConnections: 1 })
  const slow = db.read('select count(*) as n from range(100000000) a, range(1000) b', {}, (row) => row.number('n'))
  await expect(slow).rejects.toMatchObject({ name: 'DatabaseError', kind: 'timeout' })
  expect(await count(db)).toEqual([0])
})

test('more reads than connections all answer', async () => {
  const db = await opened(path, { readConnections: 2 })
  const answers = await Promise.all(Array.from({ length: 20 }, () => count(db)))
  expect(answers).toHaveLength(20)
})

test('batches hold every row once', async () => {
  const db = await opened(path)
  let sum = 0
  for await (const rows of db.readBatches('select range as n from range(10000)', {}, (row) => row.number('n'))) {
    for (const n of rows) sum += n
  }
  expect(sum).toBe(49_995_000)
})

test('the same file is not opened twice in one process', async () => {
  await opened(path)
  await expect(openDatabase(path)).rejects.toMatchObject({ kind: 'open_twice' })
})

test('another process that has the file is named by its process id', async () => {
  await opened(path)
  const module = fileURLToPath(new URL('../../node_modules/@duckdb/node-api/lib/index.js', import.meta.url))
  const script = `require(${JSON.stringify(module)}).DuckDBInstance.create(${JSON.stringify(path)}).catch((e) => console.log(e.message))`
  const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
  expect(stdout).toContain(`PID ${process.pid}`)
})

test('a database that a newer Tidewatch wrote is refused in one sentence', async () => {
  const newer = [...MIGRATIONS, { version: 2, name: 'tomorrow', sql: 'create table tomorrow (a integer)' }]
  await (await opened(path, { migrations: newer })).close()
  await expect(openDatabase(path)).rejects.toMatchObject({
    kind: 'newer',
    message: `${path} was written by a newer Tidewatch (tables version 2, this one knows up to 1): use that version or newer`,
  })
})

test('a migration that fails leaves the older version whole, and later works', async () => {
  const broken = [...MIGRATIONS, { version: 2, name: 'broken', sql: 'create table half (a integer); nonsense' }]
  await expect(openDatabase(path, { migrations: broken })).rejects.toThrow()
  const mended = [...MIGRATIONS, { version: 2, name: 'mended', sql: 'create table half (a integer)' }]
  const db = await opened(path, { migrations: mended })
  expect(await db.read('select max(version) as v from schema_versions', {}, (row) => row.number('v'))).toEqual([2])
})

test('a damaged file is told as such', async () => {
  await writeFile(path, 'this is no database, whatever its name says '.repeat(400))
  await expect(openDatabase(path)).rejects.toMatchObject({ kind: 'corrupt' })
})

test('SQL reaches the folders it was given and nothing else', async () => {
  const inside = join(folder, 'archive')
  const outside = join(folder, 'secret.csv')
  await mkdir(inside)
  await writeFile(join(inside, 'a.csv'), 'n\n1\n')
  await writeFile(outside, 'n\n1\n')
  const db = await opened(path, { readableFolders: [inside] })
  const read = (file: string) => db.read('select n from read_csv($file)', { file }, (row) => row.number('n'))
  expect(await read(join(inside, 'a.csv'))).toEqual([1])
  await expect(read(outside)).rejects.toThrow()
  await expect(read(join(inside, '..', 'secret.csv'))).rejects.toThrow()
  await expect(db.inTransaction((transaction) => transaction.run("set memory_limit = '9GB'"))).rejects.toThrow()
})

test.each([
  { claim: 'no extension is installed', sql: 'install httpfs' },
  { claim: 'none is loaded', sql: 'load httpfs' },
  { claim: 'no other database is opened', sql: "attach '/tmp/other.duckdb' as other" },
  { claim: 'nothing is written elsewhere', sql: "copy (select 1) to '/tmp/tidewatch-leak.csv'" },
  { claim: 'no address is asked', sql: "from read_csv('https://127.0.0.1/x.csv')" },
  { claim: 'access is not opened again', sql: 'set enable_external_access = true' },
  { claim: 'memory stays as it was set', sql: "set memory_limit = '8GB'" },
  { claim: 'threads stay as they were set', sql: 'set threads = 8' },
])('of what SQL might do, $claim', async ({ sql }) => {
  const db = await opened(path)
  await expect(db.inTransaction((transaction) => transaction.run(sql))).rejects.toThrow(
    /disabled|Cannot (change|open|access)|not allowed|locked|Permission/i,
  )
  await expect(db.read(sql, {}, () => null)).rejects.toThrow()
})

test('memory and threads are those that were asked for', async () => {
  const db = await opened(path, { memoryLimitMegabytes: 200, threads: 1 })
  const setting = (name: string) =>
    db.read('select current_setting($name)::varchar as value', { name }, (row) => row.text('value'))
  expect(await setting('threads')).toEqual(['1'])
  expect(await setting('memory_limit')).toEqual(['190.7 MiB'])
})

describe('a question with limits of its own', () => {
  const LONG = 'select count(*) as n from range(100000) a, range(100000) b where hash(a.range, b.range) = 0'

  test('is interrupted after its time, and the connection serves the next one', async () => {
    const db = await opened(path, { readConnections: 1 })
    const asked = db.read(LONG, {}, (row) => row.number('n'), { timeoutMs: 30 })
    await expect(asked).rejects.toMatchObject({ kind: 'timeout' })
    expect(await count(db)).toEqual([0])
  })

  test('is given up when nobody waits for it any more', async () => {
    const db = await opened(path, { readConnections: 1 })
    const client = new AbortController()
    const asked = db.read(LONG, {}, (row) => row.number('n'), { signal: client.signal })
    setTimeout(() => client.abort(), 30)
    await expect(asked).rejects.toMatchObject({ kind: 'aborted' })
    await expect(db.read(LONG, {}, () => null, { signal: client.signal })).rejects.toMatchObject({ kind: 'aborted' })
    expect(await count(db)).toEqual([0])
  })
})

test('days are those of UTC wherever the machine stands', async () => {
  const db = await opened(path)
  const rows = await Promise.all(
    Array.from({ length: 3 }, () =>
      db.read("select current_setting('TimeZone') as zone", {}, (row) => row.text('zone')),
    ),
  )
  expect(rows.flat()).toEqual(['UTC', 'UTC', 'UTC'])
})

test('after closing, reads and transactions are refused', async () => {
  const db = await openDatabase(path)
  await db.close()
  await expect(count(db)).rejects.toMatchObject({ kind: 'closed' })
  await expect(db.inTransaction(async () => 1)).rejects.toMatchObject({ kind: 'closed' })
})

test('a statement planned once sees what was committed and changed since, and may run twice at a time', async () => {
  const db = await opened(path)
  const found = (hour: number) =>
    db.inTransaction((transaction) =>
      transaction.readPlanned('select week from packed_weeks where week = $week', { week: time(hour) }, (row) =>
        row.number('week'),
      ),
    )
  expect(await found(0)).toEqual([])
  await db.inTransaction(async (transaction) => {
    await Promise.all(
      [0, 3_600_000].map((hour) =>
        transaction.runPlanned('insert into packed_weeks values ($week, $week)', { week: time(hour) }),
      ),
    )
  })
  expect(await found(0)).toEqual([0])
  expect(await found(3_600_000)).toEqual([3_600_000])
  await db.inTransaction((transaction) => transaction.run('drop table packed_weeks'))
  await expect(found(0)).rejects.toThrow('packed_weeks')
  await db.inTransaction((transaction) => transaction.run('create table packed_weeks (id bigint, week timestamp)'))
  await db.inTransaction((transaction) => transaction.append('packed_weeks', [[7, 3_600_000]]))
  expect(await found(3_600_000)).toEqual([3_600_000])
})

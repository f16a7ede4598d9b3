import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from './database.ts'
import { type CountRow, importAttributes, importCounts } from './import-counts.ts'

const HOUR = Date.UTC(2014, 0, 16, 14)

let db: Database
beforeEach(async () => {
  db = await openDatabase(':memory:')
})
afterEach(() => db.close())

test('while an import is read, other transactions go on and see nothing of it', async () => {
  const seen: number[] = []
  async function* rows() {
    for (const submissions of [1, 2, 3]) {
      yield [row({ submissions })]
      seen.push(await db.inTransaction(count))
    }
  }
  await importCounts(db, { source: 'a', rows: rows(), coverage: () => new Map([[HOUR, 1]]), now: HOUR })
  expect(seen).toEqual([0, 0, 0])
  expect(await db.inTransaction(count)).toBe(3)
})

test('two imports read at the same time are each whole', async () => {
  const both = ['a', 'b'].map(async (source) => {
    async function* rows() {
      for (let n = 1; n <= 20; n++) yield [row({ submissions: n, channel: source })]
    }
    await importCounts(db, { source, rows: rows(), coverage: () => new Map([[HOUR, 1]]), now: HOUR })
  })
  await Promise.all(both)
  const sums = await db.read(
    'select source, channel, count(*) as rows, sum(submissions) as submissions from hourly_counts group by all order by all',
    {},
    (one) => [one.text('source'), one.text('channel'), one.number('rows'), one.number('submissions')],
  )
  expect(sums).toEqual([
    ['a', 'a', 20, 210],
    ['b', 'b', 20, 210],
  ])
})

test('an import that breaks off leaves what there was, and nothing beside it', async () => {
  const good = { source: 'a', rows: [[row({ submissions: 5 })]], coverage: () => new Map([[HOUR, 1]]), now: HOUR }
  await importCounts(db, good)
  async function* broken() {
    yield [row({ submissions: 7 })]
    throw new Error('line 2 is cut off')
  }
  await expect(importCounts(db, { ...good, rows: broken() })).rejects.toThrow('line 2 is cut off')
  await importAttributes(db, { source: 'a', rows: [], now: HOUR })
  expect(await db.inTransaction(count)).toBe(1)
  expect(await db.read("select table_name from duckdb_tables() where table_name like '%staged%'", {}, () => 1)).toEqual(
    [],
  )
})

const count = async (transaction: Parameters<Parameters<Database['inTransaction']>[0]>[0]) =>
  (await transaction.read('select count(*) as n from hourly_counts', {}, (one) => one.number('n')))[0] ?? -1

function row(changes: Partial<CountRow>): CountRow {
  return {
    hour: HOUR,
    channel: 'nightly',
    appName: 'Firefox',
    appVersion: '29.0a1',
    buildId: '20140116030203',
    reason: 'idle-daily',
    outcome: 'accepted',
    problem: 'none',
    automation: false,
    submissions: 1,
    recovered: 0,
    bytes: 0,
    ...changes,
  }
}

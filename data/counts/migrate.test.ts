import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DatabaseOptions, openDatabase } from './database.ts'
import type { Migration } from './migrations/all.ts'

const FIRST: Migration = { version: 1, name: 'first', sql: 'create table kept (a integer primary key)' }
const LATER: Migration = {
  version: 2,
  name: 'later',
  sql: 'alter table kept add column b varchar; update kept set b = a::varchar',
}
const BROKEN: Migration = { version: 3, name: 'broken', sql: 'create table half (a integer); select nonsense' }

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-migrate-'))
  path = join(folder, 'tidewatch.duckdb')
})
afterEach(() => rm(folder, { recursive: true }))

/** What a database says of itself, opened with these migrations. */
async function rowsOf(file: string, options: DatabaseOptions): Promise<string[]> {
  const db = await openDatabase(file, options)
  try {
    return await db.read('select to_json(t)::varchar as line from kept t order by a', {}, (row) => row.text('line'))
  } finally {
    await db.close()
  }
}

async function fill(): Promise<void> {
  const db = await openDatabase(path, { migrations: [FIRST] })
  await db.inTransaction((transaction) => transaction.append('kept', [[1], [2]]))
  await db.close()
}

test('a later version finds its tables brought up to date, and the file as it was beside it', async () => {
  await fill()
  const rows = ['{"a":1,"b":"1"}', '{"a":2,"b":"2"}']
  expect(await rowsOf(path, { migrations: [FIRST, LATER] })).toEqual(rows)
  expect(await readdir(folder)).toEqual(['tidewatch.duckdb', 'tidewatch.duckdb.version-1'])
  expect(await rowsOf(`${path}.version-1`, { migrations: [FIRST] })).toEqual(['{"a":1}', '{"a":2}'])
  expect(await rowsOf(path, { migrations: [FIRST, LATER] })).toEqual(rows)
})

test('a new file needs no copy, and one that is up to date makes none', async () => {
  for (const _ of [1, 2]) expect(await rowsOf(path, { migrations: [FIRST, LATER] })).toEqual([])
  expect(await readdir(folder)).toEqual(['tidewatch.duckdb'])
})

test('where there is no room for the copy, it says how much is needed, and nothing has changed', async () => {
  await fill()
  const freeBytes = async () => 1024
  await expect(openDatabase(path, { migrations: [FIRST, LATER], freeBytes })).rejects.toMatchObject({
    kind: 'disk_full',
    message: expect.stringMatching(/takes \d+ MiB of the disk, and 1 MiB are free: make room/),
  })
  expect(await readdir(folder)).toEqual(['tidewatch.duckdb'])
  expect(await rowsOf(path, { migrations: [FIRST], freeBytes })).toEqual(['{"a":1}', '{"a":2}'])
})

test('one that fails leaves nothing half done: those before it are in, and the next try goes on from there', async () => {
  await fill()
  await expect(openDatabase(path, { migrations: [FIRST, LATER, BROKEN] })).rejects.toThrow(
    /migration 3 \(broken\) failed, the tables are as they were: .*nonsense/,
  )
  expect(await rowsOf(path, { migrations: [FIRST, LATER] })).toHaveLength(2)
  expect((await readdir(folder)).sort()).toEqual(['tidewatch.duckdb', 'tidewatch.duckdb.version-1'])
  await expect(openDatabase(path, { migrations: [FIRST] })).rejects.toMatchObject({ kind: 'newer' })
})

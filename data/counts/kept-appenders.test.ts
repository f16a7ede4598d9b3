import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Database, openDatabase, type Transaction } from './database.ts'

let db: Database
beforeEach(async () => {
  db = await openDatabase(':memory:')
})
afterEach(() => db.close())

const add = (transaction: Transaction, ...segments: readonly string[]) =>
  transaction.appendKept(
    'converted_files',
    segments.map((segment) => [segment, 'edge-1', 0, 0, 1, 1, [], 'merged', null]),
  )

const segments = () => db.read('select segment from converted_files order by segment', {}, (row) => row.text('segment'))

test('what adds rows goes on in later transactions, and twice at a time in one', async () => {
  await db.inTransaction((transaction) => add(transaction, 'a', 'b'))
  await db.inTransaction((transaction) => Promise.all([add(transaction, 'c'), add(transaction, 'd')]))
  expect(await segments()).toEqual(['a', 'b', 'c', 'd'])
})

test('of a transaction that is rolled back nothing comes with the next', async () => {
  const undone = db.inTransaction(async (transaction) => {
    await add(transaction, 'a')
    throw new Error('no')
  })
  await expect(undone).rejects.toThrow('no')
  await db.inTransaction((transaction) => add(transaction, 'b'))
  expect(await segments()).toEqual(['b'])
})

test('of rows that do not fit nothing comes with the next', async () => {
  const short = db.inTransaction((transaction) =>
    transaction.appendKept(
      'packed_weeks',
      (function* () {
        yield [0, 0]
        yield []
      })(),
    ),
  )
  await expect(short).rejects.toThrow('packed_weeks has 2 columns, a row of 0 was to be added')
  await db.inTransaction((transaction) => transaction.appendKept('packed_weeks', [[3_600_000, 3_600_000]]))
  expect(await db.read('select week from packed_weeks', {}, (row) => row.number('week'))).toEqual([3_600_000])
})

test('of rows that are there already nothing comes with the next', async () => {
  await db.inTransaction((transaction) => add(transaction, 'a'))
  await expect(db.inTransaction((transaction) => add(transaction, 'b', 'a'))).rejects.toThrow(/constraint/i)
  await db.inTransaction((transaction) => add(transaction, 'c'))
  expect(await segments()).toEqual(['a', 'c'])
})

describe('rows laid out beside statements', () => {
  const addBeside = (transaction: Transaction, segment: string, beside: Promise<unknown>) =>
    transaction.appendKept('converted_files', [[segment, 'edge-1', 0, 0, 1, 1, [], 'merged', null]], beside)

  test('are added after them', async () => {
    await db.inTransaction((transaction) => add(transaction, 'a'))
    await db.inTransaction((transaction) => addBeside(transaction, 'b', transaction.run('delete from converted_files')))
    expect(await segments()).toEqual(['b'])
  })

  test('do not come with the next where one of them fails', async () => {
    await db.inTransaction((transaction) => add(transaction, 'a'))
    const failing = db.inTransaction((transaction) => addBeside(transaction, 'b', transaction.run('from nowhere')))
    await expect(failing).rejects.toThrow('nowhere')
    await db.inTransaction((transaction) => add(transaction, 'c'))
    expect(await segments()).toEqual(['a', 'c'])
  })
})

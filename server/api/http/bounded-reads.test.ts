import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../../data/counts/database.ts'
import { boundedReads } from './bounded-reads.ts'

let database: Database

beforeEach(async () => {
  database = await openDatabase(':memory:')
})

afterEach(() => database.close())

/** Takes minutes where nobody interrupts it. */
const ENDLESS = 'select count(*) as n from range(1000000) a, range(1000000) b where (a.range * b.range) % 7 = 3'
const read = (bounded: Database, sql: string) => bounded.read(sql, {}, (row) => row.number('n'))

test('a question that takes too long is interrupted, and others are answered meanwhile', async () => {
  const bounded = boundedReads(database, { atOnce: 2, atOnceOfKind: 2, mostWaiting: 10, timeoutMs: 300 })('counts')
  const slow = read(bounded, ENDLESS)
  expect(await read(bounded, 'select 1 as n')).toEqual([1])
  await expect(slow).rejects.toMatchObject({ kind: 'timeout' })
  expect(await read(bounded, 'select 2 as n')).toEqual([2])
})

test('no more than allowed run at once; the others wait their turn, and too many are told so', async () => {
  const bounded = boundedReads(database, { atOnce: 1, atOnceOfKind: 1, mostWaiting: 2, timeoutMs: 300 })('counts')
  const slow = read(bounded, ENDLESS)
  const order: string[] = []
  const waiting = ['first', 'second'].map((name) => read(bounded, 'select 1 as n').then(() => order.push(name)))
  await expect(read(bounded, 'select 1 as n')).rejects.toMatchObject({ kind: 'busy' })
  expect(order).toEqual([])
  await expect(slow).rejects.toMatchObject({ kind: 'timeout' })
  await Promise.all(waiting)
  expect(order).toEqual(['first', 'second'])
})

test('whoever owns the database doesn’t wait behind pages', async () => {
  const bounded = boundedReads(database, { atOnce: 2, atOnceOfKind: 2, mostWaiting: 10, timeoutMs: 300 })('counts')
  const slow = [read(bounded, ENDLESS), read(bounded, ENDLESS)]
  let areSlowOver = false
  const over = Promise.allSettled(slow).then(() => {
    areSlowOver = true
  })
  expect(await read(database, 'select 1 as n')).toEqual([1])
  expect(areSlowOver).toBe(false)
  await over
})

test('kinds of questions take turns: one behind a long line of others comes next', async () => {
  const bounded = boundedReads(database, { atOnce: 1, atOnceOfKind: 1, mostWaiting: 3, timeoutMs: 300 })
  const order: string[] = []
  const slow = read(bounded('builds'), ENDLESS).catch(() => undefined)
  const line = [1, 2, 3].map((n) => read(bounded('builds'), 'select 1 as n').then(() => order.push(`builds ${n}`)))
  await expect(read(bounded('builds'), 'select 1 as n')).rejects.toMatchObject({ kind: 'busy' })
  const overview = [1, 2].map((n) => read(bounded('overview'), 'select 1 as n').then(() => order.push(`overview ${n}`)))
  await Promise.all([slow, ...line, ...overview])
  expect(order).toEqual(['builds 1', 'overview 1', 'builds 2', 'overview 2', 'builds 3'])
})

test('one kind never holds all places', async () => {
  const bounded = boundedReads(database, { atOnce: 2, atOnceOfKind: 1, mostWaiting: 10, timeoutMs: 300 })
  let areSlowOver = false
  const slow = [1, 2].map(() => read(bounded('builds'), ENDLESS))
  const over = Promise.allSettled(slow).then(() => {
    areSlowOver = true
  })
  const counts = [1, 2, 3].map(() => read(bounded('counts'), 'select 1 as n'))
  expect(await Promise.all(counts)).toEqual([[1], [1], [1]])
  expect(areSlowOver).toBe(false)
  await over
  for (const one of slow) await expect(one).rejects.toMatchObject({ kind: 'timeout' })
})

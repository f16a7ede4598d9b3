import { afterEach, beforeEach, expect, test } from 'vitest'
import { HOUR_MS, SECOND_MS } from '../domain/time.ts'
import { type Database, openDatabase } from './database.ts'
import { coverageEntries, isIdle } from './idle-coverage.ts'
import { storeJudgement } from './judgements.ts'
import { mergeConverted } from './merge.ts'
import { TEST_HOUR, testIndex } from './testing/converted-index.ts'

const TOLERANCE_MS = 6000
const merging = {
  now: TEST_HOUR + HOUR_MS,
  duplicateWindowMs: HOUR_MS,
  seen: null,
  coverageToleranceMs: TOLERANCE_MS,
  journal: null,
}

let db: Database
beforeEach(async () => {
  db = await openDatabase(':memory:')
})
afterEach(() => db.close())

/** Of two seconds, as an idle receiver leaves one after the other. */
const idleIndex = (n: number, receiver = 'edge-1') => {
  const from = TEST_HOUR + 2 * n * SECOND_MS
  return testIndex(`${receiver}-${n}`, [], { receiver, coverage: [{ receiver, from, to: from + 2 * SECOND_MS }] })
}

const rows = async (table: string) =>
  (await db.read(`select count(*) as n from ${table}`, {}, (row) => row.number('n')))[0]

test('a day without a submission is one row of coverage for each receiver, and no row in the ledger', async () => {
  for (let n = 0; n < 50; n++) {
    for (const receiver of ['edge-1', 'edge-2']) await mergeConverted(db, idleIndex(n, receiver), merging)
  }
  expect([await rows('coverage'), await rows('converted_files')]).toEqual([2, 0])
})

test('merged again, as after a crash, nothing changes and no judged hour is opened again', async () => {
  expect(await mergeConverted(db, idleIndex(0), merging)).toMatchObject({ merged: true, hours: [TEST_HOUR] })
  await db.inTransaction((transaction) =>
    storeJudgement(transaction, {
      hours: [TEST_HOUR],
      expectations: [],
      forecast: null,
      judgedAt: TEST_HOUR + HOUR_MS,
      reopened: [],
      changedMeanwhile: [],
    }),
  )
  expect(await mergeConverted(db, idleIndex(0), merging)).toMatchObject({ merged: false, hours: [], reopened: [] })
  expect(await mergeConverted(db, idleIndex(9), merging)).toMatchObject({ merged: true, reopened: [TEST_HOUR] })
})

test.each([
  { claim: 'a submission', rest: testIndex('s', [{}]), idle: false },
  { claim: 'nothing', rest: testIndex('s', []), idle: true },
  { claim: 'damage', rest: testIndex('s', [], { damaged: [{ offset: 0, bytes: 1, near: TEST_HOUR }] }), idle: false },
  { claim: 'nothing, from an import', rest: testIndex('s', [], { receiver: 'import:log' }), idle: false },
])('a segment that holds $claim is idle: $idle', ({ rest, idle }) => {
  expect(isIdle(rest)).toBe(idle)
})

test('the journal has an entry for each stretch of each receiver', () => {
  const at = (receiver: string, from: number) => ({ receiver, from, to: from + 2000 })
  const coverage = [at('a', 0), at('b', 0), at('a', 2000), at('a', 60_000)]
  expect(coverageEntries(coverage, TOLERANCE_MS, 7).map(({ key, body }) => [key, body])).toEqual([
    ['a 0', { receiver: 'a', from: 0, to: 4000 }],
    ['a 60000', { receiver: 'a', from: 60_000, to: 62_000 }],
    ['b 0', { receiver: 'b', from: 0, to: 2000 }],
  ])
})

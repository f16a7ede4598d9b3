import { afterEach, beforeEach, expect, test } from 'vitest'
import { readRemovedDays } from '../archive/removed-days.ts'
import { DAY_MS, HOUR_MS, startOfHour } from '../domain/time.ts'
import { type Database, openDatabase } from './database.ts'
import { DEFAULT_NAME_RULES } from './fold-names.ts'
import { mergeConverted } from './merge.ts'
import { readLateHours } from './queries/read-late-hours.ts'
import { noteLateHours } from './reopen-judged.ts'
import { trimCounts } from './retention.ts'
import { settleHours } from './settle-hours.ts'
import { TEST_HOUR, testIndex } from './testing/converted-index.ts'

let db: Database
beforeEach(async () => {
  db = await openDatabase(':memory:')
})
afterEach(() => db.close())

const KEEP = { keepMinuteHours: 48, keepAttributeDays: 90 }

async function merge(segment: string, at: number, receiver = 'edge-1'): Promise<void> {
  const record = { at, attributes: { os: 'Linux' } }
  await mergeConverted(db, testIndex(segment, [record], { receiver, segmentCreatedAt: at, coverage: [] }), {
    now: at,
    duplicateWindowMs: DAY_MS,
    seen: null,
    coverageToleranceMs: 6000,
    journal: null,
  })
  await settleHours(db, [startOfHour(at)], DEFAULT_NAME_RULES)
}

const left = async () => {
  const count = async (table: string) =>
    (await db.read(`select count(*) as n from ${table}`, {}, (row) => row.number('n')))[0]
  return {
    minutes: await count('minute_counts'),
    hours: await count('hourly_counts'),
    channelHours: await count('channel_counts'),
    channelDays: await count('channel_days'),
    attributes: await count('attribute_counts'),
    ledger: await count('converted_files'),
  }
}

test.each([
  { claim: 'after an hour all is there', afterMs: HOUR_MS, minutes: 1, attributes: 1 },
  { claim: 'minutes stay 48 hours', afterMs: 48 * HOUR_MS, minutes: 1, attributes: 1 },
  { claim: 'and no longer', afterMs: 48 * HOUR_MS + 1, minutes: 0, attributes: 1 },
  { claim: 'attributes stay 90 days', afterMs: 90 * DAY_MS, minutes: 0, attributes: 1 },
  { claim: 'and no longer', afterMs: 90 * DAY_MS + 1, minutes: 0, attributes: 0 },
  { claim: 'hours stay for ever', afterMs: 4000 * DAY_MS, minutes: 0, attributes: 0 },
])('$claim', async ({ afterMs, minutes, attributes }) => {
  await merge('a', TEST_HOUR)
  await trimCounts(db, { ...KEEP, now: TEST_HOUR + afterMs })
  expect(await left()).toMatchObject({ minutes, attributes, hours: 1, channelHours: 1, channelDays: 1 })
})

test('settings say otherwise', async () => {
  await merge('a', TEST_HOUR)
  await trimCounts(db, { keepMinuteHours: 2, keepAttributeDays: 1, now: TEST_HOUR + 2 * DAY_MS })
  expect(await left()).toMatchObject({ minutes: 0, attributes: 0, hours: 1 })
})

test('hours that are kept for some days go with their sums, imports apart; who compares them with the archive is told', async () => {
  await merge('a', TEST_HOUR)
  await merge('b', TEST_HOUR + 10 * DAY_MS)
  await merge('c', TEST_HOUR, 'import:log')
  const now = TEST_HOUR + 10 * DAY_MS
  await trimCounts(db, { ...KEEP, keepHourDays: 10, now })
  expect(await left()).toMatchObject({ hours: 3 })
  await trimCounts(db, { ...KEEP, keepHourDays: 9, now })
  expect(await left()).toMatchObject({ hours: 2, channelHours: 2, channelDays: 2 })
  expect(await readRemovedDays(db)).toEqual([{ keep: 'counts', problem: null, before: '2014-01-17' }])
})

test('which hours counts came late for is forgotten with their counts, and is no count that is missed', async () => {
  const late = TEST_HOUR - 30 * DAY_MS
  await db.inTransaction((transaction) => noteLateHours(transaction, [late, TEST_HOUR], TEST_HOUR))
  expect(await trimCounts(db, { ...KEEP, keepHourDays: 10, now: TEST_HOUR })).toBe(1)
  expect(await readLateHours(db, { from: 0, to: TEST_HOUR + HOUR_MS })).toEqual([
    { hour: TEST_HOUR, addedAt: TEST_HOUR },
  ])
  expect(await readRemovedDays(db)).toEqual([])
})

test('the ledger forgets after a month, but never its newest row: the end of the journal is found by it', async () => {
  await merge('a', TEST_HOUR)
  await merge('b', TEST_HOUR + HOUR_MS)
  await db.inTransaction((transaction) => transaction.run(`update converted_files set state = 'archived'`))
  await trimCounts(db, { ...KEEP, now: TEST_HOUR + 29 * DAY_MS })
  expect(await left()).toMatchObject({ ledger: 2 })
  await trimCounts(db, { ...KEEP, now: TEST_HOUR + 400 * DAY_MS })
  expect(await db.read('select segment from converted_files', {}, (row) => row.text('segment'))).toEqual(['b'])
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { type Database, openDatabase } from '../database.ts'
import { TEST_HOUR } from '../testing/converted-index.ts'
import { countRows, type TestCount } from '../testing/count-row.ts'
import { readFirstSeen } from './read-first-seen.ts'

const RANGE = { from: TEST_HOUR, to: TEST_HOUR + DAY_MS }

let database: Database
beforeEach(async () => {
  database = await openDatabase(':memory:')
})
afterEach(() => database.close())

const at = (hours: number, rest: TestCount = {}): TestCount => ({ hour: TEST_HOUR + hours * HOUR_MS, ...rest })
const badJson = { outcome: 'rejected', problem: 'bad_json', submissions: 3 } as const
const A_MONTH_AGO = -30 * 24

test.each([
  { claim: 'a problem that came first within the range is new', hours: [A_MONTH_AGO], bad: [2, 5], firstSeen: [2] },
  { claim: 'one that ever came before is not', hours: [A_MONTH_AGO], bad: [-20 * 24, 2], firstSeen: [] },
  { claim: 'what comes after the range is not there', hours: [A_MONTH_AGO], bad: [24], firstSeen: [] },
  { claim: 'in a channel’s first week nothing is new', hours: [-6 * 24], bad: [2], firstSeen: [] },
  { claim: 'from then on it is', hours: [-7 * 24], bad: [0], firstSeen: [0] },
])('$claim', async ({ hours, bad, firstSeen }) => {
  await countRows(database, [...hours.map((hour) => at(hour)), ...bad.map((hour) => at(hour, badJson))])
  const rows = await readFirstSeen(database, RANGE)
  expect(rows.map((row) => (row.firstSeen - TEST_HOUR) / HOUR_MS)).toEqual(firstSeen)
  for (const row of rows) expect(row).toMatchObject({ channel: 'nightly', attribute: null, value: 'bad_json' })
})

test('each channel has its own past, and its own sum', async () => {
  await countRows(database, [
    at(A_MONTH_AGO),
    at(A_MONTH_AGO, { channel: 'beta' }),
    at(-30, { ...badJson, channel: 'beta' }),
    at(1, { ...badJson, channel: 'beta' }),
    at(1, badJson),
    at(2, badJson),
  ])
  const rows = await readFirstSeen(database, RANGE)
  expect(rows.map(({ channel, submissions }) => [channel, submissions])).toEqual([['nightly', 6]])
  expect(await readFirstSeen(database, { ...RANGE, channel: 'beta' })).toEqual([])
})

test('a value that an attribute never had is new; what was folded has no name to be new under', async () => {
  const value = (hours: number, name: string, submissions: number) => [
    TEST_HOUR + hours * HOUR_MS,
    'nightly',
    'revision_prefix',
    name,
    'live',
    submissions,
  ]
  await database.inTransaction((transaction) =>
    transaction.append('attribute_counts', [
      value(A_MONTH_AGO, 'http://hg.example.org', 90),
      value(3, 'http://hg.example.org', 90),
      value(3, 'https://hg.example.org', 7),
      value(4, 'https://hg.example.org', 8),
      value(4, 'OTHER', 50),
    ]),
  )
  expect(await readFirstSeen(database, RANGE)).toEqual([
    {
      channel: 'nightly',
      attribute: 'revision_prefix',
      value: 'https://hg.example.org',
      firstSeen: TEST_HOUR + 3 * HOUR_MS,
      submissions: 15,
    },
  ])
})

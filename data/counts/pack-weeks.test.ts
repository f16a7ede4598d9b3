import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, WEEK_MS } from '../domain/time.ts'
import { type Database, openDatabase } from './database.ts'
import { DEFAULT_NAME_RULES } from './fold-names.ts'
import { importCounts } from './import-counts.ts'
import { mergeConverted } from './merge.ts'
import { packNextStretch } from './pack-weeks.ts'
import { createSettler, settleHours } from './settle-hours.ts'
import { TEST_HOUR, type TestRecord, testIndex } from './testing/converted-index.ts'

/** Thursday; its week began on the 13th. */
const WEEK = Date.UTC(2014, 0, 13)
const DUE = WEEK + 2 * WEEK_MS

let db: Database
let segments: number

beforeEach(async () => {
  db = await openDatabase(':memory:')
  segments = 0
})
afterEach(() => db.close())

function merge(records: readonly TestRecord[]) {
  return mergeConverted(db, testIndex(`s${segments++}`, records, { coverage: [] }), {
    now: TEST_HOUR,
    duplicateWindowMs: DAY_MS,
    seen: null,
    coverageToleranceMs: 0,
    journal: null,
  })
}

const settle = (hour = TEST_HOUR) => settleHours(db, [hour], DEFAULT_NAME_RULES)

/** `a 2 200`: build, submissions, bytes. */
const rows = (source = 'live') =>
  db.read(
    'select build_id, submissions, bytes from hourly_counts where source = $source order by hour, channel, outcome, build_id',
    { source },
    (row) => `${row.text('build_id')} ${row.number('submissions')} ${row.number('bytes')}`,
  )

const times = (count: number, record: TestRecord): TestRecord[] => Array.from({ length: count }, () => record)

describe('a week that is packed', () => {
  test('keeps every count, and the bytes of each hour, channel, outcome and problem in its largest row', async () => {
    await merge([
      ...times(2, { buildId: 'a' }),
      ...times(3, { buildId: 'b' }),
      { buildId: 'a', problem: 'bad_histogram' },
    ])
    await merge([
      { at: TEST_HOUR + HOUR_MS, buildId: 'a' },
      { buildId: 'c', channel: 'aurora', bytes: 7 },
    ])
    await settle()
    await settle(TEST_HOUR + HOUR_MS)
    expect(await packNextStretch(db, DUE)).toBe(true)
    expect(await rows()).toEqual(['c 1 7', 'a 2 0', 'b 3 500', 'a 1 100', 'a 1 100'])
  })

  test('is packed once', async () => {
    await merge([{}])
    await settle()
    expect(await packNextStretch(db, DUE)).toBe(true)
    expect(await packNextStretch(db, DUE)).toBe(false)
  })

  test('is one that ended a week ago', async () => {
    await merge([{}])
    await settle()
    expect(await packNextStretch(db, DUE - 1)).toBe(false)
    expect(await packNextStretch(db, DUE)).toBe(true)
  })

  test('has no hour left to settle, and is packed again after one was settled anew', async () => {
    await merge([{ buildId: 'a' }])
    expect(await packNextStretch(db, DUE)).toBe(false)
    await settle()
    expect(await packNextStretch(db, DUE)).toBe(true)
    await merge(times(2, { buildId: 'b' }))
    expect(await packNextStretch(db, DUE)).toBe(false)
    await settle()
    expect(await packNextStretch(db, DUE)).toBe(true)
    expect(await rows()).toEqual(['a 1 0', 'b 2 300'])
  })

  test('comes after the weeks before it', async () => {
    for (const at of [TEST_HOUR + WEEK_MS, TEST_HOUR]) {
      await merge([
        { at, buildId: 'a' },
        { at, buildId: 'b' },
      ])
      await settle(at)
    }
    await packNextStretch(db, DUE + WEEK_MS)
    expect(await rows()).toEqual(['a 1 200', 'b 1 0', 'a 1 100', 'b 1 100'])
    await packNextStretch(db, DUE + WEEK_MS)
    expect(await rows()).toEqual(['a 1 200', 'b 1 0', 'a 1 200', 'b 1 0'])
  })

  test('of many rows is packed in stretches of whole hours, one after the other', async () => {
    for (const hour of [0, 1, 2]) {
      const at = TEST_HOUR + hour * HOUR_MS
      await merge([
        { at, buildId: 'a' },
        { at, buildId: 'b' },
      ])
      await settle(at)
    }
    const packed = ['a 1 200', 'b 1 0']
    const waiting = ['a 1 100', 'b 1 100']
    expect(await packNextStretch(db, DUE, 5)).toBe(true)
    expect(await rows()).toEqual([...packed, ...packed, ...waiting])
    expect(await packNextStretch(db, DUE, 5)).toBe(true)
    expect(await rows()).toEqual([...packed, ...packed, ...packed])
    expect(await packNextStretch(db, DUE, 5)).toBe(false)
  })

  test('begins anew where an hour of it was settled between two stretches', async () => {
    for (const hour of [0, 1]) {
      await merge([{ at: TEST_HOUR + hour * HOUR_MS }])
      await settle(TEST_HOUR + hour * HOUR_MS)
    }
    await packNextStretch(db, DUE, 1)
    await merge([{ buildId: 'late' }, { buildId: 'late' }])
    expect(await packNextStretch(db, DUE, 1)).toBe(false)
    await settle()
    while (await packNextStretch(db, DUE, 1));
    expect(await rows()).toEqual(['20140116030203 1 0', 'late 2 300', '20140116030203 1 100'])
  })

  test('leaves what was imported as it was brought in, and is packed again after it was', async () => {
    await merge([{ buildId: 'a' }, { buildId: 'b' }])
    await settle()
    await packNextStretch(db, DUE)
    await importBuilds([10, 20])
    expect(await packNextStretch(db, DUE)).toBe(true)
    expect(await rows('elsewhere')).toEqual(['build 0 1 10', 'build 1 1 20'])
    expect(await rows()).toEqual(['a 1 200', 'b 1 0'])
    await importBuilds([30])
    expect(await packNextStretch(db, DUE)).toBe(true)
    expect(await rows('elsewhere')).toEqual(['build 0 1 30'])
  })
})

test('the settler packs one week at a time, once no hour is due', async () => {
  for (const at of [TEST_HOUR + WEEK_MS, TEST_HOUR]) await merge([{ at }])
  const settler = createSettler(db, () => ({}))
  const now = DUE + WEEK_MS
  const answers: boolean[] = []
  for (let call = 0; call < 4; call++) answers.push(await settler.settleDue(now, now))
  expect(answers).toEqual([false, true, true, false])
})

async function importBuilds(sizes: readonly number[]) {
  const dimensions = { reason: 'idle-daily', appName: 'Firefox', appVersion: '29.0a1', channel: 'nightly' }
  await importCounts(db, {
    source: 'elsewhere',
    rows: [
      sizes.map((bytes, n) => {
        const counted = {
          outcome: 'accepted',
          problem: 'none',
          automation: false,
          submissions: 1,
          recovered: 0,
        } as const
        return { hour: TEST_HOUR, ...dimensions, buildId: `build ${n}`, ...counted, bytes }
      }),
    ],
    coverage: () => new Map([[TEST_HOUR, 1]]),
    now: TEST_HOUR,
  })
}

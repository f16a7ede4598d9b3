import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../domain/time.ts'
import { type Database, openDatabase } from './database.ts'
import { DEFAULT_NAME_RULES, type NameRules } from './fold-names.ts'
import { type MergeOptions, mergeConverted } from './merge.ts'
import { createSettler, settleHours } from './settle-hours.ts'
import { TEST_HOUR, type TestRecord, testIndex } from './testing/converted-index.ts'

let db: Database
let segments: number

beforeEach(async () => {
  db = await openDatabase(':memory:')
  segments = 0
})
afterEach(() => db.close())

const OPTIONS: MergeOptions = {
  now: TEST_HOUR + 5 * MINUTE_MS,
  duplicateWindowMs: DAY_MS,
  seen: null,
  coverageToleranceMs: 0,
  journal: null,
}

function merge(records: readonly TestRecord[], names: Partial<NameRules> = {}) {
  return mergeConverted(db, testIndex(`s${segments++}`, records, { coverage: [] }), { ...OPTIONS, names })
}

const settle = (names: Partial<NameRules> = {}) => settleHours(db, [TEST_HOUR], { ...DEFAULT_NAME_RULES, ...names })

/** `20140116030203 5`, by build. */
const builds = (channel = 'nightly') =>
  db.read(
    `select build_id, sum(submissions)::bigint as n from hourly_counts where channel = $channel group by all order by all`,
    { channel },
    (row) => `${row.text('build_id')} ${row.number('n')}`,
  )

const times = (count: number, record: TestRecord): TestRecord[] => Array.from({ length: count }, () => record)

describe('an hour that is settled', () => {
  test('keeps the builds with most submissions, then the first by name; the others are OTHER', async () => {
    await merge([
      ...times(3, { buildId: 'c' }),
      ...times(2, { buildId: 'd' }),
      ...times(2, { buildId: 'b' }),
      ...times(1, { buildId: 'a' }),
    ])
    await settle({ settledNamesPerHour: 2, pinnedBuilds: 0 })
    expect(await builds()).toEqual(['OTHER 3', 'b 2', 'c 3'])
  })

  test('bounds each channel by itself', async () => {
    const two = [...times(2, { buildId: 'a' }), { buildId: 'b' }]
    await merge([...two, ...two.map((record) => ({ ...record, channel: 'aurora' }))])
    await settle({ settledNamesPerHour: 1, pinnedBuilds: 0 })
    expect([await builds('nightly'), await builds('aurora')]).toEqual([
      ['OTHER 1', 'a 2'],
      ['OTHER 1', 'a 2'],
    ])
  })

  test.each([
    {
      claim: 'the newest build keeps its name',
      pinnedBuilds: 1,
      left: ['20140110030203 5', '20140116030203 2', 'OTHER 3'],
    },
    {
      claim: 'so do the two newest',
      pinnedBuilds: 2,
      left: ['20140110030203 5', '20140115030203 3', '20140116030203 2'],
    },
    { claim: 'without pinned ones, they do not', pinnedBuilds: 0, left: ['20140110030203 5', 'OTHER 5'] },
  ])('$claim', async ({ pinnedBuilds, left }) => {
    await merge([
      ...times(5, { buildId: '20140110030203' }),
      ...times(3, { buildId: '20140115030203' }),
      ...times(2, { buildId: '20140116030203' }),
    ])
    await settle({ settledNamesPerHour: 1, pinnedBuilds })
    expect(await builds()).toEqual(left)
  })

  test('a build dated after the hour is none of the newest, nor one that holds less than 0.2 % of its channel', async () => {
    await merge([
      ...times(2000, { buildId: '20140110030203' }),
      ...times(3, { buildId: '20140116030203' }),
      ...times(99, { buildId: '20140116150001' }),
    ])
    await settle({ settledNamesPerHour: 1, pinnedBuilds: 2 })
    expect(await builds()).toEqual(['20140110030203 2000', 'OTHER 102'])
  })

  test('a build in which a watched problem is found keeps its name', async () => {
    await merge([
      ...times(900, { buildId: 'large' }),
      { buildId: 'broken', problem: 'invalid_revision' },
      { buildId: 'odd', problem: 'bad_json' },
    ])
    const rules = { settledNamesPerHour: 1, pinnedBuilds: 0 }
    await settle({ ...rules, watchedProblems: ['invalid_revision'] })
    expect(await builds()).toEqual(['OTHER 1', 'broken 1', 'large 900'])
  })

  test('late counts open it again; a name that was folded and is large now stands for itself', async () => {
    const rules = { settledNamesPerHour: 1, pinnedBuilds: 0 }
    const settler = createSettler(db, () => rules)
    await merge([...times(3, { buildId: 'a' }), { buildId: 'b' }])
    await settler.settleDue(TEST_HOUR + HOUR_MS, OPTIONS.now)
    expect(await builds()).toEqual(['OTHER 1', 'a 3'])
    await merge(times(5, { buildId: 'b' }))
    await settler.settleDue(TEST_HOUR + HOUR_MS, OPTIONS.now)
    expect(await builds()).toEqual(['OTHER 4', 'b 5'])
  })

  test('an hour that goes on is only summed up, and stays open', async () => {
    const settler = createSettler(db, () => ({ settledNamesPerHour: 10 }))
    for (let i = 0; i < 3; i++) await merge(Array.from({ length: 20 }, (_, n) => ({ buildId: `b${n}` })))
    await settler.settleDue(TEST_HOUR + HOUR_MS - 1, OPTIONS.now)
    const rows = () => db.read('select count(*) as n from hourly_counts', {}, (row) => row.number('n'))
    expect(await rows()).toEqual([20])
    await settler.settleDue(TEST_HOUR + HOUR_MS, OPTIONS.now)
    expect(await rows()).toEqual([11])
    expect(await db.read('select hour from open_hours', {}, (row) => row.number('hour'))).toEqual([])
  })

  test('while an hour goes on, the log is moved into the file from time to time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tidewatch-settle-'))
    await db.close()
    db = await openDatabase(join(folder, 'counts.duckdb'))
    const logBytes = () =>
      stat(join(folder, 'counts.duckdb.wal')).then(
        ({ size }) => size,
        () => 0,
      )
    await merge([{}])
    expect(await logBytes()).toBeGreaterThan(0)
    await createSettler(db, () => ({})).settleDue(TEST_HOUR, OPTIONS.now)
    expect(await logBytes()).toBe(0)
    await rm(folder, { recursive: true })
  })

  test('many open hours are settled some at a time, the oldest first', async () => {
    await merge(Array.from({ length: 15 }, (_, n) => ({ at: TEST_HOUR - n * HOUR_MS })))
    const settler = createSettler(db, () => ({}))
    const answers: boolean[] = []
    for (let i = 0; i < 3; i++) answers.push(await settler.settleDue(TEST_HOUR + HOUR_MS, OPTIONS.now))
    expect(answers).toEqual([true, true, false])
  })
})

test('of 100,000 builds in an hour, one real and new among them, few rows are left and the new one by name', {
  timeout: 120_000,
}, async () => {
  const perSegment = 5000
  const fresh = '20140116120000'
  for (let segment = 0; segment < 20; segment++) {
    const invented = Array.from({ length: perSegment }, (_, n) => ({ buildId: `x${segment * perSegment + n}` }))
    // It comes when the hour has been full for long.
    const real = segment < 10 ? [] : times(500, { buildId: fresh })
    await merge([...invented, ...real, ...times(300, { buildId: '20140110030203' })])
  }
  const open = await builds()
  expect(open.length).toBeLessThanOrEqual(DEFAULT_NAME_RULES.namesPerHour + 500)
  await settle()
  const settled = await builds()
  expect(settled.length).toBeLessThanOrEqual(
    DEFAULT_NAME_RULES.settledNamesPerHour + DEFAULT_NAME_RULES.pinnedBuilds + 1,
  )
  expect(settled).toContain(`${fresh} 5000`)
  expect(settled).toContain('20140110030203 6000')
  const [all] = await db.read('select sum(submissions) as n from hourly_counts', {}, (row) => row.number('n'))
  expect(all).toBe(20 * (perSegment + 300) + 10 * 500)
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../domain/time.ts'
import { openJournal, readJournal } from '../journal/journal.ts'
import type { SeenDocuments } from '../seen/seen-documents.ts'
import { openSeen } from '../seen/seen-store.ts'
import { type Database, openDatabase } from './database.ts'
import { importCounts } from './import-counts.ts'
import { type MergeOptions, mergeConverted } from './merge.ts'
import { readFirstJudged, readHourlyCoverage } from './queries/read-coverage.ts'
import { readDiscarded } from './queries/read-discarded.ts'
import { readLateHours } from './queries/read-late-hours.ts'
import { isSourceTaken, readLedgerOfLog } from './raw-imports.ts'
import { readHistory } from './read-history.ts'
import { trimCounts } from './retention.ts'
import { settleHours } from './settle-hours.ts'
import { TEST_HOUR, type TestRecord, testIndex } from './testing/converted-index.ts'
import { time } from './values.ts'

let folder: string
let db: Database
let seen: SeenDocuments
let options: MergeOptions

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-merge-'))
  db = await openDatabase(join(folder, 'counts.duckdb'))
  seen = await openSeen({ folder: join(folder, 'seen') })
  options = {
    now: TEST_HOUR + 5 * MINUTE_MS,
    duplicateWindowMs: 24 * HOUR_MS,
    seen,
    coverageToleranceMs: 6 * SECOND_MS,
    journal: null,
  }
})

afterEach(async () => {
  await db.close()
  await seen.close()
  await rm(folder, { recursive: true })
})

/** `nightly idle-daily accepted none 2`, one line a row, sorted. */
const hourly = (database = db, columns = 'channel, reason, outcome, problem') =>
  database.read(
    `select concat_ws(' ', ${columns}, sum(submissions)::bigint::varchar) as line, any_value(hour) from hourly_counts
     group by ${columns} order by line`,
    {},
    (row) => row.text('line'),
  )

const rowsOf = (table: string, database = db) =>
  database.read(`select to_json(t)::varchar as line from ${table} t order by line`, {}, (row) => row.text('line'))

const coverage = () =>
  db.read('select receiver, from_time, to_time from coverage order by all', {}, (row) => [
    row.text('receiver'),
    (row.number('from_time') - TEST_HOUR) / SECOND_MS,
    (row.number('to_time') - TEST_HOUR) / SECOND_MS,
  ])

test('a converted file is counted by its dimensions, outcome and problem', async () => {
  const result = await mergeConverted(
    db,
    testIndex('a', [{}, {}, { channel: 'aurora', problem: 'invalid_revision' }, { reason: 'saved-session' }]),
    options,
  )
  expect(result).toEqual({
    merged: true,
    isImport: false,
    hours: [TEST_HOUR],
    channels: ['aurora', 'nightly'],
    duplicateFrames: [],
    reopened: [],
  })
  expect(await hourly()).toEqual([
    'aurora idle-daily quarantined invalid_revision 1',
    'nightly idle-daily accepted none 2',
    'nightly saved-session accepted none 1',
  ])
})

test('a second file adds rows of its own, which are one with the first’s once the hour is settled', async () => {
  await mergeConverted(db, testIndex('a', [{ bytes: 10 }]), options)
  await mergeConverted(db, testIndex('b', [{ bytes: 5 }, { bytes: 5 }]), options)
  expect(await hourly(db, 'channel')).toEqual(['nightly 3'])
  await settleHours(db, [TEST_HOUR], null)
  const rows = await db.read('select submissions, bytes from hourly_counts', {}, (row) => [
    row.number('submissions'),
    row.number('bytes'),
  ])
  expect(rows).toEqual([[3, 20]])
})

test('a segment in the ledger changes nothing, whatever its file says now', async () => {
  await mergeConverted(db, testIndex('a', [{}]), options)
  const again = await mergeConverted(db, testIndex('a', [{}, {}]), options)
  expect(again).toEqual({ merged: false, isImport: false, hours: [], channels: [], duplicateFrames: [], reopened: [] })
  expect(await hourly()).toEqual(['nightly idle-daily accepted none 1'])
})

describe('duplicates', () => {
  const outcomes = async (...files: readonly (readonly TestRecord[])[]) => {
    for (const [index, records] of files.entries()) await mergeConverted(db, testIndex(`s${index}`, records), options)
    return hourly(db, 'outcome')
  }
  test.each<{ claim: string; files: TestRecord[][]; counts: string[] }>([
    {
      claim: 'a copy in a later file is one',
      files: [[{ key: 'x' }], [{ key: 'x' }]],
      counts: ['accepted 1', 'duplicate 1'],
    },
    {
      claim: 'a copy within the file is one',
      files: [[{ key: 'x' }, { key: 'x' }]],
      counts: ['accepted 1', 'duplicate 1'],
    },
    {
      claim: 'a third copy is one too',
      files: [[{ key: 'x' }, { key: 'x' }], [{ key: 'x' }]],
      counts: ['accepted 1', 'duplicate 2'],
    },
    { claim: 'another body or reason is none', files: [[{ key: 'x' }], [{ key: 'y' }]], counts: ['accepted 2'] },
    { claim: 'what has no key is none', files: [[{ key: null }, { key: null }]], counts: ['accepted 2'] },
    {
      claim: 'a rejected copy makes no later one a duplicate',
      files: [[{ key: 'x', problem: 'bad_json' }], [{ key: 'x' }]],
      counts: ['accepted 1', 'rejected 1'],
    },
    {
      claim: 'a copy of a quarantined submission is one',
      files: [[{ key: 'x', problem: 'invalid_revision' }], [{ key: 'x' }]],
      counts: ['duplicate 1', 'quarantined 1'],
    },
    {
      claim: 'a copy beyond the window is none',
      files: [[{ key: 'x', at: TEST_HOUR - 25 * HOUR_MS }], [{ key: 'x' }]],
      counts: ['accepted 2'],
    },
    {
      claim: 'a copy just within the window is one',
      files: [[{ key: 'x', at: TEST_HOUR - 24 * HOUR_MS }], [{ key: 'x', at: TEST_HOUR }]],
      counts: ['accepted 1', 'duplicate 1'],
    },
    {
      claim: 'the earlier copy is one when the later was merged first',
      files: [[{ key: 'x' }], [{ key: 'x', at: TEST_HOUR - HOUR_MS }]],
      counts: ['accepted 1', 'duplicate 1'],
    },
  ])('$claim', async ({ files, counts }) => expect(await outcomes(...files)).toEqual(counts))

  test('the ledger names their frames, so that the archive leaves them out', async () => {
    const { duplicateFrames } = await mergeConverted(db, testIndex('a', [{ key: 'x' }, {}, { key: 'x' }]), options)
    expect(duplicateFrames).toEqual([2])
    const ledger = await db.read('select duplicate_frames from converted_files', {}, (row) =>
      row.numbers('duplicate_frames'),
    )
    expect(ledger).toEqual([[2]])
  })
})

test('minutes and attributes hold what people sent: no automation', async () => {
  const attributes = { os: 'WINNT' }
  await mergeConverted(db, testIndex('a', [{ attributes }, { attributes, automation: true }]), options)
  expect(await hourly(db, 'automation')).toEqual(['false 1', 'true 1'])
  expect(await rowsOf('minute_counts')).toEqual([
    '{"minute":"2014-01-16 14:01:00","channel":"nightly","outcome":"accepted","problem":"none","submissions":1}',
  ])
  expect(await rowsOf('attribute_counts')).toEqual([
    '{"hour":"2014-01-16 14:00:00","channel":"nightly","attribute":"os","value":"WINNT","source":"live","submissions":1}',
  ])
})

test('a damaged stretch is one rejected submission of an unknown channel, with its bytes', async () => {
  const damaged = [{ offset: 64, bytes: 777, near: TEST_HOUR + 1 }]
  await mergeConverted(db, testIndex('a', [], { damaged }), options)
  expect(await hourly(db, 'channel, build_id, outcome, problem, bytes')).toEqual([
    'UNKNOWN UNKNOWN rejected corrupted_data 777 1',
  ])
})

test('what was refused for its size is counted by channel and cause', async () => {
  const refused = {
    receivedAt: TEST_HOUR + 1,
    channel: 'beta',
    cause: 'body',
    bytes: 300_000,
    limitBytes: 204_800,
    automation: false,
  } as const
  const larger = { ...refused, bytes: 600_000 }
  const byMachine = { ...refused, automation: true }
  await mergeConverted(db, testIndex('a', [], { discarded: [refused, larger, byMachine, refused] }), options)
  await mergeConverted(db, testIndex('b', [], { discarded: [refused] }), options)
  await settleHours(db, [TEST_HOUR], null)
  const common = '"hour":"2014-01-16 14:00:00","channel":"beta","cause":"body"'
  expect(await rowsOf('discarded_counts')).toEqual([
    `{${common},"size_bits":19,"limit_bytes":204800,"source":"live","automation":false,"submissions":3,"bytes":900000}`,
    `{${common},"size_bits":19,"limit_bytes":204800,"source":"live","automation":true,"submissions":1,"bytes":300000}`,
    `{${common},"size_bits":20,"limit_bytes":204800,"source":"live","automation":false,"submissions":1,"bytes":600000}`,
  ])
  const hour = { from: TEST_HOUR, to: TEST_HOUR + HOUR_MS }
  expect(await readDiscarded(db, { ...hour, step: 'whole', by: [] })).toMatchObject([{ submissions: 4 }])
})

describe('coverage', () => {
  const merged = async (...stretches: readonly (readonly [number, number, string?])[]) => {
    for (const [index, [from, to, receiver = 'edge-1']] of stretches.entries()) {
      const interval = { receiver, from: TEST_HOUR + from * SECOND_MS, to: TEST_HOUR + to * SECOND_MS }
      await mergeConverted(db, testIndex(`s${index}`, [], { coverage: [interval] }), options)
    }
    return coverage()
  }
  test('stretches with a short pause between them are one', async () => {
    expect(await merged([0, 10], [14, 20], [20, 30])).toEqual([['edge-1', 0, 30]])
  })
  test('a longer pause stays a pause', async () => {
    expect(await merged([0, 10], [17, 20])).toEqual([
      ['edge-1', 0, 10],
      ['edge-1', 17, 20],
    ])
  })
  test('a late stretch joins what lies on both sides of it', async () => {
    expect(await merged([0, 10], [20, 30], [11, 19])).toEqual([['edge-1', 0, 30]])
  })
  test('receivers are kept apart', async () => {
    expect(await merged([0, 10], [5, 20, 'edge-2'])).toEqual([
      ['edge-1', 0, 10],
      ['edge-2', 5, 20],
    ])
  })
})

describe('hours judged before', () => {
  const judge = (hour: number) =>
    db.inTransaction((transaction) =>
      transaction.run("insert into judged_hours values ($hour, $hour, 'judged', 1, null)", { hour: time(hour) }),
    )
  test('are re-opened by late counts, others are not', async () => {
    await judge(TEST_HOUR)
    await judge(TEST_HOUR - HOUR_MS)
    const { reopened } = await mergeConverted(db, testIndex('a', [{}, { at: TEST_HOUR + HOUR_MS }]), options)
    expect(reopened).toEqual([TEST_HOUR])
    expect(await rowsOf('reopened_hours')).toHaveLength(1)
    const range = { from: TEST_HOUR - HOUR_MS, to: TEST_HOUR + HOUR_MS }
    expect(await readLateHours(db, range)).toEqual([{ hour: TEST_HOUR, addedAt: options.now }])
    expect(await readLateHours(db, { ...range, to: TEST_HOUR })).toEqual([])
  })
  test('are re-opened once by several files', async () => {
    await judge(TEST_HOUR)
    await mergeConverted(db, testIndex('a', [{}]), options)
    await mergeConverted(db, testIndex('b', [{}]), options)
    expect(await rowsOf('reopened_hours')).toHaveLength(1)
  })
  test('are not re-opened by a stretch that ends where they begin', async () => {
    await judge(TEST_HOUR)
    const coverage = [{ receiver: 'edge-1', from: TEST_HOUR - MINUTE_MS, to: TEST_HOUR }]
    const { reopened, hours } = await mergeConverted(db, testIndex('a', [], { coverage }), options)
    expect([hours, reopened]).toEqual([[TEST_HOUR - HOUR_MS], []])
  })
})

test('builds beyond what an hour may hold count as OTHER, known ones go on by name', async () => {
  const few = { ...options, names: { namesPerHour: 2 } }
  await mergeConverted(db, testIndex('a', [{ buildId: '1' }, { buildId: '2' }]), few)
  await mergeConverted(db, testIndex('b', [{ buildId: '3' }, { buildId: '4' }, { buildId: '1' }]), few)
  await mergeConverted(db, testIndex('c', [{ buildId: '5' }, { buildId: '3', at: TEST_HOUR + HOUR_MS }]), few)
  expect(await hourly(db, "strftime(hour, '%H'), build_id, app_version")).toEqual([
    '14 1 29.0a1 2',
    '14 2 29.0a1 1',
    '14 OTHER OTHER 3',
    '15 3 29.0a1 1',
  ])
})

test('attribute values beyond what an hour may hold count as OTHER', async () => {
  const few = { ...options, names: { namesPerHour: 1 } }
  const records = ['a', 'b', 'c', 'a'].map((os) => ({ attributes: { os } }))
  await mergeConverted(db, testIndex('a', records), few)
  const values = await db.read('select value, submissions from attribute_counts order by value', {}, (row) => [
    row.text('value'),
    row.number('submissions'),
  ])
  expect(values).toEqual([
    ['OTHER', 2],
    ['a', 2],
  ])
})

test('odd names are counted under themselves', async () => {
  const names = ['', ' ', "a'b", 'a"b', 'a\u0000b', 'ü', 'a,b', '["a","b"]', '\ud83d\ude00']
  await mergeConverted(
    db,
    testIndex(
      'a',
      names.map((channel) => ({ channel })),
    ),
    options,
  )
  await mergeConverted(
    db,
    testIndex(
      'b',
      names.map((channel) => ({ channel })),
    ),
    options,
  )
  await settleHours(db, [TEST_HOUR], null)
  const rows = await db.read('select channel, submissions from hourly_counts', {}, (row) => [
    row.text('channel'),
    row.number('submissions'),
  ])
  expect(new Map(rows.map(([channel, submissions]) => [channel, submissions]))).toEqual(
    new Map(names.map((n) => [n, 2])),
  )
})

test('the journal has the entry before the counts are committed, and a failed journal commits nothing', async () => {
  const broken = {
    append: () => Promise.reject(new Error('disk full')),
    keys: async () => new Set<string>(),
    close: async () => undefined,
  }
  await expect(mergeConverted(db, testIndex('a', [{}]), { ...options, journal: broken })).rejects.toThrow('disk full')
  expect(await hourly()).toEqual([])
  const journal = await openJournal(join(folder, 'journal'))
  await mergeConverted(db, testIndex('a', [{ key: 'x' }, { key: 'x' }]), { ...options, journal })
  await journal.close()
  const { entries } = await readJournal(join(folder, 'journal'))
  expect(entries).toMatchObject([
    { kind: 'segment', key: 'a', body: { records: 2, duplicateFrames: [1], hourly: [{ outcome: 'duplicate' }] } },
  ])
})

const anyRecord: fc.Arbitrary<TestRecord> = fc.record({
  at: fc.integer({ min: 0, max: 2 * HOUR_MS }).map((ms) => TEST_HOUR + ms),
  channel: fc.constantFrom('nightly', 'aurora'),
  reason: fc.constantFrom('idle-daily', 'saved-session'),
  problem: fc.constantFrom(undefined, 'invalid_revision' as const, 'bad_json' as const),
  automation: fc.boolean(),
  attributes: fc.constantFrom<Record<string, string>>({}, { os: 'WINNT' }, { os: 'Linux' }),
})

test('any order of merging, with repeats, gives the same counts', { timeout: 60_000 }, async () => {
  const files = fc.array(fc.array(anyRecord, { maxLength: 6 }), { minLength: 2, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(files, fc.infiniteStream(fc.nat()), async (records, chances) => {
      const indexes = records.map((given, n) =>
        testIndex(`s${n}`, given, {
          coverage: [
            { receiver: 'edge-1', from: TEST_HOUR + n * 20_000, to: TEST_HOUR + n * 20_000 + (n + 1) * 10_000 },
          ],
        }),
      )
      const shuffled = [...indexes, ...indexes].sort(() => ((chances.next().value ?? 0) % 2 === 0 ? 1 : -1))
      const answers: string[][][] = []
      for (const order of [indexes, shuffled]) {
        const fresh = await openDatabase(':memory:', { readConnections: 1 })
        for (const index of order) await mergeConverted(fresh, index, options)
        await settleHours(fresh, [TEST_HOUR, TEST_HOUR + HOUR_MS, TEST_HOUR + 2 * HOUR_MS], null)
        const tables = [
          'hourly_counts',
          'current_channel_counts',
          'current_channel_days',
          'minute_counts',
          'attribute_counts',
          'coverage',
        ]
        answers.push(await Promise.all(tables.map((table) => rowsOf(table, fresh))))
        await fresh.close()
      }
      expect(answers[1]).toEqual(answers[0])
    }),
    { numRuns: 12 },
  )
})

describe('what a merge knows without asking', () => {
  const judge = () =>
    db.inTransaction((transaction) =>
      transaction.run(
        `insert into judged_hours values ('2014-01-16 14:00:00', '2014-01-16 15:00:00', 'judged', 0, null)`,
      ),
    )
  const covered = (segment: string, from: number, to: number) =>
    testIndex(segment, [{}], {
      coverage: [{ receiver: 'edge-1', from: TEST_HOUR + from * SECOND_MS, to: TEST_HOUR + to * SECOND_MS }],
    })

  test('ends where an hour was judged since the last one', async () => {
    for (const segment of ['a', 'b']) await mergeConverted(db, testIndex(segment, [{}]), options)
    await judge()
    expect((await mergeConverted(db, testIndex('c', [{}]), options)).reopened).toEqual([TEST_HOUR])
    expect((await mergeConverted(db, testIndex('d', [{}]), options)).reopened).toEqual([TEST_HOUR])
  })

  test('and where a segment that was there already came between', async () => {
    await mergeConverted(db, covered('a', 0, 30), options)
    await mergeConverted(db, covered('a', 0, 30), options)
    await mergeConverted(db, covered('b', 30, 60), options)
    expect(await coverage()).toEqual([['edge-1', 0, 60]])
  })

  test('is the latest stretch of a receiver: what lies before it is asked for', async () => {
    await mergeConverted(db, covered('a', 0, 30), options)
    await mergeConverted(db, covered('b', 100, 130), options)
    await mergeConverted(db, covered('c', 30, 60), options)
    await mergeConverted(db, covered('d', 130, 160), options)
    expect(await coverage()).toEqual([
      ['edge-1', 0, 60],
      ['edge-1', 100, 160],
    ])
    await mergeConverted(db, covered('e', 60, 100), options)
    await mergeConverted(db, covered('f', 160, 190), options)
    expect(await coverage()).toEqual([['edge-1', 0, 190]])
  })
})

describe('a segment that an import brought', () => {
  const brought = (segment: string, records: readonly TestRecord[] = [{ key: 'a' }], source = 'old logs') =>
    testIndex(segment, records, {
      receiver: `import:${source}`,
      coverage: [{ receiver: `import:${source}`, from: TEST_HOUR, to: TEST_HOUR + HOUR_MS }],
    })

  test('is counted under its name, without minutes, and opens no judged hour again', async () => {
    await db.inTransaction((transaction) =>
      transaction.run(`insert into judged_hours values ($hour, $hour, 'judged', 0, null)`, { hour: time(TEST_HOUR) }),
    )
    const result = await mergeConverted(db, brought('a'), options)
    expect(result).toMatchObject({ merged: true, isImport: true, hours: [TEST_HOUR], reopened: [] })
    expect(await hourly(db, 'channel, source')).toEqual(['nightly old logs 1'])
    expect(await rowsOf('minute_counts')).toEqual([])
    expect(await rowsOf('reopened_hours')).toEqual([])
    expect(await rowsOf('late_hours')).toEqual([])
    expect(await coverage()).toEqual([['import:old logs', 0, 3600]])
  })

  test('is shown and not judged: neither counts, nor attributes, nor what it covered', async () => {
    await mergeConverted(db, brought('a', [{ key: 'a', attributes: { os: 'Linux' } }]), options)
    const before = await readHistory(db, TEST_HOUR, TEST_HOUR + HOUR_MS)
    expect([...before.channels.keys()]).toEqual([])
    expect([...before.coverage]).toEqual([0])
    expect(await readFirstJudged(db)).toBeNull()
    expect([...(await readHourlyCoverage(db, TEST_HOUR, TEST_HOUR + HOUR_MS))]).toEqual([1])
    await mergeConverted(db, testIndex('live', [{ key: 'b', attributes: { os: 'Linux' } }]), options)
    const after = await readHistory(db, TEST_HOUR, TEST_HOUR + HOUR_MS)
    expect([...(after.channels.get('nightly')?.received ?? [])]).toEqual([1])
    expect([...(after.channels.get('nightly')?.attributes.get('os')?.get('Linux') ?? [])]).toEqual([1])
    expect(await readFirstJudged(db)).toBe(TEST_HOUR)
  })

  test('is remembered for ever, because the same log may be brought in again', async () => {
    const digest = '0123456789abcdef0123456789abcdef'
    const segments = [`${digest}-0000000000-4-v1.import`, `${digest}-0000000005-9-v1.import`]
    for (const [at, segment] of segments.entries())
      await mergeConverted(db, brought(segment, [{ key: `${at}` }]), options)
    await mergeConverted(db, testIndex('live', [{ key: 'x' }]), { ...options, now: options.now - 1 })
    await db.inTransaction((transaction) => transaction.run(`update converted_files set state = 'archived'`))
    const now = TEST_HOUR + 400 * 24 * HOUR_MS
    const keep = { keepMinuteHours: 48, keepAttributeDays: 90 }
    await trimCounts(db, { now, ...keep })
    expect(await db.read('select segment from converted_files', {}, (row) => row.text('segment'))).toEqual(segments)
    expect(await readLedgerOfLog(db, digest)).toEqual({
      source: 'old logs',
      merged: [
        { first: 0, last: 4 },
        { first: 5, last: 9 },
      ],
      submissions: 2,
      duplicates: 0,
    })
  })

  test('repeats what another log or a receiver brought within the window, and only that', async () => {
    await mergeConverted(db, testIndex('live', [{ key: 'x', at: TEST_HOUR }]), options)
    await mergeConverted(db, brought('a', [{ key: 'y', at: TEST_HOUR }], 'one'), options)
    const again = brought(
      'b',
      [
        { key: 'x', at: TEST_HOUR + HOUR_MS },
        { key: 'y', at: TEST_HOUR + HOUR_MS },
        { key: 'y', at: TEST_HOUR - 30 * HOUR_MS },
      ],
      'two',
    )
    expect((await mergeConverted(db, again, options)).duplicateFrames).toEqual([0, 1])
  })

  test('keeps its name from counts that are brought in as CSV', async () => {
    await mergeConverted(db, brought('a'), options)
    const csv = { source: 'old logs', rows: [], coverage: () => new Map(), now: TEST_HOUR }
    await expect(importCounts(db, csv)).rejects.toThrow('use another name')
    expect(await hourly(db, 'source')).toEqual(['old logs 1'])
    expect(await isSourceTaken(db, 'old logs', 'counts')).toBe(false)
    await importCounts(db, { ...csv, source: 'history' })
    expect(await isSourceTaken(db, 'history', 'counts')).toBe(true)
  })
})

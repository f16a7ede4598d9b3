import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HOUR_MS } from '../../domain/time.ts'
import { type Database, openDatabase } from '../database.ts'
import { mergeConverted } from '../merge.ts'
import { readHourlyCoverage } from '../queries/read-coverage.ts'
import { readHistory } from '../read-history.ts'
import { TEST_HOUR, testIndex } from '../testing/converted-index.ts'
import { time } from '../values.ts'
import { readCell, writeCell, writeRecord } from './cells.ts'
import { exportAttributes, exportCounts } from './export-csv.ts'
import { type CsvImport, importCsv } from './import-csv.ts'
import { CsvError, parseCsv } from './parse-csv.ts'

const NOW = TEST_HOUR + HOUR_MS
const ALL = { from: null, to: null, channel: null }
let db: Database

beforeEach(async () => {
  db = await openDatabase(':memory:')
})

afterEach(() => db.close())

const bring = (text: string, rest: Partial<CsvImport> = {}, into = db) =>
  importCsv(into, { chunks: [new TextEncoder().encode(text)], source: 'old', now: NOW, ...rest })

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}

async function problemsOf(work: Promise<unknown>): Promise<readonly string[]> {
  const error = await work.then(
    () => new Error('nothing was wrong'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof CsvError) return error.problems
  throw error
}

async function recordsOf(text: string, sizes: readonly number[] = [1 << 20]) {
  const bytes = new TextEncoder().encode(text)
  const chunks: Uint8Array[] = []
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1
    chunks.push(bytes.slice(at, at + size))
    at += size
  }
  const records: { line: number; cells: readonly string[] }[] = []
  for await (const batch of parseCsv(chunks)) records.push(...batch)
  return records
}

describe('reading CSV', () => {
  test.each<{ claim: string; text: string; cells: string[][]; lines?: number[] }>([
    {
      claim: 'plain cells',
      text: 'a,b\nc,d\n',
      cells: [
        ['a', 'b'],
        ['c', 'd'],
      ],
    },
    {
      claim: 'no line end at the end',
      text: 'a,b\nc,d',
      cells: [
        ['a', 'b'],
        ['c', 'd'],
      ],
    },
    {
      claim: 'CR LF',
      text: 'a,b\r\nc,d\r\n',
      cells: [
        ['a', 'b'],
        ['c', 'd'],
      ],
    },
    { claim: 'a byte order mark', text: '\ufeffa,b\n', cells: [['a', 'b']] },
    { claim: 'quoted commas and quotes', text: '"a,b","say ""x"""\n', cells: [['a,b', 'say "x"']] },
    {
      claim: 'a line end within quotes, and lines counted past it',
      text: '"a\nb",c\nd,e\n',
      cells: [
        ['a\nb', 'c'],
        ['d', 'e'],
      ],
      lines: [1, 3],
    },
    { claim: 'empty cells, also quoted and last', text: ',"",\n', cells: [['', '', '']] },
    { claim: 'a quoted cell before an empty last one', text: '"a",\n', cells: [['a', '']] },
    { claim: 'empty lines are none', text: 'a\n\n\r\nb\n', cells: [['a'], ['b']], lines: [1, 4] },
  ])('$claim', async ({ text, cells, lines }) => {
    const records = await recordsOf(text)
    expect(records.map((record) => record.cells)).toEqual(cells)
    if (lines !== undefined) expect(records.map((record) => record.line)).toEqual(lines)
  })

  test.each([
    { text: 'a\nx"y,b\n', says: 'line 2: a quote stands within x"y' },
    { text: '"a"b,c\n', says: 'line 1: after a quoted cell stands b,c: use a comma' },
    { text: 'a\n\n"never\nends', says: 'line 3: a quoted cell never ends' },
  ])('$says', async ({ text, says }) => {
    const [problem] = await problemsOf(recordsOf(text))
    expect(problem).toContain(says)
  })

  test('what is written is read, however it is cut into pieces', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'ü', '😀', ',', '"', '\n', '\r', "'", '=', '+', '-', '@', '\t', '1'),
    })
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(table, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), async (rows, sizes) => {
        const read = await recordsOf(rows.map(writeRecord).join(''), sizes)
        expect(read.map((record) => record.cells.map(readCell))).toEqual(rows)
      }),
    )
  })

  test('nothing that is written begins a formula', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(writeCell(text).replace(/^"/, '')).not.toMatch(/^[=+\-@\t\r]/)
        if (!/[",\r\n]/.test(text)) expect(readCell(writeCell(text))).toBe(text)
      }),
    )
  })
})

test('the least a file may have: hour, channel, submissions, in any order', async () => {
  const summary = await bring('submissions,hour,channel\n10,2014-01-16T14:00:00Z,nightly\n7,2014-01-16 15:00,nightly\n')
  expect(summary).toMatchObject({ kind: 'counts', records: 2, rows: 2, submissions: 17, channels: ['nightly'] })
  const history = await readHistory(db, TEST_HOUR, TEST_HOUR + 3 * HOUR_MS)
  expect([...history.coverage]).toEqual([1, 1, 0])
  expect([...(history.channels.get('nightly')?.received ?? [])]).toEqual([10, 7, 0])
})

test('an hour without a row was not covered, one with a row of zero was, and one may be covered in part', async () => {
  await bring(
    'hour,channel,submissions,coverage\n2014-01-16T14:00Z,a,1,0.5\n2014-01-16T16:00Z,a,0,\n2014-01-16T17:00Z,a,0,0\n',
  )
  expect([...(await readHourlyCoverage(db, TEST_HOUR, TEST_HOUR + 4 * HOUR_MS))]).toEqual([0.5, 0, 1, 0])
})

test('outcome follows from the problem where only that is given', async () => {
  await bring(
    'hour,channel,submissions,problem,outcome\n2014-01-16T14:00Z,a,1,invalid_revision,\n2014-01-16T14:00Z,a,1,,rejected\n',
  )
  const rows = await db.read('select outcome, problem from hourly_counts order by outcome', {}, (row) => [
    row.text('outcome'),
    row.text('problem'),
  ])
  expect(rows).toEqual([
    ['quarantined', 'invalid_revision'],
    ['rejected', 'none'],
  ])
})

test('importing the same name again replaces what it brought, and leaves other sources alone', async () => {
  await bring('hour,channel,submissions\n2014-01-16T14:00Z,a,1\n2014-01-16T15:00Z,a,2\n')
  await bring('hour,channel,submissions\n2014-01-16T14:00Z,a,100\n', { source: 'other' })
  const again = await bring('hour,channel,submissions\n2014-01-16T14:00Z,a,3\n')
  expect(again).toMatchObject({ replacedRows: 2, sharedHours: 1 })
  const rows = await db.read(
    'select source, sum(submissions) as n from hourly_counts group by all order by all',
    {},
    (row) => [row.text('source'), row.number('n')],
  )
  expect(rows).toEqual([
    ['old', 3],
    ['other', 100],
  ])
  expect([...(await readHourlyCoverage(db, TEST_HOUR, TEST_HOUR + 2 * HOUR_MS))]).toEqual([1, 0])
})

test('a rehearsal answers the same and changes nothing', async () => {
  const text = 'hour,channel,submissions\n2014-01-16T14:00Z,a,1\n'
  const rehearsed = await bring(text, { dryRun: true })
  expect(await db.read('select 1 as one from hourly_counts union all select 1 from coverage', {}, () => 1)).toEqual([])
  expect(await bring(text)).toEqual(rehearsed)
})

test('hours judged before are judged anew, also those whose rows are gone', async () => {
  const text = 'hour,channel,submissions\n2014-01-16T14:00Z,a,1\n'
  await bring(text)
  await db.inTransaction((transaction) =>
    transaction.run("insert into judged_hours values ($hour, $hour, 'judged', 1, null)", { hour: time(TEST_HOUR) }),
  )
  expect((await bring(text.replace('14:00', '15:00'))).reopened).toEqual([TEST_HOUR])
})

test('what was discarded comes and goes as an attribute', async () => {
  const receivedAt = TEST_HOUR
  const path = {
    receivedAt,
    channel: 'a',
    cause: 'path',
    bytes: 12_000,
    limitBytes: 10_240,
    automation: false,
  } as const
  const discarded = [path, { ...path, automation: true }]
  await mergeConverted(db, testIndex('s', [], { discarded, coverage: [{ receiver: 'r', from: TEST_HOUR, to: NOW }] }), {
    now: NOW,
    duplicateWindowMs: 0,
    seen: null,
    coverageToleranceMs: 0,
    journal: null,
  })
  await bring('hour,channel,attribute,value,submissions\n2014-01-16T14:00Z,a,discarded,body,5\n')
  const text = await textOf(exportAttributes(db, ALL))
  expect(text.trim().split(/\r?\n/)).toEqual([
    'hour,channel,attribute,value,submissions',
    '2014-01-16T14:00:00Z,a,discarded,body,5',
    '2014-01-16T14:00:00Z,a,discarded,path,1',
  ])
  const other = await openDatabase(':memory:')
  try {
    await bring('hour,channel,submissions\n2014-01-16T14:00Z,a,9\n', {}, other)
    await bring(text, {}, other)
    expect(await textOf(exportAttributes(other, ALL))).toBe(text)
  } finally {
    await other.close()
  }
})

test('nothing is discarded for another cause than those there are', async () => {
  const text = 'hour,channel,attribute,value,submissions\n2014-01-16T14:00Z,a,discarded,mood,5\n'
  expect(await problemsOf(bring(text))).toEqual([
    'line 2, value is "mood": use body or path, for what submissions are discarded',
  ])
})

test('attributes are told by their column, and cover nothing', async () => {
  const text = 'hour,channel,attribute,value,submissions\n2014-01-16T14:00Z,a,os,WINNT,5\n'
  expect(await bring(text)).toMatchObject({ kind: 'attributes', rows: 1, submissions: 5 })
  expect(await textOf(exportAttributes(db, { ...ALL, from: TEST_HOUR, to: NOW }))).toBe(
    'hour,channel,attribute,value,submissions\n',
  )
  await bring('hour,channel,submissions\n2014-01-16T14:00Z,a,1\n')
  expect(await textOf(exportAttributes(db, ALL))).toContain('2014-01-16T14:00:00Z,a,os,WINNT,5\n')
})

describe('what is wrong with a file is named by line, column, value and what is allowed', () => {
  const row = (change: Record<string, string>) => {
    const cells = {
      hour: '2014-01-16T14:00Z',
      channel: 'a',
      submissions: '1',
      outcome: '',
      problem: '',
      coverage: '',
      ...change,
    }
    return bring(`hour,channel,submissions,outcome,problem,coverage\n${Object.values(cells).join(',')}\n`)
  }
  test.each<{ change: Record<string, string>; says: string }>([
    { change: { hour: '2014-01-16T14:30Z' }, says: 'line 2, hour is "2014-01-16T14:30Z": use a whole hour in UTC' },
    { change: { hour: '2014-02-30T14:00Z' }, says: 'line 2, hour is "2014-02-30T14:00Z"' },
    { change: { hour: '2014-01-16T14:00+02:00' }, says: 'line 2, hour is' },
    { change: { hour: '' }, says: 'line 2, hour is ""' },
    { change: { submissions: 'many' }, says: 'line 2, submissions is "many": use a whole number from 0' },
    { change: { submissions: '-1' }, says: 'line 2, submissions is "-1"' },
    { change: { submissions: '1.5' }, says: 'line 2, submissions is "1.5"' },
    { change: { submissions: '' }, says: 'line 2, submissions is ""' },
    { change: { submissions: '9007199254740993' }, says: 'line 2, submissions is "9007199254740993"' },
    { change: { outcome: 'lost' }, says: 'line 2, outcome is "lost": use accepted, salvaged' },
    { change: { problem: 'bad' }, says: 'line 2, problem is "bad": use none, bad_histogram' },
    {
      change: { problem: 'bad_json', outcome: 'accepted' },
      says: 'line 2, outcome is "accepted": use rejected, which bad_json leads to',
    },
    { change: { coverage: '1.1' }, says: 'line 2, coverage is "1.1": use a number from 0 to 1' },
    { change: { coverage: 'all' }, says: 'line 2, coverage is "all"' },
  ])('$says', async ({ change, says }) => expect((await problemsOf(row(change)))[0]).toContain(says))

  test('the header too', async () => {
    expect(await problemsOf(bring('hour,chanel,submissions,hour\n'))).toEqual([
      expect.stringContaining('line 1: column "chanel" isn\'t known: use hour, channel, submissions'),
      'line 1: column "channel" is missing: it is required',
      'line 1: column "hour" stands there twice',
    ])
    expect(await problemsOf(bring(''))).toEqual(['the file is empty: it needs a header and rows'])
  })

  test('rows that disagree about their hour', async () => {
    const text = 'hour,channel,submissions,coverage\n2014-01-16T14:00Z,a,1,0.5\n2014-01-16T14:00Z,b,1,1\n'
    expect(await problemsOf(bring(text))).toEqual([
      'line 3, coverage is "1": use 0.5, as line 2 says of 2014-01-16T14:00:00Z',
    ])
  })

  test('all of it at once, up to twenty, and nothing is imported', async () => {
    const lines = Array.from({ length: 30 }, () => '2014-01-16T14:00Z,a,x').join('\n')
    const problems = await problemsOf(bring(`hour,channel,submissions\n2014-01-16T14:00Z,a,1\n${lines}\n`))
    expect(problems).toHaveLength(21)
    expect(problems.at(-1)).toBe('and 10 more')
    expect(await db.read('select 1 as one from hourly_counts', {}, () => 1)).toEqual([])
  })

  test('a row that is too short', async () => {
    expect(await problemsOf(bring('hour,channel,submissions\n2014-01-16T14:00Z,a\n'))).toContain(
      'line 2 has 2 cells: the header has 3',
    )
  })

  test('the name "live" is what this service receives itself', async () => {
    await expect(bring('hour,channel,submissions\n', { source: 'live' })).rejects.toThrow('import source is "live"')
  })
})

test('what is exported and imported elsewhere is the same history, coverage and all', async () => {
  const options = { now: NOW, duplicateWindowMs: HOUR_MS, seen: null, coverageToleranceMs: 0, journal: null }
  const coverage = [
    { receiver: 'r', from: TEST_HOUR, to: TEST_HOUR + 2.5 * HOUR_MS },
    { receiver: 'r', from: TEST_HOUR + 4 * HOUR_MS, to: TEST_HOUR + 5 * HOUR_MS },
  ]
  const records = [
    { buildId: '=cmd|x', problem: 'invalid_revision' as const },
    { reason: 'a,"b"\nc', at: TEST_HOUR + 2 * HOUR_MS },
    { automation: true },
    { key: 'k' },
    { key: 'k' },
  ]
  await mergeConverted(db, testIndex('a', records, { coverage }), options)
  const text = await textOf(exportCounts(db, ALL))
  expect(text).toContain("'=cmd|x")
  const other = await openDatabase(':memory:')
  await bring(text, {}, other)
  const end = TEST_HOUR + 5 * HOUR_MS
  expect(await readHistory(other, TEST_HOUR, end)).toEqual(await readHistory(db, TEST_HOUR, end))
  const again = await textOf(exportCounts(other, ALL))
  expect(again.replaceAll(',old,', ',live,')).toBe(text)
  await other.close()
})

import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { importCsv } from '../csv/import-csv.ts'
import { CsvError } from '../csv/parse-csv.ts'
import { type Database, openDatabase } from '../database.ts'
import { readCountSeries } from '../queries/read-count-series.ts'
import { TEST_HOUR } from '../testing/converted-index.ts'
import { buffersAsCsv, type NamedBuffer } from './buffer-counts.ts'
import { parseCircularBuffer } from './parse-cbuf.ts'

/** A buffer of ten-minute rows, from `start` on; a `.` is a row in which nothing was counted. */
function bufferText(columns: Readonly<Record<string, string>>, start = TEST_HOUR, rowSeconds = 600): string {
  const names = Object.keys(columns)
  const lists = Object.values(columns).map((row) => row.split(' '))
  const rows = (lists[0] ?? []).map((_, at) => lists.map((list) => (list[at] === '.' ? 'nan' : list[at])).join('\t'))
  const info = names.map((name) => ({ name, unit: name === 'Total_Size' ? 'KiB' : 'count', aggregation: 'sum' }))
  const head = {
    time: start / 1000,
    rows: rows.length,
    columns: names.length,
    seconds_per_row: rowSeconds,
    column_info: info,
  }
  return `${[JSON.stringify(head), ...rows].join('\n')}\n`
}

const named = (file: string, columns: Readonly<Record<string, string>>, start = TEST_HOUR): NamedBuffer => ({
  file,
  buffer: parseCircularBuffer(bufferText(columns, start)),
})

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work()
  } catch (error) {
    if (error instanceof CsvError) return error.problems
    throw error
  }
  return []
}

const csv = (buffers: readonly NamedBuffer[], channel: string | null = null) =>
  buffersAsCsv(buffers, channel)
    .split('\n')
    .slice(1, -1)
    .map((line) => line.replace('2014-01-16T', '').replace(':00:00Z', ''))

describe('reading a circular buffer', () => {
  test('gives columns of rows, null where nothing was counted', () => {
    const { start, rowMs, rows, columns } = parseCircularBuffer(bufferText({ A: '1 . 3', B: '. 5 6' }))
    expect({ start, rowMs, rows }).toEqual({ start: TEST_HOUR, rowMs: 10 * MINUTE_MS, rows: 3 })
    expect(columns.map(({ values }) => values)).toEqual([
      [1, null, 3],
      [null, 5, 6],
    ])
  })

  const text = bufferText({ A: '1 2 3' })
  test.each([
    { claim: 'no header', given: '1\n2\n', says: 'line 1 is "1": use the header of a circular buffer' },
    { claim: 'an empty file', given: '', says: 'line 1 is "": use the header' },
    {
      claim: 'a word for a number',
      given: text.replace('\n2\n', '\nmany\n'),
      says: 'line 3, A is "many": use a number',
    },
    { claim: 'a negative number', given: text.replace('\n2\n', '\n-2\n'), says: 'line 3, A is "-2": use a number' },
    { claim: 'a row too few', given: text.replace('\n3\n', '\n'), says: 'the header says 3 rows, there are 2' },
    {
      claim: 'a value too many',
      given: text.replace('\n2\n', '\n2\t2\n'),
      says: 'line 3 has 2 values: the header says 1',
    },
    { claim: 'no time', given: text.replace('"time"', '"thyme"'), says: 'line 1, time is' },
    { claim: 'rows that no hour is made of', given: text.replace(':600', ':700'), says: 'seconds_per_row is 700' },
  ])('$claim is told with its line', ({ given, says }) => {
    expect(problemsOf(() => parseCircularBuffer(given)).join('\n')).toContain(says)
  })
})

describe('buffers as counts', () => {
  test('what was read less what was bad was accepted; kinds stand under today’s problems', () => {
    const reader = named('Records.ReaderALL.cbuf', { Records_Read: '100 . 100', Bad_Records: '10 . 5' })
    const kinds = [
      named('Errors.missing_revision.cbuf', { Total_Errors: '4 . 2' }),
      named('Errors.uuid_only_path.cbuf', { Total_Errors: '3 . .' }),
      named('Errors.write_failed.cbuf', { Total_Errors: '. 1 .' }),
    ]
    expect(csv([reader, ...kinds])).toEqual([
      '14,UNKNOWN,6,quarantined,missing_revision,0,0.5',
      '14,UNKNOWN,188,accepted,none,0,0.5',
      '14,UNKNOWN,5,rejected,none,0,0.5',
    ])
  })

  test('requests are those of the channel that the file is of, with their size', () => {
    const nightly = named('Channel.nightly.cbuf', { Requests: '7 . . . . .', Total_Size: '2 . . . . .' })
    expect(csv([nightly])).toEqual(['14,nightly,7,accepted,none,2048,1'])
    expect(csv([nightly], 'aurora')).toEqual(['14,aurora,7,accepted,none,2048,1'])
  })

  test('an hour in which nothing was counted was not covered', () => {
    const reader = named('R.cbuf', { Records_Read: '5 . . . . . . . . . . . 6' })
    expect(csv([reader])).toEqual(['14,UNKNOWN,5,accepted,none,0,1', '16,UNKNOWN,6,accepted,none,0,0.1666667'])
  })

  test('errors outside of what the reader’s buffer spans are left out', () => {
    const reader = named('R.cbuf', { Records_Read: '5 5 5 5 5 5', Bad_Records: '1 . . . . .' })
    const kind = named('E.empty_data.cbuf', { Total_Errors: '8 1' }, TEST_HOUR - 10 * MINUTE_MS)
    expect(csv([reader, kind])).toEqual(['14,UNKNOWN,1,rejected,empty_data,0,1', '14,UNKNOWN,29,accepted,none,0,1'])
  })

  test.each([
    {
      claim: 'an unknown kind',
      buffers: [named('E.odd.cbuf', { Total_Errors: '1' })],
      says: 'E.odd.cbuf counts errors of the kind "odd"',
    },
    {
      claim: 'unknown columns',
      buffers: [named('x.cbuf', { CPU: '1' })],
      says: 'x.cbuf has the columns CPU: one of Records_Read',
    },
    {
      claim: 'two readers',
      buffers: [named('a.cbuf', { Records_Read: '1' }), named('b.cbuf', { Records_Read: '1' })],
      says: 'a.cbuf, b.cbuf all say how many records were read',
    },
  ])('$claim is refused in a sentence', ({ buffers, says }) => {
    expect(problemsOf(() => buffersAsCsv(buffers, null)).join('\n')).toContain(says)
  })
})

const REAL = '../shared/real/incoming-stats'
if (!existsSync(REAL)) process.stderr.write(`${REAL} is not there: its buffers are not read\n`)

describe.skipIf(!existsSync(REAL))('the ten buffers of one day in ../shared/real', () => {
  let db: Database
  beforeEach(async () => {
    db = await openDatabase(':memory:')
  })
  afterEach(() => db.close())

  const realCsv = async () => {
    const files = (await readdir(REAL)).sort().map((name) => join(REAL, name))
    const buffers = files.map(async (file) => ({ file, buffer: parseCircularBuffer(await readFile(file, 'utf8')) }))
    return buffersAsCsv(await Promise.all(buffers), null)
  }
  const bring = async (rest = {}) =>
    importCsv(db, {
      chunks: [new TextEncoder().encode(await realCsv())],
      source: 'stats',
      now: Date.UTC(2014, 5, 5),
      ...rest,
    })
  const asked = { where: {}, by: null, top: 1, now: Date.UTC(2014, 5, 5), countedUpTo: Date.UTC(2014, 5, 5) }

  test('are 16 million records, and what was interesting of the bad ones is less than a hundredth', async () => {
    await bring()
    const range = { from: Date.UTC(2014, 5, 2), to: Date.UTC(2014, 5, 4), step: 'week' } as const
    const value = async (metric: 'received' | 'invalid_rate') =>
      (await readCountSeries(db, { ...asked, ...range, metric })).series[0]?.values[0] ?? 0
    expect(await value('received')).toBeGreaterThan(15_800_000)
    expect(await value('received')).toBeLessThan(15_900_000)
    expect(await value('invalid_rate')).toBeGreaterThan(0.001)
    expect(await value('invalid_rate')).toBeLessThan(0.01)
  })

  test('span a day, whose first and last hour are covered in part', async () => {
    const { firstHour, lastHour } = await bring()
    expect([firstHour, lastHour]).toEqual([Date.UTC(2014, 5, 2, 20), Date.UTC(2014, 5, 3, 19)])
    const range = { from: firstHour ?? 0, to: (lastHour ?? 0) + HOUR_MS, step: 'hour', metric: 'received' } as const
    const { coverage } = await readCountSeries(db, { ...asked, ...range })
    expect(coverage.at(-1)).toBeCloseTo(0.8, 5)
  })

  test('brought in again change nothing, and rehearsed nothing at all', async () => {
    expect(await bring({ dryRun: true })).toMatchObject({ replacedRows: 0 })
    const first = await bring()
    expect(first.replacedRows).toBe(0)
    expect(await bring()).toMatchObject({ rows: first.rows, submissions: first.submissions, replacedRows: first.rows })
  })
})

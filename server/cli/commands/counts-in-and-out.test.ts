import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../../../data/counts/database.ts'
import { runCommandLine } from '../run-command-line.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-counts-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function tidewatch(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' }
  const code = await runCommandLine([...words, '--state', join(folder, 'var')], {
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    environment: {},
    currentFolder: folder,
    stop: new AbortController().signal,
  })
  return { code, ...said }
}

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

/** Two hours from 14:00, a row an hour. */
function buffer(column: string, ...values: readonly string[]): string {
  const info = [{ name: column, unit: 'count', aggregation: 'sum' }]
  const head = {
    time: Date.UTC(2014, 0, 16, 14) / 1000,
    rows: values.length,
    columns: 1,
    seconds_per_row: 3600,
    column_info: info,
  }
  return [JSON.stringify(head), ...values, ''].join('\n')
}

const COUNTS = `hour,channel,submissions,build_id,outcome,problem
2014-01-16T14:00:00Z,nightly,90,'=1+1,,
2014-01-16T14:00:00Z,nightly,10,,quarantined,invalid_revision
`
const EXPORTED = {
  hour: '2014-01-16T14:00:00Z',
  channel: 'nightly',
  submissions: 90,
  build_id: '=1+1',
  outcome: 'accepted',
  automation: false,
  coverage: 1,
}

describe('circular buffers', () => {
  test('of one server are one import, which takes its own place when it is repeated', async () => {
    const files = [
      await file('Records.cbuf', buffer('Records_Read', '100', '50')),
      await file('Errors.empty_data.cbuf', buffer('Total_Errors', '3', 'nan')),
    ]
    const first = await tidewatch('import', 'cbuf', ...files, '--channel', 'nightly', '--source', 'stats')
    const said =
      'Imported counts of stats: 3 rows, 150 submissions, channels nightly, 2014-01-16T14:00:00Z to 2014-01-16T15:00:00Z'
    expect(first).toEqual({ code: 0, out: `${said}.\n`, err: '' })
    const again = await tidewatch('import', 'cbuf', ...files, '--channel', 'nightly', '--source', 'stats')
    expect(again.out).toBe(`${said}, in place of 3 rows of an earlier import.\n`)
    const { out } = await tidewatch('export', 'counts')
    expect(out.split('\n').map((line) => line.split(',').slice(0, 3).join(' '))).toEqual([
      'hour channel submissions',
      '2014-01-16T14:00:00Z nightly 97',
      '2014-01-16T14:00:00Z nightly 3',
      '2014-01-16T15:00:00Z nightly 50',
      '',
    ])
  })

  test('are rehearsed without a trace', async () => {
    const path = await file('Records.cbuf', buffer('Records_Read', '100', '50'))
    expect((await tidewatch('import', 'cbuf', path, '--dry-run')).out).toMatch(
      /^Would import counts of Records.cbuf: 2 rows/,
    )
    expect((await tidewatch('export', 'counts')).out.split('\n')).toHaveLength(2)
  })

  test('that are wrong are told by file and line, and nothing comes in', async () => {
    const good = await file('Records.cbuf', buffer('Records_Read', '100', '50'))
    const bad = await file('Errors.empty_data.cbuf', buffer('Total_Errors', '3', 'many'))
    const { code, err } = await tidewatch('import', 'cbuf', good, bad)
    expect(code).toBe(1)
    expect(err).toContain(`${bad}: line 3, Total_Errors is "many": use a number from 0, or nan`)
    expect((await tidewatch('export', 'counts')).out.split('\n')).toHaveLength(2)
  })
})

describe('counts go out', () => {
  beforeEach(async () => {
    await tidewatch('import', 'counts', await file('counts.csv', COUNTS))
  })

  test('as lines of JSON, whose texts are as they were received', async () => {
    const { out } = await tidewatch('export', 'counts', '--format', 'ndjson')
    const lines = out.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(expect.objectContaining(EXPORTED))
  })

  test('as Parquet that DuckDB reads, in place of what stood there', async () => {
    const out = await file('counts.parquet', 'something else')
    expect(await tidewatch('export', 'counts', '--format', 'parquet', '--out', out)).toEqual({
      code: 0,
      out: '',
      err: '',
    })
    const db = await openDatabase(':memory:', { readableFolders: [folder] })
    const rows = await db.read(
      `select epoch_ms(hour)::double as hour, build_id, submissions, coverage from read_parquet($out) order by submissions desc`,
      { out },
      (row) => [row.number('hour'), row.text('build_id'), row.number('submissions'), row.number('coverage')],
    )
    await db.close()
    expect(rows).toEqual([
      [Date.UTC(2014, 0, 16, 14), '=1+1', 90, 1],
      [Date.UTC(2014, 0, 16, 14), 'UNKNOWN', 10, 1],
    ])
  })

  test('as CSV that reads back the same', async () => {
    const { out } = await tidewatch('export', 'counts')
    const path = await file('again.csv', out)
    const { code, out: said } = await tidewatch('import', 'counts', path, '--dry-run')
    expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('2 rows, 100 submissions') })
  })

  test.each([
    { words: ['--format', 'lines'], says: '--format is "lines": for counts use one of csv, ndjson, parquet' },
    { words: ['--format', 'parquet'], says: '--format parquet needs --out FILE' },
  ])('$words is refused in a sentence', async ({ words, says }) => {
    const { code, err } = await tidewatch('export', 'counts', ...words)
    expect(code).toBe(64)
    expect(err).toContain(says)
  })
})

test('a channel is given for buffers only', async () => {
  const { code, err } = await tidewatch('import', 'counts', await file('c.csv', COUNTS), '--channel', 'nightly')
  expect(code).toBe(64)
  expect(err).toContain('--channel is for cbuf')
  expect(await readFile(join(folder, 'c.csv'), 'utf8')).toBe(COUNTS)
})

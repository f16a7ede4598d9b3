import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TEST_HOUR } from '../../counts/testing/converted-index.ts'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { readArchiveFiles } from '../archive-files.ts'
import { type FilledArchive, openFilledArchive } from '../testing/filled-archive.ts'
import type { Condition } from './archive-filter.ts'
import { type ArchiveReader, openArchiveReader } from './archive-reader.ts'
import { exportParquet } from './export-parquet.ts'
import { exportText, type TextFormat } from './export-text.ts'
import { parseFilterFile } from './filter-file.ts'
import { parseWhere } from './parse-where.ts'
import { type Selection, selectRows } from './selection.ts'

// Dozens of syncs: on a busy machine each takes a while.
vi.setConfig({ testTimeout: 60_000 })

let archive: FilledArchive
let reader: ArchiveReader

beforeEach(async () => {
  archive = await openFilledArchive()
  reader = await openArchiveReader(archive.root, [archive.root])
})

afterEach(async () => {
  await reader.close()
  await archive.close()
})

const EVERYTHING: Selection = { conditions: [], since: null, until: null, latestOnly: false }

async function selected(selection: Partial<Selection>) {
  const files = await readArchiveFiles(archive.options.db, { keep: 'archive' })
  return selectRows(reader.db, archive.root, files, { ...EVERYTHING, ...selection })
}

async function exported(selection: Partial<Selection>, format: TextFormat = 'lines'): Promise<string[]> {
  const pieces: string[] = []
  for await (const { text } of exportText(reader.db, await selected(selection), format)) pieces.push(text)
  return pieces.join('').split('\n').slice(0, -1)
}

const idsOf = (lines: readonly string[]) => lines.map((line) => line.split('\t')[0] ?? '').sort()

async function fill(): Promise<void> {
  await archive.convert('a', [
    { id: 'd1', channel: 'nightly', reason: 'idle-daily', buildId: '20140115' },
    { id: 'd2', channel: 'nightly', reason: 'saved-session', buildId: '20140116' },
    { id: 'd3', channel: 'aurora', reason: 'saved-session', problem: 'bad_histogram' },
    { id: 'd4', channel: 'nightly', problem: 'invalid_revision' },
  ])
  await archive.convert('b', [{ id: 'd5', channel: 'nightly', reason: 'saved-session', at: TEST_HOUR + DAY_MS }])
  await archive.archive()
}

test('lines are those of 2013: id, tab, JSON without line ends', async () => {
  await archive.convert('a', [{ id: 'd1' }])
  await archive.archive()
  expect(await exported({})).toEqual(['d1\t{"id":"d1",  "big":12345678901234567890}'])
})

test('an object a line has all that the archive keeps, and numbers their digits', async () => {
  await archive.convert('a', [{ id: 'd3', problem: 'bad_histogram', attributes: { os: 'WINNT' } }])
  await archive.archive()
  const [line = ''] = await exported({}, 'ndjson')
  expect(line).toContain('"payload":{"id":"d3",  "big":12345678901234567890}')
  expect(JSON.parse(line)).toMatchObject({
    document_id: 'd3',
    received_at: '2014-01-16T14:01:00.000Z',
    submission_date: '2014-01-16',
    channel: 'nightly',
    outcome: 'salvaged',
    problems: ['bad_histogram'],
    attributes: { os: 'WINNT' },
    dropped: { histograms: { X: 1 } },
    recovered_at: null,
    segment: 'a',
    frame: 0,
  })
})

const SESSIONS = { version: 1, dimensions: [{ field_name: 'reason', allowed_values: { regexp: 'saved-.*' } }] }

test.each<{ readonly claim: string; readonly selection: Partial<Selection>; readonly ids: readonly string[] }>([
  { claim: 'everything that was converted', selection: {}, ids: ['d1', 'd2', 'd3', 'd5'] },
  { claim: 'one channel', selection: { conditions: parseWhere('channel = aurora') }, ids: ['d3'] },
  { claim: 'one problem', selection: { conditions: parseWhere('problem = bad_histogram') }, ids: ['d3'] },
  {
    claim: 'builds from one on',
    selection: { conditions: parseWhere('build_id >= 20140116') },
    ids: ['d2', 'd3', 'd5'],
  },
  { claim: 'up to a moment', selection: { until: TEST_HOUR + HOUR_MS }, ids: ['d1', 'd2', 'd3'] },
  { claim: 'from a moment on', selection: { since: TEST_HOUR + HOUR_MS }, ids: ['d5'] },
  { claim: 'a day', selection: { conditions: parseWhere('submission_date = 2014-01-17') }, ids: ['d5'] },
  {
    claim: 'what a pattern matches',
    selection: { conditions: parseFilterFile(JSON.stringify(SESSIONS)) },
    ids: ['d2', 'd3', 'd5'],
  },
  { claim: 'nothing', selection: { conditions: parseWhere('reason = nobody') }, ids: [] },
])('$claim is exported, and nothing else', async ({ selection, ids }) => {
  await fill()
  expect(idsOf(await exported(selection))).toEqual(ids)
})

describe('of one document', () => {
  const at = (hours: number) => TEST_HOUR + 10 * HOUR_MS + hours * HOUR_MS - HOUR_MS
  const documents = [
    { id: 'd', key: 'k1', reason: 'idle-daily', at: at(0) },
    { id: 'd', key: 'k2', reason: 'idle-daily', at: at(1) },
    { id: 'd', key: 'k3', reason: 'idle-daily', at: at(2) },
    { id: 'd', key: 'k4', reason: 'saved-session', at: at(3) },
  ]
  test.each([{ order: [0, 1, 2, 3] }, { order: [3, 2, 1, 0] }, { order: [2, 3, 0, 1] }])(
    'all copies are kept, and the last one received is the latest, come as they may: $order',
    async ({ order }) => {
      for (const place of order) {
        const record = documents[place]
        if (record === undefined) continue
        await archive.convert(`segment-${place}`, [record])
        await archive.archive()
      }
      expect(await exported({})).toHaveLength(4)
      const latest = await exported({ latestOnly: true }, 'ndjson')
      expect(latest.map((line) => JSON.parse(line))).toMatchObject([{ reason: 'saved-session', document_id: 'd' }])
      expect(await exported({ latestOnly: true, conditions: parseWhere('reason = idle-daily') })).toHaveLength(1)
    },
  )

  test('what has no id has no later copy', async () => {
    await archive.convert('a', [
      { id: '', key: null },
      { id: '', key: null },
    ])
    await archive.archive()
    expect(await exported({ latestOnly: true })).toHaveLength(2)
  })
})

test('one Parquet file holds what was chosen, day and channel among it', async () => {
  await fill()
  const path = join(archive.root, "it's here.parquet")
  expect(
    await exportParquet(reader.db, await selected({ conditions: parseWhere('reason = saved-session') }), path),
  ).toBe(3)
  const rows = await reader.db.read(
    `select document_id, strftime(submission_date, '%Y-%m-%d') as day, channel from read_parquet($path) order by 1`,
    { path },
    (row) => [row.text('document_id'), row.text('day'), row.text('channel')],
  )
  expect(rows).toEqual([
    ['d2', '2014-01-16', 'nightly'],
    ['d3', '2014-01-16', 'aurora'],
    ['d5', '2014-01-17', 'nightly'],
  ])
})

describe('pruning', () => {
  const plan = async (conditions: readonly Condition[], where: string): Promise<string> => {
    const { files, params } = await selected({ conditions })
    const rows = await reader.db.read(
      `explain analyze select max(payload) from read_parquet($paths, hive_partitioning = false) where ${where}`,
      { ...params, paths: files.map(({ path }) => path) },
      (row) => row.text('explain_value'),
    )
    return rows.join('\n')
  }

  test('of a day and a channel only its files are opened, by us and by whoever reads the folders', async () => {
    for (let day = 0; day < 6; day++) {
      const at = TEST_HOUR + day * DAY_MS
      await archive.convert(`${day}`, [
        { id: `n${day}`, at },
        { id: `a${day}`, channel: 'aurora', at },
      ])
    }
    await archive.archive()
    const conditions = parseWhere('submission_date = 2014-01-18 and channel = aurora')
    expect((await selected({ conditions })).files.map(({ name }) => name)).toEqual([
      'archive/submission_date=2014-01-18/channel=aurora/part-1.parquet',
    ])
    const [explained = ''] = await reader.db.read(
      `explain analyze select max(payload) from read_parquet($all, hive_partitioning = true,
         hive_types = {'submission_date': date, 'channel': varchar})
       where submission_date = '2014-01-18' and channel = 'aurora'`,
      { all: join(archive.root, 'archive/*/*/*.parquet') },
      (row) => row.text('explain_value'),
    )
    expect(explained).toMatch(/File Filters/)
    expect(explained).toMatch(/Scanning Files: 1\/12/)
  })

  test('of a reason or a build only the row groups that may hold it are read', async () => {
    await archive.close()
    // Of 8 KiB each about 2,000 make a row group.
    const payload = JSON.stringify('x'.repeat(8300))
    archive = await openFilledArchive({ content: () => ({ kind: 'converted', payload, dropped: '' }) })
    const ROWS = 7000
    const record = (_: unknown, n: number) => ({ id: `d${n}`, reason: `reason-${n % 7}`, buildId: `2014010${n % 2}` })
    await archive.convert('a', Array.from({ length: ROWS }, record))
    await archive.archive()
    await reader.close()
    reader = await openArchiveReader(archive.root)
    const scanned = async (text: string) => {
      const conditions = parseWhere(text)
      const { where } = await selected({ conditions })
      const counts = [...(await plan(conditions, where)).matchAll(/([\d,]+) rows/g)]
      return Number(counts.at(-1)?.[1]?.replaceAll(',', ''))
    }
    expect(await scanned('outcome = accepted')).toBe(ROWS)
    expect(await scanned('reason in (reason-0, nobody)')).toBeLessThanOrEqual(2048)
    expect(await scanned('reason in (reason-3, nobody) and build_id in (20140101, 20140199)')).toBeLessThanOrEqual(4096)
  })
})

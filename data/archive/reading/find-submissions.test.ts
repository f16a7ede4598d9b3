import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TEST_HOUR } from '../../counts/testing/converted-index.ts'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { oldFrame } from '../../spool/testing/old-log.ts'
import { type FilledArchive, openFilledArchive } from '../testing/filled-archive.ts'
import { openArchiveReader } from './archive-reader.ts'
import { findSubmissions } from './find-submissions.ts'
import { findInSpool } from './find-waiting.ts'
import type { Sought } from './found-copy.ts'

// Dozens of syncs: on a busy machine each takes a while.
vi.setConfig({ testTimeout: 60_000 })

let archive: FilledArchive

beforeEach(async () => {
  archive = await openFilledArchive()
})

afterEach(() => archive.close())

const find = (sought: Partial<Sought> & ({ documentId: string } | { debugId: string })) =>
  findSubmissions(
    {
      archive: { db: archive.options.db, root: archive.root, readings: archive.options.readings },
      converted: archive.options.folders.converted,
      spool: join(archive.root, 'spool'),
    },
    {
      since: null,
      until: null,
      ...sought,
      ...('documentId' in sought ? { by: 'document' } : { by: 'debug_id' }),
    } as Sought,
  )

test('every copy is found where it lies now, newest first, with what was decided of it and why', async () => {
  await archive.convert('a', [{ id: 'd1', key: 'k1' }, { id: 'other' }])
  await archive.convert('b', [{ id: 'd1', key: 'k2', problem: 'invalid_revision', at: TEST_HOUR + DAY_MS }])
  await archive.archive()
  const again = { id: 'd1', key: 'k3', problem: 'invalid_revision' } as const
  await archive.convert('c', [
    { ...again, at: TEST_HOUR + DAY_MS + HOUR_MS },
    { ...again, at: TEST_HOUR + DAY_MS + 2 * HOUR_MS },
  ])
  expect((await find({ documentId: 'd1' })).copies).toMatchObject([
    {
      outcome: 'duplicate',
      segment: 'c',
      frame: 1,
      place: { kind: 'converted', file: 'converted/c.converted' },
    },
    { outcome: 'quarantined', segment: 'c', frame: 0, place: { kind: 'converted' } },
    {
      outcome: 'quarantined',
      problem: 'invalid_revision',
      segment: 'b',
      place: { kind: 'quarantine', file: 'quarantine/submission_date=2014-01-17/channel=nightly/part-1.parquet' },
    },
    {
      outcome: 'accepted',
      segment: 'a',
      frame: 0,
      dimensions: { channel: 'nightly', reason: 'idle-daily' },
      place: { kind: 'archive', file: 'archive/submission_date=2014-01-16/channel=nightly/part-1.parquet' },
    },
  ])
  expect((await find({ documentId: 'nobody' })).copies).toEqual([])
})

test('with times only their days are searched', async () => {
  await archive.convert('a', [{ id: 'd1', key: 'k1' }])
  await archive.convert('b', [{ id: 'd1', key: 'k2', at: TEST_HOUR + DAY_MS }])
  await archive.archive()
  const first = await find({ documentId: 'd1', until: TEST_HOUR + HOUR_MS })
  expect(first.copies.map(({ segment }) => segment)).toEqual(['a'])
  const second = await find({ documentId: 'd1', since: TEST_HOUR + HOUR_MS })
  expect(second.copies.map(({ segment }) => segment)).toEqual(['b'])
})

test('what was sent with a debug tag is found by it, archived or not', async () => {
  const tagged = { attributes: { debug_id: 'my "test"' } }
  await archive.convert('a', [
    { id: 'd1', ...tagged },
    { id: 'd2', attributes: { os: 'debug_id' } },
  ])
  await archive.archive()
  await archive.convert('b', [
    { id: 'd3', ...tagged },
    { id: 'd4', attributes: { debug_id: 'other' } },
  ])
  const found = await find({ debugId: 'my "test"' })
  expect(found.copies.map(({ documentId }) => documentId).sort()).toEqual(['d1', 'd3'])
})

test('a converted file that was left over after its part is not a second copy', async () => {
  await archive.convert('a', [{ id: 'd1' }])
  await archive.archive()
  await archive.convert('a', [{ id: 'd1' }])
  expect((await find({ documentId: 'd1' })).copies.map(({ place }) => place.kind)).toEqual(['archive'])
})

test('what waits in the spool is found by the id of its path, also what an import brought in', async () => {
  for (const folder of ['closed', 'import']) await mkdir(join(archive.root, 'spool', folder), { recursive: true })
  const frame = oldFrame('d1/idle-daily/Firefox/29.0a1/nightly/20140116', '{}', { receivedAt: TEST_HOUR })
  await writeFile(join(archive.root, 'spool', 'closed', 'telemetry1.v1.log'), frame)
  const older = oldFrame('d1/idle-daily/Firefox/29.0a1/aurora/20140116', '{}', { receivedAt: TEST_HOUR - DAY_MS })
  await writeFile(join(archive.root, 'spool', 'import', 'telemetry2.v1.log'), older)
  const found = await find({ documentId: 'd1' })
  expect(found).toMatchObject({
    unreadSegments: 0,
    copies: [
      {
        outcome: null,
        receivedAt: TEST_HOUR,
        dimensions: { channel: 'nightly' },
        place: { kind: 'spool', file: 'spool/closed/telemetry1.v1.log' },
      },
      {
        receivedAt: TEST_HOUR - DAY_MS,
        dimensions: { channel: 'aurora' },
        place: { kind: 'spool', file: 'spool/import/telemetry2.v1.log' },
      },
    ],
  })
})

test('segments that there was no time for are told', async () => {
  const spool = join(archive.root, 'spool')
  await mkdir(join(spool, 'closed'), { recursive: true })
  await writeFile(
    join(spool, 'closed', 'telemetry1.v1.log'),
    oldFrame('d1/idle-daily', '{}', { receivedAt: TEST_HOUR }),
  )
  const sought = { by: 'document', documentId: 'd1', since: null, until: null } as const
  expect(await findInSpool(spool, sought, 0)).toEqual({ copies: [], unread: 1 })
})

test('files have a filter over their document ids, so that most row groups need not be read for one', async () => {
  await archive.close()
  archive = await openFilledArchive({
    content: ({ documentId }) => ({ kind: 'converted', payload: JSON.stringify(documentId.padEnd(8300)), dropped: '' }),
  })
  await archive.convert(
    'a',
    Array.from({ length: 6000 }, (_, n) => ({ id: `document-${n}` })),
  )
  await archive.archive()
  const reader = await openArchiveReader(archive.root)
  try {
    const files = `${archive.root}/archive/*/*/*.parquet`
    const filters = await reader.db.read(
      `select path_in_schema as name, count(bloom_filter_offset) as filters, count(*) as groups
       from parquet_metadata($files) where name in ('document_id', 'payload') group by name order by name`,
      { files },
      (row) => [row.text('name'), row.number('filters'), row.number('groups')],
    )
    expect(filters).toEqual([
      ['document_id', 3, 3],
      ['payload', 0, 3],
    ])
    expect((await find({ documentId: 'document-4711' })).copies).toMatchObject([{ frame: 4711 }])
  } finally {
    await reader.close()
  }
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Database, openDatabase } from '../../counts/database.ts'
import { readJournal } from '../../journal/journal.ts'
import { openSeen } from '../../seen/seen-store.ts'
import { readArchiveFiles } from '../archive-files.ts'
import { KEEPS } from '../part-name.ts'
import { readParts } from '../read-parts.ts'
import { type ArchiveReader, openArchiveReader } from '../reading/archive-reader.ts'
import { rebuildCounts } from '../rebuild-counts.ts'
import { type FilledArchive, openFilledArchive } from '../testing/filled-archive.ts'
import { createArchiveTurn } from '../turn.ts'
import { type ForgetOptions, forgetDocuments } from './forget-documents.ts'
import { newForgetRequest, readForgetRequests, saveForgetRequest } from './forget-requests.ts'

// Dozens of syncs: on a busy machine each takes a while.
vi.setConfig({ testTimeout: 60_000 })

let archive: FilledArchive
let reader: ArchiveReader
let options: ForgetOptions

beforeEach(async () => {
  archive = await openFilledArchive()
  reader = await openArchiveReader(archive.root)
  options = { write: archive.options, turn: createArchiveTurn(), root: archive.root, reader: reader.db, stepBytes: 1 }
  for (const segment of ['a', 'b', 'c']) {
    await archive.convert(segment, [
      { id: `${segment}1`, attributes: { os: 'WINNT' } },
      { id: `${segment}2`, channel: 'aurora' },
      { id: `${segment}3`, problem: 'invalid_revision' },
      { id: 'everywhere', key: segment, automation: true },
    ])
    await archive.archive()
  }
})

afterEach(async () => {
  await reader.close()
  await archive.close()
})

const ids = async () => {
  const kept = await Promise.all(
    KEEPS.map((keep) =>
      readParts(archive.options.db, { root: archive.root, keep }, { select: 'document_id' }, (row) =>
        row.text('document_id'),
      ),
    ),
  )
  return kept.map((list) => list.sort().join(' '))
}

const counts = async (db: Database) => {
  const hourly = await db.read(
    `select channel, outcome, automation, sum(submissions)::bigint as submissions, sum(recovered)::bigint as recovered,
       sum(bytes)::bigint as bytes from hourly_counts group by hour, reason, problem, build_id, channel, outcome, automation
     order by all`,
    {},
    (row) => [
      row.text('channel'),
      row.text('outcome'),
      row.boolean('automation'),
      row.number('submissions'),
      row.number('recovered'),
      row.number('bytes'),
    ],
  )
  const attribute = await db.read(
    'select value, sum(submissions)::bigint as submissions from attribute_counts group by hour, channel, value order by all',
    {},
    (row) => [row.text('value'), row.number('submissions')],
  )
  return { hourly, attribute }
}

test('documents go from archive and quarantine, the others and the counts stay', async () => {
  const before = await counts(archive.options.db)
  expect(await forgetDocuments(['a1', 'b3', 'everywhere', 'nobody'], options)).toMatchObject({
    rows: 5,
    rewrittenFiles: 4,
  })
  expect(await ids()).toEqual(['a2 b1 b2 c1 c2', 'a3 c3'])
  expect(await counts(archive.options.db)).toEqual(before)
})

test('a file of which nothing is left is gone, and files without such rows are as they were', async () => {
  const names = async () => (await readArchiveFiles(archive.options.db, { keep: 'archive' })).map(({ name }) => name)
  const before = await names()
  await forgetDocuments(['a2'], options)
  const gone = 'archive/submission_date=2014-01-16/channel=aurora/part-1.parquet'
  expect(await names()).toEqual(before.filter((name) => name !== gone))
  expect(await archive.options.storage.list('archive')).toHaveLength(5)
})

test('asked again there is nothing left to do', async () => {
  await forgetDocuments(['a1'], options)
  const parts = await archive.options.storage.list('archive')
  expect(await forgetDocuments(['a1'], options)).toMatchObject({ rows: 0, rewrittenFiles: 0 })
  expect(await archive.options.storage.list('archive')).toEqual(parts)
})

test('cut short in the middle, the same request does the rest', async () => {
  const stop = new AbortController()
  const first = await forgetDocuments(['everywhere'], {
    ...options,
    signal: stop.signal,
    onProgress: ({ rows }) => (rows === 2 ? stop.abort() : undefined),
  })
  expect(first.rows).toBe(2)
  expect(await forgetDocuments(['everywhere'], options)).toMatchObject({ rows: 1 })
  expect((await ids())[0]).not.toContain('everywhere')
})

test('counts made anew from what is left are the same', async () => {
  await forgetDocuments(['a1', 'b3', 'everywhere'], options)
  const before = await counts(archive.options.db)
  const folder = await mkdtemp(join(tmpdir(), 'tidewatch-rebuilt-'))
  const readableFolders = [archive.root]
  const db = await openDatabase(join(folder, 'new.duckdb'), { readableFolders })
  try {
    const { storage } = archive.options
    const seen = await openSeen({ folder: join(folder, 'seen') })
    const rebuilding = {
      root: archive.root,
      storage,
      journal: join(archive.root, 'journal'),
      coverageToleranceMs: 6000,
      seen,
      rememberFrom: 0,
    }
    await rebuildCounts({ db, ...rebuilding })
    await seen.close()
    expect(await counts(db)).toEqual(before)
    const forgotten = await db.read('select sum(submissions) as n from forgotten_counts', {}, (row) => row.number('n'))
    expect(forgotten).toEqual([5])
  } finally {
    await db.close()
    await rm(folder, { recursive: true })
  }
})

test('that it was asked is kept, and who was meant is not', async () => {
  const { db, journal } = archive.options
  const asked = newForgetRequest(['b', 'a'], 1000)
  expect(asked.digest).toBe(newForgetRequest(['a', 'b'], 2000).digest)
  await saveForgetRequest(db, journal, asked, 1000)
  await saveForgetRequest(db, journal, { ...asked, rowsRemoved: 2, doneAt: 3000 }, 3000)
  expect(await readForgetRequests(db)).toEqual([{ ...asked, rowsRemoved: 2, doneAt: 3000 }])
  const { entries } = await readJournal(join(archive.root, 'journal'))
  expect(entries.filter(({ kind }) => kind === 'forget').map(({ body }) => body)).toMatchObject([
    { ids: 2, doneAt: null },
    { ids: 2, rowsRemoved: 2, doneAt: 3000 },
  ])
})

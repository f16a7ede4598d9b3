import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { convertedFilePath, writeConvertedFile } from '../converted/converted-file.ts'
import type { ConvertedContent, ConvertedIndex, ConvertedRecord } from '../converted/converted-record.ts'
import { type Database, openDatabase } from '../counts/database.ts'
import { mergeConverted } from '../counts/merge.ts'
import { TEST_HOUR, type TestRecord, testIndex } from '../counts/testing/converted-index.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../domain/time.ts'
import { openJournal, readJournal } from '../journal/journal.ts'
import type { SeenDocuments } from '../seen/seen-documents.ts'
import { openSeen } from '../seen/seen-store.ts'
import { planPart } from './plan-part.ts'
import { readParts } from './read-parts.ts'
import { recoverParts } from './recover-parts.ts'
import { createDirectoryStorage, type Storage } from './storage.ts'
import { type WriteOptions, writePart } from './write-part.ts'

const NOW = TEST_HOUR + HOUR_MS
const DUE = { now: NOW, maxAgeMs: 0, maxBytes: 1 << 20 }

let root: string
let db: Database
let storage: Storage
let options: WriteOptions

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tidewatch-archive-'))
  for (const folder of ['converted', 'archive', 'quarantine']) await mkdir(join(root, folder))
  db = await openDatabase(join(root, 'counts.duckdb'), { readableFolders: [root] })
  storage = createDirectoryStorage(root)
  const folders = {
    converted: join(root, 'converted'),
    staging: join(root, 'staging'),
    corrupted: join(root, 'corrupted'),
  }
  options = { db, storage, folders, journal: null, now: () => NOW }
})

afterEach(async () => {
  await db.close()
  await rm(root, { recursive: true })
})

const BODY = new Uint8Array([0x1f, 0x8b, 0, 255, 10, 13])

function contentOf(record: ConvertedRecord): ConvertedContent {
  if (record.outcome === 'accepted' || record.outcome === 'salvaged') {
    const dropped = record.outcome === 'salvaged' ? '{"histograms":{"X":1}}' : ''
    return { kind: 'converted', payload: `{"id":"${record.documentId}","big":12345678901234567890}`, dropped }
  }
  return { kind: 'raw', path: `/submit/telemetry/${record.documentId}`, headers: { 'user-agent': 'x' }, body: BODY }
}

async function converted(segment: string, records: readonly TestRecord[], seen: SeenDocuments | null = null) {
  await convertedIndex(testIndex(segment, records), seen)
}

async function convertedIndex(index: ConvertedIndex, seen: SeenDocuments | null = null) {
  await writeConvertedFile(options.folders.converted, index, contentOf)
  await mergeConverted(db, index, {
    now: TEST_HOUR,
    duplicateWindowMs: DAY_MS,
    seen,
    coverageToleranceMs: 6000,
    journal: null,
  })
}

async function archiveAll(): Promise<string[]> {
  const files: string[] = []
  for (;;) {
    const part = await planPart(db, DUE)
    if (part === null) return files
    files.push(...((await writePart(part, options))?.files ?? []))
  }
}

const ids = async () => {
  const kept = await Promise.all(
    (['archive', 'quarantine'] as const).map((keep) =>
      readParts(db, { root, keep }, { select: 'document_id' }, (row) => row.text('document_id')),
    ),
  )
  return kept.map((list) => list.sort())
}

const leftOver = () => readdir(options.folders.converted)

test('every submission is where its outcome says, and its converted file is gone', async () => {
  await converted('a', [
    { id: 'd1' },
    { id: 'd2', problem: 'invalid_revision' },
    { id: 'd3', problem: 'bad_histogram' },
  ])
  await converted('b', [{ id: 'd4', problem: 'bad_json' }])
  const files = await archiveAll()
  expect(files).toEqual([
    'archive/submission_date=2014-01-16/channel=nightly/part-1.parquet',
    'quarantine/submission_date=2014-01-16/channel=nightly/part-1.parquet',
  ])
  expect(await ids()).toEqual([
    ['d1', 'd3'],
    ['d2', 'd4'],
  ])
  expect(await leftOver()).toEqual([])
  expect(await readdir(options.folders.staging)).toEqual([])
})

test('a quarantined submission comes back as it was received, byte by byte', async () => {
  await converted('a', [{ id: 'd1', problem: 'invalid_revision' }])
  await archiveAll()
  const select =
    "path, headers, body, problem, problems, segment, frame, bytes, strftime(submission_date, '%Y-%m-%d') as day, channel"
  const rows = await readParts(db, { root, keep: 'quarantine' }, { select }, (row) => ({
    path: row.text('path'),
    headers: row.text('headers'),
    body: [...row.bytes('body')],
    problems: row.texts('problems'),
    segment: row.text('segment'),
    frame: row.number('frame'),
    day: row.text('day'),
    channel: row.text('channel'),
  }))
  expect(rows).toEqual([
    {
      path: '/submit/telemetry/d1',
      headers: '{"user-agent":"x"}',
      body: [...BODY],
      problems: ['invalid_revision'],
      segment: 'a',
      frame: 0,
      day: '2014-01-16',
      channel: 'nightly',
    },
  ])
})

test('why a submission was not simply accepted stands beside it, with the converter that said so', async () => {
  const given = testIndex('a', [
    { id: 'd1', problem: 'invalid_revision' },
    { id: 'd2', problem: 'bad_histogram' },
  ])
  const exception = 'Error: out of\\u000amemory'
  const records = given.records.map((record) => ({
    ...record,
    causes: record.problems.map((problem) => ({ problem, field: 'info.revision', value: '\\u202ex', exception })),
  }))
  await convertedIndex({ ...given, records, converterVersion: '7' })
  await archiveAll()
  const select = 'document_id, causes, converter_version'
  const kept = await Promise.all(
    (['archive', 'quarantine'] as const).map((keep) =>
      readParts(db, { root, keep }, { select }, (row) => [
        row.text('document_id'),
        JSON.parse(row.text('causes')),
        row.text('converter_version'),
      ]),
    ),
  )
  const cause = (problem: string) => [{ problem, field: 'info.revision', value: '\\u202ex', exception }]
  expect(kept).toEqual([[['d2', cause('bad_histogram'), '7']], [['d1', cause('invalid_revision'), '7']]])
})

test('payloads keep their text, and what was taken out stands beside them', async () => {
  await converted('a', [{ id: 'd1', problem: 'bad_histogram' }])
  await archiveAll()
  const rows = await readParts(db, { root, keep: 'archive' }, { select: 'payload, dropped' }, (row) => [
    row.text('payload'),
    row.text('dropped'),
  ])
  expect(rows).toEqual([['{"id":"d1","big":12345678901234567890}', '{"histograms":{"X":1}}']])
})

test('duplicates are counted and not archived', async () => {
  const seen = await openSeen({ folder: join(root, 'seen') })
  const twice = [
    { id: 'd1', key: 'k' },
    { id: 'd1', key: 'k' },
  ]
  const again = [
    { id: 'd1', key: 'k' },
    { id: 'd2', key: 'other' },
  ]
  await converted('a', twice, seen)
  await converted('b', again, seen)
  await seen.close()
  await archiveAll()
  expect(await ids()).toEqual([['d1', 'd2'], []])
})

test('rows stand in the order of reason, application, version, build, receipt', async () => {
  const given = [
    { id: '1', reason: 'saved-session', buildId: '2' },
    { id: '2', reason: 'idle-daily', buildId: '9' },
    { id: '3', reason: 'idle-daily', buildId: '1', at: TEST_HOUR + 9 },
    { id: '4', reason: 'idle-daily', buildId: '1', at: TEST_HOUR + 1 },
  ]
  await converted('a', given)
  await archiveAll()
  const rest = 'order by file_row_number'
  const order = await readParts(db, { root, keep: 'archive' }, { select: 'document_id', rest }, (row) =>
    row.text('document_id'),
  )
  expect(order).toEqual(['4', '3', '2', '1'])
})

test('a part that grows too large becomes several files, each row in one', async () => {
  await converted(
    'a',
    Array.from({ length: 50 }, (_, n) => ({ id: String(n).padStart(2, '0') })),
  )
  const part = await planPart(db, DUE)
  const written = await writePart(part ?? 0, { ...options, maxFileBytes: 400 })
  expect(written?.files.length).toBeGreaterThan(3)
  expect(written?.files[1]).toBe('archive/submission_date=2014-01-16/channel=nightly/part-1-1.parquet')
  expect((await ids())[0]).toHaveLength(50)
})

test('a hundred megabytes of submissions of one channel fit into the memory that a part may take', async () => {
  const index = testIndex(
    'a',
    Array.from({ length: 2500 }, (_, number) => ({ id: `d${number}`, reason: `r${number % 7}` })),
  )
  const filling = 'x'.repeat(45_000)
  await writeConvertedFile(options.folders.converted, index, ({ documentId }) => {
    return { kind: 'converted', payload: `{"id":"${documentId}","filling":"${filling}"}`, dropped: '' }
  })
  const merging = { now: TEST_HOUR, duplicateWindowMs: DAY_MS, seen: null, coverageToleranceMs: 6000, journal: null }
  await mergeConverted(db, index, merging)
  expect(await archiveAll()).toHaveLength(2)
  const [archived] = await ids()
  expect(new Set(archived).size).toBe(2500)
}, 60_000)

test('segments without submissions make a part without files', async () => {
  await convertedIndex(testIndex('a', [], { damaged: [{ offset: 0, bytes: 9, near: TEST_HOUR }] }))
  const part = await planPart(db, DUE)
  expect(await writePart(part ?? 0, options)).toMatchObject({ files: [], rows: 0 })
  expect(await leftOver()).toEqual([])
})

describe('a channel of any name has a partition of its own within the archive', () => {
  const names = [
    'a b',
    'a_b',
    'a/b',
    '..',
    '.',
    '',
    '%2e',
    'a\u0000b',
    "it's",
    'ü',
    '😀',
    'A',
    '1',
    'x'.repeat(300),
    `${'x'.repeat(300)}y`,
  ]
  test('none shares a folder with another, none leaves it', async () => {
    await converted(
      'a',
      names.map((channel, n) => ({ channel, id: String(n) })),
    )
    const files = await archiveAll()
    expect(new Set(files).size).toBe(names.length)
    const stored = await storage.list('archive')
    expect(stored).toHaveLength(names.length)
    // The log went into the database's file when the part was done.
    expect((await readdir(root)).sort()).toEqual(['archive', 'converted', 'counts.duckdb', 'quarantine', 'staging'])
  })
  test('and reads back under its name, unless that is too long for a folder', async () => {
    await converted(
      'a',
      names.map((channel, n) => ({ channel, id: String(n) })),
    )
    await archiveAll()
    const rows = await readParts(
      db,
      { root, keep: 'archive' },
      { select: 'channel, document_id' },
      (row) => [row.text('channel'), Number(row.text('document_id'))] as const,
    )
    for (const [channel, n] of rows) {
      const name = names[n] ?? 'missing'
      if (name.length < 200) expect(channel).toBe(name)
      else expect(channel).toMatch(/^x+~[0-9a-f]{16}$/)
    }
  })
})

describe('planning', () => {
  test('nothing is due before its time, and then the oldest files that fit', async () => {
    await converted('a', [{ bytes: 600 }])
    await converted('b', [{ bytes: 600 }])
    await converted('c', [{ bytes: 10_000 }])
    const later = { now: TEST_HOUR + 14 * MINUTE_MS, maxAgeMs: 15 * MINUTE_MS, maxBytes: 1 << 20 }
    expect(await planPart(db, later)).toBeNull()
    expect(await planPart(db, { ...later, maxBytes: 1000 })).toBe(1)
    expect(await planPart(db, { ...later, now: TEST_HOUR + 15 * MINUTE_MS, maxBytes: 1000 })).toBe(2)
    const plans = await db.read('select part, segment from converted_files order by segment', {}, (row) =>
      row.numberOrNull('part'),
    )
    expect(plans).toEqual([1, 2, null])
  })
})

describe('after a crash', () => {
  test('in the middle of putting files in place, the same part is written once', async () => {
    await converted('a', [{ id: 'd1' }, { id: 'd2', channel: 'aurora' }, { id: 'd3', problem: 'bad_json' }])
    await planPart(db, DUE)
    for (let writes = 0; writes < 3; writes++) {
      let left = writes
      const failing: Storage = {
        ...storage,
        write: (name, staged) => (left-- > 0 ? storage.write(name, staged) : Promise.reject(new Error('killed'))),
      }
      await expect(writePart(1, { ...options, storage: failing })).rejects.toThrow('killed')
      expect(await leftOver()).toHaveLength(1)
    }
    const recovery = await recoverParts(options)
    expect(recovery.written.map(({ part, rows }) => [part, rows])).toEqual([[1, 3]])
    expect(await ids()).toEqual([['d1', 'd2'], ['d3']])
    expect(await writePart(1, options)).toBeNull()
  })

  test('a start leaves the part to the next run, whole', async () => {
    await converted('a', [{ id: 'd1' }, { id: 'd2', channel: 'aurora' }])
    await planPart(db, DUE)
    let left = 1
    const failing: Storage = {
      ...storage,
      write: (name, staged) => (left-- > 0 ? storage.write(name, staged) : Promise.reject(new Error('killed'))),
    }
    await expect(writePart(1, { ...options, storage: failing })).rejects.toThrow('killed')
    const recovery = await recoverParts(options, { finishesParts: false })
    expect(recovery).toEqual({ written: [], unknown: [], leftOver: [], failed: [] })
    expect(await leftOver()).toHaveLength(1)
    expect((await writePart(1, options))?.rows).toBe(2)
    expect(await ids()).toEqual([['d1', 'd2'], []])
  })

  test('between the mark and the removal, what was left over goes', async () => {
    await converted('a', [{ id: 'd1' }])
    const path = convertedFilePath(options.folders.converted, 'a')
    const index = testIndex('a', [{ id: 'd1' }])
    await archiveAll()
    await writeConvertedFile(options.folders.converted, index, contentOf)
    expect((await stat(path)).isFile()).toBe(true)
    expect((await recoverParts(options)).leftOver).toEqual(['a'])
    expect(await leftOver()).toEqual([])
    expect(await ids()).toEqual([['d1'], []])
  })

  test('staging is empty, and files that wait for their part are still there', async () => {
    await mkdir(join(options.folders.staging, 'part-9'), { recursive: true })
    await writeFile(join(options.folders.staging, 'part-9', 'x.parquet'), 'half')
    await converted('a', [{ id: 'd1' }])
    expect(await recoverParts(options)).toEqual({ written: [], unknown: [], leftOver: [], failed: [] })
    expect(await readdir(options.folders.staging)).toEqual([])
    expect(await leftOver()).toHaveLength(1)
  })

  test('T6: a part that cannot be written is told, holds up no other, and is written once it can be', async () => {
    for (const [segment, channel] of [
      ['a', 'nightly'],
      ['b', 'aurora'],
    ] as const) {
      await converted(segment, [{ id: segment, channel }])
      await planPart(db, DUE)
    }
    const full = new Error('no space left on device')
    const failing: Storage = {
      ...storage,
      write: (name, staged) => (name.includes('nightly') ? Promise.reject(full) : storage.write(name, staged)),
    }
    const recovery = await recoverParts({ ...options, storage: failing })
    expect(recovery.failed).toEqual([{ part: 1, error: full }])
    expect(recovery.written.map(({ part }) => part)).toEqual([2])
    expect((await recoverParts(options)).written.map(({ part }) => part)).toEqual([1])
    expect(await ids()).toEqual([['a', 'b'], []])
  })

  test('a repeat that can no longer read a converted file leaves nothing of the attempt before it', async () => {
    await converted('a', [{ id: 'd1' }])
    await converted('b', [{ id: 'd2' }, { id: 'd3', channel: 'aurora' }, { id: 'd4', problem: 'bad_json' }])
    const part = (await planPart(db, DUE)) ?? 0
    const full = { append: () => Promise.reject(new Error('disk full')), keys: async () => new Set<string>() }
    await expect(
      writePart(part, { ...options, maxFileBytes: 10, journal: { ...full, close: async () => undefined } }),
    ).rejects.toThrow('disk full')
    expect(await storage.list('archive')).not.toEqual([])
    // There, and not read yet.
    expect((await ids()).flat()).toEqual([])
    await writeFile(convertedFilePath(options.folders.converted, 'b'), 'damaged')
    expect(await writePart(part, options)).toMatchObject({ rows: 1, damaged: ['b'] })
    expect(await storage.list('archive')).toEqual(['archive/submission_date=2014-01-16/channel=nightly/part-1.parquet'])
    expect(await ids()).toEqual([['d1'], []])
  })
})

test('a part that the database does not know leaves the archive, and is not destroyed', async () => {
  await converted('a', [{ id: 'd1' }])
  const [file] = await archiveAll()
  await db.inTransaction((transaction) => transaction.run('delete from archive_parts; delete from archive_files'))
  expect((await recoverParts(options)).unknown).toEqual([file])
  expect(await ids()).toEqual([[], []])
  expect(await storage.list('unknown')).toEqual([`unknown/${file}`])
})

describe('after the database was lost', () => {
  /** A new database over the same files. */
  async function loseDatabase() {
    await db.close()
    await rm(join(root, 'counts.duckdb'))
    db = await openDatabase(join(root, 'counts.duckdb'), { readableFolders: [root] })
    options = { ...options, db }
  }

  test('what is set aside under a name that is taken destroys nothing', async () => {
    await converted('a', [{ id: 'd1' }])
    const [file = ''] = await archiveAll()
    await loseDatabase()
    await recoverParts(options)
    const first = await readFile(join(root, 'unknown', file))
    for (const content of ['another', 'a third']) {
      await writeFile(join(root, file), content)
      expect((await recoverParts(options)).unknown).toEqual([file])
    }
    const second = `unknown/${file.replace('.parquet', '.1.parquet')}`
    const third = `unknown/${file.replace('.parquet', '.2.parquet')}`
    expect((await storage.list('unknown')).sort()).toEqual([`unknown/${file}`, second, third].sort())
    expect(await readFile(join(root, 'unknown', file))).toEqual(first)
    expect(await readFile(join(root, second), 'utf8')).toBe('another')
    expect(await readFile(join(root, third), 'utf8')).toBe('a third')
  })

  const PLACE = 'submission_date=2014-01-16/channel=nightly'
  test.each([
    { where: 'the archive', name: `archive/${PLACE}/part-7.parquet` },
    { where: 'the quarantine', name: `quarantine/${PLACE}/part-7-3.parquet` },
    { where: 'what was set aside', name: `unknown/archive/${PLACE}/part-7-1.parquet` },
    { where: 'what was set aside twice', name: `unknown/archive/${PLACE}/part-7.4.parquet` },
  ])('no part gets a number that is found in $where', async ({ name }) => {
    await mkdir(join(root, dirname(name)), { recursive: true })
    await writeFile(join(root, name), 'theirs')
    await converted('a', [{ id: 'd1' }])
    await recoverParts(options)
    await recoverParts(options)
    expect(await planPart(db, DUE)).toBe(8)
  })

  test('nor one that only the journal knows', async () => {
    const journal = await openJournal(join(root, 'journal'))
    await journal.append([{ kind: 'part', key: '12', writtenAt: NOW, body: { segments: [], files: [] } }])
    await journal.append([{ kind: 'incident', key: '99', writtenAt: NOW, body: {} }])
    await converted('a', [{ id: 'd1' }])
    await recoverParts({ ...options, journal })
    await journal.close()
    expect(await planPart(db, DUE)).toBe(13)
  })

  test('a file that cannot be moved is told, stays where it is, and is never written over', async () => {
    await converted('a', [{ id: 'd1' }])
    const [file = ''] = await archiveAll()
    const theirs = await readFile(join(root, file))
    await loseDatabase()
    const full = new Error('no space left on device')
    const recovery = await recoverParts({ ...options, storage: { ...storage, write: () => Promise.reject(full) } })
    expect(recovery).toMatchObject({ unknown: [], failed: [{ part: 1, error: full }] })
    await converted('b', [{ id: 'd2' }])
    await archiveAll()
    expect(await readFile(join(root, file))).toEqual(theirs)
    expect(await readdir(options.folders.staging)).toEqual([])
  })
})

test('T9: a converted file that cannot be read is set aside, and the others are archived', async () => {
  await converted('a', [{ id: 'd1' }])
  await converted('b', [{ id: 'd2' }])
  await converted('c', [{ id: 'd3' }])
  await writeFile(convertedFilePath(options.folders.converted, 'b'), 'damaged')
  await rm(convertedFilePath(options.folders.converted, 'c'))
  const part = await planPart(db, DUE)
  expect(await writePart(part ?? 0, options)).toMatchObject({ rows: 1, damaged: ['b', 'c'] })
  expect(await ids()).toEqual([['d1'], []])
  expect(await readdir(options.folders.corrupted)).toEqual(['b.converted'])
})

test('the journal knows which segments are in which part', async () => {
  const journal = await openJournal(join(root, 'journal'))
  await converted('a', [{ id: 'd1' }])
  await writePart((await planPart(db, DUE)) ?? 0, { ...options, journal })
  await journal.close()
  expect((await readJournal(join(root, 'journal'))).entries).toMatchObject([
    { kind: 'part', key: '1', body: { segments: ['a'] } },
  ])
})

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeConvertedFile } from '../converted/converted-file.ts'
import { type Database, openDatabase } from '../counts/database.ts'
import { mergeConverted } from '../counts/merge.ts'
import { TEST_HOUR, testIndex } from '../counts/testing/converted-index.ts'
import { DAY_MS, HOUR_MS } from '../domain/time.ts'
import { openJournal, readJournal } from '../journal/journal.ts'
import { readArchiveFiles } from './archive-files.ts'
import { type ArchiveChange, changeArchive } from './change-archive.ts'
import { planPart } from './plan-part.ts'
import { readParts } from './read-parts.ts'
import { Readings } from './readings.ts'
import { recoverParts } from './recover-parts.ts'
import { createDirectoryStorage, type Storage } from './storage.ts'
import { type WriteOptions, writePart } from './write-part.ts'

const NOW = TEST_HOUR + HOUR_MS

let root: string
let db: Database
let storage: Storage
let options: WriteOptions

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tidewatch-change-'))
  for (const folder of ['converted', 'archive', 'quarantine']) await mkdir(join(root, folder))
  db = await openDatabase(join(root, 'counts.duckdb'), { readableFolders: [root] })
  storage = createDirectoryStorage(root)
  const folders = {
    converted: join(root, 'converted'),
    staging: join(root, 'staging'),
    corrupted: join(root, 'corrupted'),
  }
  options = { db, storage, folders, journal: null, now: () => NOW, readings: new Readings() }
  for (const segment of ['a', 'b']) {
    const index = testIndex(segment, [
      { id: `${segment}1` },
      { id: `${segment}2`, channel: 'aurora' },
      { id: `${segment}3`, problem: 'bad_json' },
    ])
    await writeConvertedFile(folders.converted, index, ({ outcome }) =>
      outcome === 'accepted'
        ? { kind: 'converted', payload: '{}', dropped: '' }
        : { kind: 'raw', path: '/', headers: {}, body: new Uint8Array([1]) },
    )
    const merging = { now: NOW, duplicateWindowMs: DAY_MS, seen: null, coverageToleranceMs: 6000, journal: null }
    await mergeConverted(db, index, merging)
    await writePart((await planPart(db, { now: NOW, maxAgeMs: 0, maxBytes: 1 })) ?? 0, options)
  }
})

afterEach(async () => {
  await db.close()
  await rm(root, { recursive: true })
})

/** Makes one of all files of the archive, and leaves `a1` out. */
async function withoutA1(said = -1): Promise<ArchiveChange> {
  const removes = await readArchiveFiles(db, { keep: 'archive' })
  return {
    kind: 'forget',
    removes,
    async fill(stage) {
      for (const { name, partition } of removes) {
        await stage.copy({ partition, path: join(root, name) }, [{ segment: 'a', frame: 0 }])
      }
      return said
    },
    settle: async (transaction) => {
      await transaction.run('update hourly_counts set recovered = recovered + 1')
    },
  }
}

const ids = () =>
  readParts(db, { root, keep: 'archive' }, { select: 'document_id', rest: 'order by document_id' }, (row) =>
    row.text('document_id'),
  )
const recovered = () => db.read('select max(recovered) as n from hourly_counts', {}, (row) => row.number('n'))
const known = async () => (await readArchiveFiles(db, { keep: 'archive' })).map(({ name }) => name).sort()

const BEFORE = ['a1', 'a2', 'b1', 'b2']
const AFTER = ['a2', 'b1', 'b2']

test('files are replaced by others of a new number, and the counts with them', async () => {
  const { part, added } = await changeArchive(await withoutA1(), options)
  expect(part).toBe(3)
  expect(added.map(({ rows, problems }) => ({ rows, problems }))).toEqual([
    { rows: 2, problems: ['none'] },
    { rows: 1, problems: ['none'] },
  ])
  expect(await ids()).toEqual(AFTER)
  expect(await recovered()).toEqual([1])
  expect(await storage.list('archive')).toEqual(await known())
  expect(await planPart(db, { now: NOW, maxAgeMs: 0, maxBytes: 1 })).toBeNull()
})

test('where the rows do not add up nothing is changed', async () => {
  await expect(changeArchive(await withoutA1(0), options)).rejects.toThrow('3 rows instead of 4')
  expect(await ids()).toEqual(BEFORE)
  expect(await recovered()).toEqual([0])
  expect(await storage.list('archive')).toEqual(await known())
})

test('what another change replaced meanwhile is not replaced twice', async () => {
  const late = await withoutA1()
  await changeArchive(await withoutA1(), options)
  // Its files are gone, so it can't even be read; one whose files aren't removed yet fails in the transaction.
  await expect(changeArchive(late, options)).rejects.toThrow()
  const end = options.readings?.begin()
  const second = { ...(await withoutA1(0)) }
  await changeArchive(second, options)
  await expect(changeArchive(second, options)).rejects.toThrow('nothing was changed')
  end?.()
  expect(await ids()).toEqual(AFTER)
})

test('who reads while files are replaced reads the old ones to the end', async () => {
  const end = options.readings?.begin()
  const files = (await known()).map((name) => join(root, name))
  await changeArchive(await withoutA1(), options)
  const read = () => db.read('select count(*) as n from read_parquet($files)', { files }, (row) => row.number('n'))
  expect(await read()).toEqual([4])
  expect(await ids()).toEqual(AFTER)
  end?.()
  await recoverParts(options)
  await expect(read()).rejects.toThrow()
  expect(await storage.list('archive')).toEqual(await known())
})

/** Lets `count` calls through, then nothing any more: as if the process had ended there. */
function endingAfter(count: number): Storage {
  let left = count
  const guarded = async <T>(work: () => Promise<T>) => {
    if (left-- <= 0) throw new Error('ended')
    return work()
  }
  return {
    list: (under) => guarded(() => storage.list(under)),
    read: storage.read,
    write: (name, staged) => guarded(() => storage.write(name, staged)),
    remove: (name) => guarded(() => storage.remove(name)),
  }
}

test.each([0, 1, 2, 3, 4, 5, 6])(
  'ended after %i steps of the storage, it happened wholly or not at all',
  async (steps) => {
    const change = changeArchive(await withoutA1(), { ...options, storage: endingAfter(steps) })
    await change.catch(() => undefined)
    expect(await recoverParts(options)).toMatchObject({ unknown: [], failed: [] })
    const happened = steps >= 2
    expect(await ids()).toEqual(happened ? AFTER : BEFORE)
    expect(await recovered()).toEqual([happened ? 1 : 0])
    expect(await storage.list('archive')).toEqual(await known())
  },
)

test('the journal says that it was done, or that what it said was taken back', async () => {
  const journal = await openJournal(join(root, 'journal'))
  await changeArchive(await withoutA1(), { ...options, journal })
  const failing = {
    ...(await withoutA1(0)),
    settle: () => Promise.reject(new Error('no')),
  }
  await expect(changeArchive(failing, { ...options, journal })).rejects.toThrow('no')
  await journal.close()
  const { entries } = await readJournal(join(root, 'journal'))
  expect(entries.map(({ kind, key, body }) => [kind, key, body])).toEqual([
    [
      'change',
      '3',
      {
        state: 'done',
        change: 'forget',
        removes: [1, 2]
          .flatMap((part) =>
            ['aurora', 'nightly'].map((c) => `archive/submission_date=2014-01-16/channel=${c}/part-${part}.parquet`),
          )
          .sort(),
        files: ['nightly', 'aurora']
          .map((c) => `archive/submission_date=2014-01-16/channel=${c}/part-3.parquet`)
          .sort(),
      },
    ],
    ['change', '4', { state: 'abandoned' }],
  ])
})

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addArchiveFiles } from '../../../data/archive/archive-files.ts'
import { parsePartFileName } from '../../../data/archive/part-name.ts'
import { createDirectoryStorage, type Storage } from '../../../data/archive/storage.ts'
import { createArchiveTurn } from '../../../data/archive/turn.ts'
import { writeConvertedFile } from '../../../data/converted/converted-file.ts'
import { type Database, openDatabase } from '../../../data/counts/database.ts'
import { mergeConverted } from '../../../data/counts/merge.ts'
import { TEST_HOUR, testIndex } from '../../../data/counts/testing/converted-index.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../data/domain/time.ts'
import type { SeenDocuments } from '../../../data/seen/seen-documents.ts'
import { openSeen } from '../../../data/seen/seen-store.ts'
import { type ArchiveTaskOptions, archiveWaiting, createArchiveTask } from './archive-task.ts'
import { createRetentionTask } from './retention-task.ts'

const FOREVER = new AbortController().signal
const PERIOD = { from: 0, to: 1 }
let root: string
let db: Database
let seen: SeenDocuments
let storage: Storage

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tidewatch-tasks-'))
  await mkdir(join(root, 'converted'))
  db = await openDatabase(join(root, 'counts.duckdb'))
  seen = await openSeen({ folder: join(root, 'seen') })
  storage = createDirectoryStorage(root)
})

afterEach(async () => {
  await db.close()
  await seen.close()
  await rm(root, { recursive: true })
})

async function convert(segment: string, receivedAt = TEST_HOUR, key = segment) {
  const index = testIndex(segment, [{ at: receivedAt, key, attributes: { os: 'WINNT' } }])
  await writeConvertedFile(join(root, 'converted'), index, () => ({ kind: 'converted', payload: '{}', dropped: '' }))
  return mergeConverted(db, index, {
    now: TEST_HOUR,
    duplicateWindowMs: DAY_MS,
    seen,
    coverageToleranceMs: 6000,
    journal: null,
  })
}

const folders = () => ({
  converted: join(root, 'converted'),
  staging: join(root, 'staging'),
  corrupted: join(root, 'corrupted'),
})

const rows = async (table: string) => (await db.read(`select 1 as one from ${table}`, {}, () => 1)).length

describe('the archive task', () => {
  const parts: number[] = []
  const optionsAt = (now: number): ArchiveTaskOptions => ({
    write: {
      db,
      storage,
      folders: folders(),
      journal: null,
      now: () => now,
    },
    turn: createArchiveTurn(),
    limits: () => ({ partMaxAgeMs: 15 * MINUTE_MS, partMaxBytes: 150 }),
    onPart: ({ part }) => parts.push(part),
  })
  beforeEach(() => parts.splice(0))

  test('makes the parts that are full, and leaves the rest until its time', async () => {
    for (const segment of ['a', 'b', 'c']) await convert(segment)
    await createArchiveTask(optionsAt(TEST_HOUR + MINUTE_MS)).run(PERIOD, FOREVER)
    expect(parts).toEqual([1, 2])
    expect(await readdir(join(root, 'converted'))).toEqual(['c.converted'])
    await createArchiveTask(optionsAt(TEST_HOUR + 15 * MINUTE_MS)).run(PERIOD, FOREVER)
    expect(parts).toEqual([1, 2, 3])
  })

  test('leaves nothing waiting at a clean stop', async () => {
    await convert('a')
    await archiveWaiting(optionsAt(TEST_HOUR), FOREVER, { everything: true })
    expect(await readdir(join(root, 'converted'))).toEqual([])
    expect(await storage.list('archive')).toHaveLength(1)
  })

  describe('a part that can never be written', () => {
    const failing = (fails: (channel: string) => boolean): ArchiveTaskOptions => {
      const options = optionsAt(TEST_HOUR + DAY_MS)
      const write: Storage['write'] = (name, staged) =>
        fails(name) ? Promise.reject(new Error('too long a name')) : storage.write(name, staged)
      return { ...options, write: { ...options.write, storage: { ...storage, write } } }
    }

    test('is told, and holds up no other', async () => {
      for (const segment of ['a', 'b', 'c']) await convert(segment)
      const options = failing((name) => name.includes('part-1.'))
      for (let run = 0; run < 2; run++) {
        await expect(createArchiveTask(options).run(PERIOD, FOREVER)).rejects.toThrow(
          "part 1 of the archive can't be written: too long a name",
        )
      }
      expect(parts).toEqual([2, 3])
      expect(await readdir(join(root, 'converted'))).toEqual(['a.converted'])
    })

    test('is not the cause where none can be: no more are tried', async () => {
      for (const segment of ['a', 'b', 'c', 'd', 'e']) await convert(segment)
      await expect(createArchiveTask(failing(() => true)).run(PERIOD, FOREVER)).rejects.toThrow(
        /part 1 .*; part 2 .*; part 3 /,
      )
      const planned = () => db.read('select part from archive_parts', {}, (row) => row.number('part'))
      expect(await planned()).toHaveLength(3)
      await expect(createArchiveTask(failing(() => true)).run(PERIOD, FOREVER)).rejects.toThrow('part 3')
      expect(await planned()).toHaveLength(3)
      await createArchiveTask(failing(() => false)).run(PERIOD, FOREVER)
      expect(parts).toEqual([1, 2, 3, 4, 5])
    })
  })

  test('finishes a part that failed before it plans another', async () => {
    await convert('a')
    const options = optionsAt(TEST_HOUR + DAY_MS)
    const failing = { ...storage, write: () => Promise.reject(new Error('disk full')) }
    const broken = { ...options, write: { ...options.write, storage: failing } }
    await expect(createArchiveTask(broken).run(PERIOD, FOREVER)).rejects.toThrow('disk full')
    await createArchiveTask(options).run(PERIOD, FOREVER)
    expect(parts).toEqual([1])
    expect(await storage.list('archive')).toHaveLength(1)
  })
})

describe('the retention task', () => {
  const run = (now: number, keepDays: { archive: number | null; quarantine: number | null }) =>
    createRetentionTask({
      root,
      write: { db, storage, folders: folders(), journal: null, now: () => now },
      seen,
      turn: createArchiveTurn(),
      limits: () => ({
        now,
        keepMinuteHours: 48,
        keepAttributeDays: 90,
        rememberFrom: now - DAY_MS,
        keepDays,
      }),
      onRemoved: () => undefined,
    }).run(PERIOD, FOREVER)
  const forever = { archive: null, quarantine: null }

  test.each([
    { hours: 24, left: { documents: 1, minute_counts: 1, attribute_counts: 1, hourly_counts: 1 } },
    { hours: 33, left: { documents: 1, minute_counts: 1, attribute_counts: 1, hourly_counts: 1 } },
    { hours: 35, left: { documents: 0, minute_counts: 1, attribute_counts: 1, hourly_counts: 1 } },
    { hours: 49, left: { documents: 0, minute_counts: 0, attribute_counts: 1, hourly_counts: 1 } },
    { hours: 91 * 24, left: { documents: 0, minute_counts: 0, attribute_counts: 0, hourly_counts: 1 } },
  ])('after $hours hours it leaves $left', async ({ hours, left }) => {
    await convert('a')
    await run(TEST_HOUR + hours * HOUR_MS, forever)
    const { documents, ...tables } = left
    expect(seen.stats().ids).toBe(documents)
    for (const [table, count] of Object.entries(tables)) expect([table, await rows(table)]).toEqual([table, count])
  })

  test('documents of old logs are remembered until the logs that are moved in with them are counted', async () => {
    await convert('a', TEST_HOUR - 400 * DAY_MS, 'k')
    await run(TEST_HOUR + HOUR_MS, forever)
    expect(await convert('b', TEST_HOUR - 400 * DAY_MS, 'k')).toMatchObject({ duplicateFrames: [0] })
    await run(TEST_HOUR + 2 * DAY_MS, forever)
    expect(seen.stats().ids).toBe(0)
  })

  test('removes the days that are over, each kind by its own setting, and nothing else', async () => {
    const names = ['archive', 'quarantine'].flatMap((keep) =>
      ['14', '15', '16'].map((day) => `${keep}/submission_date=2014-01-${day}/channel=nightly/part-1.parquet`),
    )
    for (const name of [...names, 'archive/notes.txt']) {
      await writeFile(join(root, 'staged'), 'x')
      await storage.write(name, join(root, 'staged'))
    }
    await db.inTransaction((transaction) =>
      addArchiveFiles(
        transaction,
        names.map((name) => {
          const { keep = 'archive', date = '' } = parsePartFileName(name) ?? {}
          return { name, partition: { keep, date, channel: 'nightly' }, part: 1, rows: 1, bytes: 1, problems: ['none'] }
        }),
      ),
    )
    await run(TEST_HOUR, { archive: 1, quarantine: null })
    expect(await storage.list('archive')).toEqual(['archive/notes.txt', ...names.slice(1, 3)])
    expect(await storage.list('quarantine')).toHaveLength(3)
  })
})

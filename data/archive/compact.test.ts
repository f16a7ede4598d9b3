import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TEST_HOUR } from '../counts/testing/converted-index.ts'
import { DAY_MS } from '../domain/time.ts'
import { type ArchiveFile, readArchiveFiles } from './archive-files.ts'
import { type CompactionLimits, compact, planCompaction, readCompactions } from './compact.ts'
import { readParts } from './read-parts.ts'
import { type FilledArchive, openFilledArchive } from './testing/filled-archive.ts'

// Dozens of syncs: on a busy machine each takes a while.
vi.setConfig({ testTimeout: 60_000 })

const LIMITS: CompactionLimits = { now: TEST_HOUR + 3 * DAY_MS, afterDays: 1, fileBytes: 1600 }

function file(
  part: number,
  bytes: number,
  rest: { readonly date?: string; readonly channel?: string } = {},
): ArchiveFile {
  const partition = { keep: 'archive', date: '2014-01-16', channel: 'nightly', ...rest } as const
  return { name: `${part}`, part, bytes, rows: 1, problems: ['none'], partition }
}

describe('put together are', () => {
  const planned = (files: readonly ArchiveFile[], compacted: readonly number[] = []) =>
    planCompaction(files, new Set(compacted), LIMITS).map((step) => step.files.map(({ part }) => part))

  test.each([
    { claim: 'small files of one day and channel', files: [file(1, 50), file(2, 50)], steps: [[1, 2]] },
    { claim: 'no single one', files: [file(1, 50)], steps: [] },
    { claim: 'none of another channel', files: [file(1, 50), file(2, 50, { channel: 'aurora' })], steps: [] },
    { claim: 'none of another day', files: [file(1, 50), file(2, 50, { date: '2014-01-15' })], steps: [] },
    { claim: 'none that are large', files: [file(1, 101), file(2, 50), file(3, 50)], steps: [[2, 3]] },
    {
      claim: 'none of a day that may still grow',
      files: [file(1, 50, { date: '2014-01-18' }), file(2, 50, { date: '2014-01-18' })],
      steps: [],
    },
    {
      claim: 'no more at once than the staging folder is to hold',
      files: Array.from({ length: 18 }, (_, n) => file(n, 100)),
      steps: [
        [0, 1, 2, 3, 4, 5, 6, 7],
        [8, 9, 10, 11, 12, 13, 14, 15],
        [16, 17],
      ],
    },
    { claim: 'not for ever the same', files: [file(1, 50), file(2, 50)], compacted: [1, 2], steps: [] },
    { claim: 'what was left with what came since', files: [file(1, 50), file(2, 50)], compacted: [1], steps: [[1, 2]] },
  ])('$claim', ({ files, compacted = [], steps }) => {
    expect(planned(files, compacted)).toEqual(steps)
  })
})

describe('in the archive', () => {
  let archive: FilledArchive
  beforeEach(async () => {
    archive = await openFilledArchive()
    for (const segment of ['a', 'b', 'c']) {
      await archive.convert(segment, [
        { id: `${segment}1`, reason: 'saved-session' },
        { id: `${segment}2`, reason: 'idle-daily' },
        { id: `${segment}3`, problem: 'invalid_revision' },
      ])
      await archive.archive()
    }
  })
  afterEach(() => archive.close())

  const compactAll = async (fileBytes = 1 << 20) => {
    const { db } = archive.options
    const steps = await readCompactions(db, { ...LIMITS, fileBytes })
    for (const step of steps) await compact(step, { write: archive.options, root: archive.root, fileBytes })
    return steps.length
  }
  const rows = async (keep: 'archive' | 'quarantine') =>
    readParts(
      archive.options.db,
      { root: archive.root, keep },
      { select: 'document_id, channel, segment, frame', rest: 'order by filename, file_row_number' },
      (row) => row.text('document_id'),
    )

  test('many files of a day become one, sorted over all, with every row once', async () => {
    expect(await compactAll()).toBe(2)
    expect(await rows('archive')).toEqual(['a2', 'b2', 'c2', 'a1', 'b1', 'c1'])
    expect(await rows('quarantine')).toEqual(['a3', 'b3', 'c3'])
    const { db, storage } = archive.options
    expect((await readArchiveFiles(db, { keep: 'archive' })).map(({ name, rows: count }) => [name, count])).toEqual([
      ['archive/submission_date=2014-01-16/channel=nightly/part-4.parquet', 6],
    ])
    expect(await storage.list('archive')).toHaveLength(1)
    expect(await storage.list('quarantine')).toHaveLength(1)
  })

  test('done once there is nothing more to do, until something comes late', async () => {
    await compactAll()
    expect(await compactAll()).toBe(0)
    await archive.convert('late', [{ id: 'late' }])
    await archive.archive()
    expect(await compactAll()).toBe(1)
    expect(await rows('archive')).toEqual(['a2', 'b2', 'c2', 'late', 'a1', 'b1', 'c1'])
  })

  test('who reads meanwhile reads the files that he began with', async () => {
    const end = archive.options.readings.begin()
    await compactAll()
    expect(await archive.options.storage.list('archive')).toHaveLength(4)
    expect(await rows('archive')).toHaveLength(6)
    end()
  })
})

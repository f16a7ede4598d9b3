import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TEST_HOUR } from '../../counts/testing/converted-index.ts'
import { DAY_MS } from '../../domain/time.ts'
import { readArchiveFiles } from '../archive-files.ts'
import { compact, readCompactions } from '../compact.ts'
import { forgetDocuments } from '../forget/forget-documents.ts'
import { type ArchiveReader, openArchiveReader } from '../reading/archive-reader.ts'
import { type KeepDays, trimArchive } from '../retention.ts'
import { type FilledArchive, openFilledArchive } from '../testing/filled-archive.ts'
import { createArchiveTurn } from '../turn.ts'
import { differenceText } from './difference.ts'
import { type VerifyOptions, verifyArchive } from './verify-archive.ts'

// Dozens of syncs: on a busy machine each takes a while.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let archive: FilledArchive
let reader: ArchiveReader
let options: VerifyOptions

beforeEach(async () => {
  archive = await openFilledArchive()
  reader = await openArchiveReader(archive.root)
  options = { write: archive.options, turn: createArchiveTurn(), root: archive.root, reader: reader.db }
  await archive.convert(
    'a',
    [
      { id: 'd1', key: 'k' },
      { id: 'd2', channel: 'aurora', problem: 'bad_histogram' },
      { id: 'd3', problem: 'invalid_revision' },
      { id: 'd4', automation: true },
      { id: 'd1', key: 'k' },
    ],
    { damaged: [{ offset: 0, bytes: 7, near: TEST_HOUR }] },
  )
  await archive.convert('b', [{ id: 'd5', at: TEST_HOUR + DAY_MS }])
  await archive.archive()
})

afterEach(async () => {
  await reader.close()
  await archive.close()
})

const differences = async () => (await verifyArchive(options)).differences.map(differenceText)
const trim = (keepDays: KeepDays) => trimArchive(archive.root, keepDays, archive.options.now(), archive.options)
const NIGHTLY = 'archive/submission_date=2014-01-16/channel=nightly/part-1.parquet'

describe('nothing is said of an archive that is whole', () => {
  test('with duplicates, damage and automation among what was counted', async () => {
    expect(await verifyArchive(options)).toMatchObject({
      differences: [],
      differenceCount: 0,
      days: 2,
      files: 4,
      rows: 5,
    })
  })

  test('while submissions wait for their part', async () => {
    await archive.convert('waiting', [
      { id: 'd6', key: 'l' },
      { id: 'd6', key: 'l' },
    ])
    expect(await differences()).toEqual([])
  })

  test('after files were put together and documents forgotten', async () => {
    await archive.convert('c', [{ id: 'd7' }])
    await archive.archive()
    const limits = { now: TEST_HOUR + 9 * DAY_MS, afterDays: 1, fileBytes: 1 << 20 }
    const [step] = await readCompactions(archive.options.db, limits)
    if (step !== undefined) await compact(step, { write: archive.options, root: archive.root, fileBytes: 1 << 20 })
    await forgetDocuments(['d1', 'd3'], { ...options, reader: reader.db })
    expect(await differences()).toEqual([])
  })

  test('of what was kept no longer, whatever the settings say now', async () => {
    const keepDays = { archive: null, quarantine: null, quarantineByProblem: { invalid_revision: 2 } }
    await trim(keepDays)
    expect(await verifyArchive(options)).toMatchObject({ differences: [], files: 3 })
    await trim({ archive: 2, quarantine: null })
    expect(await verifyArchive(options)).toMatchObject({ differences: [], files: 1 })
  })

  test('of a file whose other problems are kept', async () => {
    await archive.convert('c', [
      { id: 'd7', problem: 'bad_json' },
      { id: 'd8', problem: 'invalid_revision' },
    ])
    await archive.archive()
    await trim({ archive: null, quarantine: null, quarantineByProblem: { bad_json: 2 } })
    expect(await differences()).toEqual([])
  })
})

test('what is gone is told where retention removed other problems of that day, or other days', async () => {
  await trim({ archive: null, quarantine: null, quarantineByProblem: { invalid_revision: 2, bad_json: 1 } })
  await archive.options.db.inTransaction((transaction) =>
    transaction.run(`update hourly_counts set submissions = submissions + 1 where outcome <> 'rejected'`),
  )
  expect((await differences()).filter((text) => !text.startsWith('segment'))).toHaveLength(4)
  await trim({ archive: 2, quarantine: 2 })
  expect(await differences()).toHaveLength(1)
})

describe('it is told that', () => {
  const at = '2014-01-16T14:00:00Z'
  test('a file is gone, and what was in it', async () => {
    await rm(join(archive.root, NIGHTLY))
    expect(await differences()).toEqual([
      `${NIGHTLY}: the file is gone`,
      `${at} nightly, accepted, live: 1 counted, 0 kept`,
      `${at} nightly, accepted, live, automation: 1 counted, 0 kept`,
      'segment a: 4 counted, 2 kept',
    ])
  })

  test('a byte of a file has changed', async () => {
    const path = join(archive.root, NIGHTLY)
    const bytes = await readFile(path)
    bytes.fill(0xff, 40, 120)
    await writeFile(path, bytes)
    const [first = ''] = await differences()
    expect(first).toMatch(/^archive.*part-1\.parquet: can't be read: /)
  })

  test('a file was cut or written anew', async () => {
    const other = 'archive/submission_date=2014-01-17/channel=nightly/part-1.parquet'
    await writeFile(join(archive.root, NIGHTLY), await readFile(join(archive.root, other)))
    const all = await differences()
    expect(all).toContain(`${NIGHTLY}: 1 rows, 2 were written`)
    expect(all).toContain(`${at} nightly, accepted, live: 1 counted, 0 kept`)
  })

  test('a frame stands in the archive twice', async () => {
    const { db } = archive.options
    const copy = 'archive/submission_date=2014-01-16/channel=nightly/part-98.parquet'
    await writeFile(join(archive.root, copy), await readFile(join(archive.root, NIGHTLY)))
    await db.inTransaction((transaction) =>
      transaction.run(
        'insert into archive_files select * replace ($copy as name) from archive_files where name = $name',
        {
          copy,
          name: NIGHTLY,
        },
      ),
    )
    const all = await differences()
    expect(all).toContain('document d1 (segment a, frame 0): there 2 times')
    expect(all).toContain(`${at} nightly, accepted, live: 1 counted, 2 kept`)
  })

  test('there is a file that nobody knows', async () => {
    const stranger = 'archive/submission_date=2014-01-16/channel=nightly/part-99.parquet'
    await writeFile(join(archive.root, stranger), await readFile(join(archive.root, NIGHTLY)))
    expect(await differences()).toEqual([`${stranger}: the archive does not know this file, and nobody reads it`])
  })

  test('counts say something else', async () => {
    const { db } = archive.options
    await db.inTransaction((transaction) =>
      transaction.run(`update hourly_counts set submissions = 5, recovered = 1 where problem = 'invalid_revision'`),
    )
    expect(await differences()).toEqual([
      `${at} nightly, quarantined (invalid_revision), live: 5 counted, 1 kept`,
      `${at} nightly, quarantined (invalid_revision), live: 1 counted as recovered, 0 kept as such`,
    ])
  })

  test('a converted file is gone before it was archived', async () => {
    await archive.convert('waiting', [{ id: 'd6' }])
    await rm(join(archive.root, 'converted/waiting.converted'))
    expect(await differences()).toEqual([`${at} nightly, accepted, live: 2 counted, 1 kept`])
  })
})

test('files that are read are kept until they are', async () => {
  const seen: number[] = []
  await verifyArchive({ ...options, onDay: ({ files }) => seen.push(files) })
  expect(seen).toEqual([3, 4])
  expect(archive.options.readings.isAny).toBe(false)
  expect(await readArchiveFiles(archive.options.db, { keep: 'archive' })).toHaveLength(3)
})

describe('counted every night', () => {
  const reconciled = async () => (await verifyArchive({ ...options, isWhole: false })).differences.map(differenceText)

  test('an archive that is whole has nothing to tell', async () => {
    await archive.convert('waiting', [{ id: 'd6' }])
    expect(await reconciled()).toEqual([])
  })

  test('the hour and channel are told, and the segment that what is missing came with', async () => {
    await archive.options.db.inTransaction((transaction) =>
      transaction.run(`update archive_files set state = 'replaced' where name = '${NIGHTLY}'`),
    )
    const found = await reconciled()
    expect(found).toContain('2014-01-16T14:00:00Z nightly, accepted, live: 1 counted, 0 kept')
    expect(found).toContain('segment a: 4 counted, 2 kept')
    expect(found.filter((text) => text.startsWith('segment'))).toHaveLength(1)
  })
})

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readArchiveFiles } from '../archive/archive-files.ts'
import { compact, readCompactions } from '../archive/compact.ts'
import { forgetDocuments } from '../archive/forget/forget-documents.ts'
import { type ArchiveReader, openArchiveReader } from '../archive/reading/archive-reader.ts'
import { trimArchive } from '../archive/retention.ts'
import { type FilledArchive, openFilledArchive } from '../archive/testing/filled-archive.ts'
import { createArchiveTurn } from '../archive/turn.ts'
import { storeJudgement } from '../counts/judgements.ts'
import { TEST_HOUR } from '../counts/testing/converted-index.ts'
import { DAY_MS, HOUR_MS } from '../domain/time.ts'
import { type Recount, recount } from './recount.ts'

// Dozens of syncs: on a busy machine each takes a while.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let archive: FilledArchive
beforeEach(async () => {
  archive = await openFilledArchive()
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
afterEach(() => archive.close())

async function again({ since = TEST_HOUR, until = TEST_HOUR + 2 * DAY_MS, isMending = false } = {}): Promise<Recount> {
  const exchange = join(archive.root, 'staging', 'tables')
  const reader: ArchiveReader = await openArchiveReader(archive.root, [exchange])
  try {
    return await recount({
      since,
      until,
      isMending,
      exchange,
      write: archive.options,
      turn: createArchiveTurn(),
      root: archive.root,
      journal: join(archive.root, 'journal'),
      reader: reader.db,
    })
  } finally {
    await reader.close()
  }
}

const spoil = (sql: string) => archive.options.db.inTransaction((transaction) => transaction.run(sql))
/** Until an hour is settled, what has everything in common may stand in several rows. */
const SUMMED = `(select * replace (sum(submissions)::bigint as submissions, sum(recovered)::bigint as recovered,
  sum(bytes)::bigint as bytes) from hourly_counts group by all having sum(submissions) <> 0)`

const live = () =>
  archive.options.db.read(`select to_json(t)::varchar as line from ${SUMMED} t order by line`, {}, (row) =>
    row.text('line'),
  )

describe('what is kept is what was counted', () => {
  test('with copies, damage and automation', async () => {
    expect(await again()).toMatchObject({ differences: [], submissions: 7, hours: 2, mendedHours: 0 })
  })

  test('while something waits for its part', async () => {
    await archive.convert('waiting', [
      { id: 'd6', key: 'l' },
      { id: 'd6', key: 'l' },
    ])
    expect(await again()).toMatchObject({ differences: [], submissions: 9 })
  })

  test('after files were put together, documents forgotten, and old days removed', async () => {
    await archive.convert('c', [{ id: 'd7' }])
    await archive.archive()
    const limits = { now: TEST_HOUR + 9 * DAY_MS, afterDays: 1, fileBytes: 1 << 20 }
    const [step] = await readCompactions(archive.options.db, limits)
    if (step !== undefined) await compact(step, { write: archive.options, root: archive.root, fileBytes: 1 << 20 })
    const reader = await openArchiveReader(archive.root)
    await forgetDocuments(['d1', 'd3'], {
      write: archive.options,
      turn: createArchiveTurn(),
      root: archive.root,
      reader: reader.db,
    })
    await reader.close()
    expect(await again()).toMatchObject({ differences: [] })
    await trimArchive(archive.root, { archive: 2, quarantine: 2 }, archive.options.now(), archive.options)
    expect(await again()).toMatchObject({ differences: [], files: 1 })
  })

  test('of the hours asked for alone, and never of imports', async () => {
    await archive.convert('i'.repeat(8), [{ id: 'd8' }], { receiver: 'import:log' })
    await spoil(`update hourly_counts set submissions = 99 where hour = '2014-01-17 14:00:00' or source = 'log'`)
    expect(await again({ until: TEST_HOUR + HOUR_MS })).toMatchObject({ differences: [], hours: 1 })
    expect((await again({ since: TEST_HOUR + HOUR_MS })).differences).toHaveLength(1)
  })
})

test('what differs is told by hour and channel, put right when asked to, and judged again', async () => {
  const before = await live()
  await archive.options.db.inTransaction((transaction) =>
    storeJudgement(transaction, {
      hours: [TEST_HOUR],
      expectations: [],
      forecast: null,
      judgedAt: TEST_HOUR + HOUR_MS,
      reopened: [],
      changedMeanwhile: [],
    }),
  )
  await spoil(`update hourly_counts set submissions = submissions + 2 where outcome = 'accepted' and not automation`)
  await spoil(`delete from hourly_counts where channel = 'aurora'`)
  await spoil(`update hourly_counts set bytes = 1, recovered = 1 where outcome = 'duplicate'`)
  await spoil(`insert into hourly_counts select hour, 'nowhere', * exclude (hour, channel) from hourly_counts limit 1`)
  const found = await again({ isMending: true })
  expect(found.differences).toMatchObject([
    { hour: TEST_HOUR, channel: 'aurora', outcome: 'salvaged', counted: 0, found: 1 },
    { hour: TEST_HOUR, channel: 'nightly', outcome: 'accepted', counted: 3, found: 1 },
    {
      hour: TEST_HOUR,
      channel: 'nightly',
      outcome: 'duplicate',
      counted: 1,
      found: 1,
      bytes: { counted: 1, found: 100 },
    },
    { hour: TEST_HOUR, channel: 'nowhere', found: 0 },
    { hour: TEST_HOUR + DAY_MS, channel: 'nightly', outcome: 'accepted', counted: 3, found: 1 },
  ])
  expect(found.mendedHours).toBe(2)
  expect(await live()).toEqual(before)
  expect(await again()).toMatchObject({ differences: [], mendedHours: 0 })
  const reopened = await archive.options.db.read('select hour from reopened_hours', {}, (row) => row.number('hour'))
  expect(reopened).toEqual([TEST_HOUR])
})

test('a file that can not be read proves nothing', async () => {
  const [file] = await readArchiveFiles(archive.options.db, { keep: 'archive' })
  await rm(join(archive.root, file?.name ?? ''))
  await expect(again()).rejects.toThrow('part-1')
})

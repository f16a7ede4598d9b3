import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Database, openDatabase } from '../counts/database.ts'
import { TEST_HOUR } from '../counts/testing/converted-index.ts'
import { DAY_MS } from '../domain/time.ts'
import { openSeen } from '../seen/seen-store.ts'
import { compact, readCompactions } from './compact.ts'
import { rebuildCounts } from './rebuild-counts.ts'
import { readRemovedDays } from './removed-days.ts'
import { trimArchive } from './retention.ts'
import { keepRetiredCounts } from './retired-counts.ts'
import { type FilledArchive, openFilledArchive } from './testing/filled-archive.ts'

// Dozens of syncs: on a busy machine each takes a while.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let archive: FilledArchive
beforeEach(async () => {
  archive = await openFilledArchive()
  for (const [segment, at] of [
    ['a', TEST_HOUR],
    ['b', TEST_HOUR],
    ['c', TEST_HOUR + 2 * DAY_MS],
  ] as const) {
    await archive.convert(segment, [
      { id: `${segment}1`, at, key: segment },
      { id: `${segment}2`, at, channel: 'aurora', problem: 'bad_histogram' },
      { id: `${segment}3`, at, problem: 'invalid_revision', bytes: 7 },
      { id: `${segment}1`, at, key: segment },
    ])
    await archive.archive()
  }
})
afterEach(() => archive.close())

const counts = (db: Database) =>
  db.read(
    `select to_json(t)::varchar as line from (
       select * exclude (submissions, recovered, bytes), sum(submissions)::bigint as submissions,
         sum(recovered)::bigint as recovered, sum(bytes)::bigint as bytes from hourly_counts group by all) t order by line`,
    {},
    (row) => row.text('line'),
  )

async function rebuilt() {
  const { root, options } = archive
  const readable = ['archive', 'quarantine', 'retired'].map((folder) => join(root, folder))
  const db = await openDatabase(join(root, `again-${Math.random()}.duckdb`), { readableFolders: readable })
  const seen = await openSeen({ folder: join(root, 'seen-again') })
  const { missingFiles } = await rebuildCounts({
    db,
    root,
    storage: options.storage,
    journal: join(root, 'journal'),
    coverageToleranceMs: 6000,
    seen,
    rememberFrom: 0,
  })
  await seen.close()
  const made = { counts: await counts(db), missingFiles, removed: await readRemovedDays(db) }
  await db.close()
  return made
}

test('counts outlive submissions, also where the database is lost: those of removed days come back, each once', async () => {
  const before = await counts(archive.options.db)
  expect((await rebuilt()).counts).toEqual(before)
  const [step] = await readCompactions(archive.options.db, {
    now: TEST_HOUR + 9 * DAY_MS,
    afterDays: 1,
    fileBytes: 1 << 20,
  })
  if (step !== undefined) await compact(step, { write: archive.options, root: archive.root, fileBytes: 1 << 20 })
  const keepDays = { archive: 2, quarantine: 2 }
  expect(await trimArchive(archive.root, keepDays, archive.options.now(), archive.options)).not.toEqual([])
  const made = await rebuilt()
  expect(made).toMatchObject({ counts: before, missingFiles: 0 })
  expect(made.removed).toEqual(await readRemovedDays(archive.options.db))
})

test('what was kept of a file that is still there is passed over: a crash came before it was removed', async () => {
  const before = await counts(archive.options.db)
  const names = await archive.options.storage.list('archive')
  await keepRetiredCounts(names, { ...archive.options, root: archive.root })
  expect((await rebuilt()).counts).toEqual(before)
})

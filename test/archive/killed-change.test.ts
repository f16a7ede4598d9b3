import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { KEEPS } from '../../data/archive/part-name.ts'
import { readParts } from '../../data/archive/read-parts.ts'
import { openArchiveReader } from '../../data/archive/reading/archive-reader.ts'
import { Readings } from '../../data/archive/readings.ts'
import { createDirectoryStorage } from '../../data/archive/storage.ts'
import { openFilledArchive } from '../../data/archive/testing/filled-archive.ts'
import { createArchiveTurn } from '../../data/archive/turn.ts'
import { verifyArchive } from '../../data/archive/verify/verify-archive.ts'
import { openDatabase } from '../../data/counts/database.ts'
import { removeFolder } from '../support/remove-folder.ts'

const PROGRAM = fileURLToPath(new URL('../../dist/test/archive/killed-change.js', import.meta.url))
/** More steps than there are: then the process isn't killed. */
const MOST_STEPS = 100

async function run(root: string, dieAt: number): Promise<'killed' | 'ended'> {
  const child = spawn(process.execPath, [PROGRAM, root, String(dieAt)], { stdio: ['ignore', 'inherit', 'inherit'] })
  const [code, signal] = await once(child, 'exit')
  if (signal === 'SIGKILL') return 'killed'
  expect(code).toBe(0)
  return 'ended'
}

async function stateOf(root: string) {
  const db = await openDatabase(join(root, 'counts.duckdb'), { readableFolders: [root] })
  const reader = await openArchiveReader(root)
  try {
    const kept = await Promise.all(
      KEEPS.map((keep) => readParts(db, { root, keep }, { select: 'document_id' }, (row) => row.text('document_id'))),
    )
    const folders = { converted: join(root, 'converted'), staging: join(root, 'staging'), corrupted: '' }
    const storage = createDirectoryStorage(root)
    const write = { db, storage, folders, journal: null, now: () => 0, readings: new Readings() }
    const verified = await verifyArchive({ write, turn: createArchiveTurn(), root, reader: reader.db })
    const counts = await db.read('select sum(submissions) as n from hourly_counts', {}, (row) => row.number('n'))
    return { ids: kept.map((ids) => ids.sort().join(' ')), differences: verified.differences, counts }
  } finally {
    await reader.close()
    await db.close()
  }
}

test('killed before and after every write, removal and journal entry of a compaction and a forgetting: each row once, or gone', {
  timeout: 600_000,
}, async () => {
  const filled = await openFilledArchive()
  onTestFinished(() => rm(filled.root, { recursive: true, force: true }))
  for (const segment of ['a', 'b', 'c']) {
    await filled.convert(segment, [
      { id: `${segment}1` },
      { id: `${segment}2` },
      { id: `${segment}3`, problem: 'bad_json' },
    ])
    await filled.archive()
  }
  const workFolder = await mkdtemp(join(tmpdir(), 'tidewatch-killed-'))
  onTestFinished(() => rm(workFolder, { recursive: true, force: true }))
  await filled.options.db.close()
  let kills = 0
  for (let step = 1; step <= MOST_STEPS; step++) {
    const root = join(workFolder, String(step))
    await cp(filled.root, root, { recursive: true })
    const outcome = await run(root, step)
    // As the next start does.
    if (outcome === 'killed') await run(root, 0)
    const { ids, differences, counts } = await stateOf(root)
    expect({ step, ids, differences, counts }).toEqual({
      step,
      ids: ['a1 a2 b1 c1 c2', 'a3 b3 c3'],
      differences: [],
      counts: [9],
    })
    await removeFolder(root)
    if (outcome === 'ended') break
    kills++
  }
  expect(kills).toBeGreaterThanOrEqual(20)
  expect(kills).toBeLessThan(MOST_STEPS)
})

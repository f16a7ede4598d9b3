import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { readParts } from '../../data/archive/read-parts.ts'
import { openDatabase } from '../../data/counts/database.ts'
import { decideDuplicates } from '../../data/counts/duplicates.ts'
import { DAY_MS } from '../../data/domain/time.ts'
import { readJournal } from '../../data/journal/journal.ts'
import { crashIndex, SEGMENTS } from './count-and-archive.ts'

const PROGRAM = fileURLToPath(new URL('../../dist/test/counts/count-and-archive.js', import.meta.url))
const KILLS = 16

/** Runs the program and kills it at a random moment of its work; true where it had ended by itself before. */
async function runAndKill(root: string, afterMs: number | null): Promise<boolean> {
  const child = spawn(process.execPath, [PROGRAM, root], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  if (afterMs !== null) {
    await Promise.race([once(child.stdout, 'data'), exit])
    const timer = setTimeout(() => child.kill('SIGKILL'), afterMs)
    await exit
    clearTimeout(timer)
  }
  const [code, signal] = await exit
  if (signal === null) expect(code).toBe(0)
  return signal === null
}

test('killed in the middle of counting and archiving, again and again, every record is kept and counted once', {
  timeout: 180_000,
}, async () => {
  const root = await mkdtemp(join(tmpdir(), 'tidewatch-counts-crash-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  // Longer and longer lives, so that each kill meets another stage of the work, and the work gets on however slow the machine is.
  let cutShort = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const ended = await runAndKill(root, Math.random() * (100 + 100 * kill))
    cutShort += ended ? 0 : 1
  }
  expect(cutShort).toBeGreaterThanOrEqual(5)
  expect(await runAndKill(root, null)).toBe(true)

  const records = Array.from({ length: SEGMENTS }, (_, n) => crashIndex(n).records).flat()
  const numbered = records.map((record, frame) => ({ ...record, frame }))
  const duplicates = new Set(decideDuplicates(numbered, [], DAY_MS).duplicateFrames)
  const expected = numbered.filter((record) => !duplicates.has(record.frame))

  const db = await openDatabase(join(root, 'counts.duckdb'), { readableFolders: [root] })
  const ids = await Promise.all(
    (['archive', 'quarantine'] as const).map((keep) =>
      readParts(db, { root, keep }, { select: 'document_id' }, (row) => row.text('document_id')),
    ),
  )
  expect(ids.flat().sort()).toEqual(expected.map((record) => record.documentId).sort())
  const counts = await db.read(
    'select outcome, sum(submissions) as n from hourly_counts group by outcome order by outcome',
    {},
    (row) => [row.text('outcome'), row.number('n')],
  )
  const count = (outcome: string) => expected.filter((record) => record.outcome === outcome).length
  expect(counts).toEqual([
    ['accepted', count('accepted')],
    ['duplicate', duplicates.size],
    ['quarantined', count('quarantined')],
  ])
  expect(
    await db.read(
      'select from_time, to_time from coverage',
      {},
      (row) => row.number('to_time') - row.number('from_time'),
    ),
  ).toEqual([SEGMENTS * 1000])
  expect(await readdir(join(root, 'converted'))).toEqual([])
  expect(await readdir(join(root, 'staging'))).toEqual([])
  const { entries } = await readJournal(join(root, 'journal'))
  expect(new Set(entries.filter(({ kind }) => kind === 'segment').map(({ key }) => key)).size).toBe(SEGMENTS)
  await db.close()
})

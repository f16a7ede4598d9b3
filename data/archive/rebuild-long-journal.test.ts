import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../counts/database.ts'
import { TEST_HOUR } from '../counts/testing/converted-index.ts'
import { HOUR_MS } from '../domain/time.ts'
import { openSeen } from '../seen/seen-store.ts'
import { rebuildCounts } from './rebuild-counts.ts'
import { createDirectoryStorage } from './storage.ts'

/** More than are read at once, two seconds apart, each with one copy; every other one stands in the journal twice. */
const SEGMENTS = 12_345
const EVERY_MS = 2000
const TOLERANCE_MS = 6000

let root: string
let db: Database
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tidewatch-long-journal-'))
  for (const folder of ['journal', 'archive', 'quarantine']) await mkdir(join(root, folder))
  db = await openDatabase(join(root, 'new.duckdb'))
})
afterEach(async () => {
  await db.close()
  await rm(root, { recursive: true })
})

const name = (n: number) => `segment-${n}.v3`
const mergedAt = (n: number) => TEST_HOUR + n * EVERY_MS

function segmentLine(n: number, { receiver = 'one', copies = 1 } = {}) {
  const at = mergedAt(n)
  const dimensions = { reason: 'idle-daily', appName: 'Firefox', appVersion: '29.0', channel: 'nightly', buildId: '1' }
  const hour = at - (at % HOUR_MS)
  const counts = { hour, dimensions, outcome: 'duplicate', problem: 'none', automation: false, bytes: 7 }
  const body = {
    receiver,
    segmentCreatedAt: at,
    records: 3,
    bytes: 21,
    duplicateFrames: [0],
    coverage: [{ receiver, from: at, to: at + EVERY_MS }],
    hourly: [{ ...counts, submissions: copies }],
    discarded: [],
  }
  return JSON.stringify({ kind: 'segment', key: name(n), writtenAt: at, body })
}

function partLine(part: number, from: number, to: number) {
  const segments = Array.from({ length: to - from }, (_, n) => name(from + n))
  return JSON.stringify({ kind: 'part', key: String(part), writtenAt: mergedAt(to), body: { segments, files: [] } })
}

async function rebuild(lines: readonly string[], options: { ledgerFrom?: number; waiting?: readonly string[] } = {}) {
  await writeFile(join(root, 'journal/2014-01.jsonl'), lines.map((line) => `${line}\n`).join(''))
  const { waiting = [], ...rest } = options
  const seen = await openSeen({ folder: join(root, 'seen') })
  const rebuilt = await rebuildCounts({
    db,
    root,
    storage: createDirectoryStorage(root),
    journal: join(root, 'journal'),
    coverageToleranceMs: TOLERANCE_MS,
    seen,
    rememberFrom: 0,
    readWaiting: async () => new Set(waiting),
    ...rest,
  })
  await seen.close()
  return rebuilt
}

const one = async (sql: string) => (await db.read(sql, {}, (row) => row.number('n')))[0]

test('of a journal that is longer than what is read at once every segment counts once, as it was written last', async () => {
  const lines = Array.from({ length: SEGMENTS }, (_, n) => [
    // Killed before its transaction was committed, and merged again long after.
    ...(n % 2 === 0 ? [segmentLine(n, { copies: 1000 })] : []),
    ...(n % 5000 === 4999 ? [partLine(n, n - 4999, n)] : []),
  ]).flat()
  lines.push('cut sho', ...Array.from({ length: SEGMENTS }, (_, n) => segmentLine(n)))
  const waiting = [name(SEGMENTS - 2), name(SEGMENTS - 1)]
  const { segments, submissions, damagedLines } = await rebuild(lines, { waiting })
  expect({ segments, submissions, damagedLines }).toEqual({
    segments: SEGMENTS - 2,
    submissions: 3 * (SEGMENTS - 2),
    damagedLines: 1,
  })
  expect(await one('select sum(submissions) as n from hourly_counts')).toBe(SEGMENTS - 2)
  expect(await one('select count(*) as n from converted_files')).toBe(SEGMENTS - 2)
  // No part has the last of each five thousand, nor what came after them.
  expect(await one(`select count(*) as n from converted_files where state = 'archived'`)).toBe(2 * 4999)
  const covered = await db.read('select from_time, to_time from coverage', {}, (row) => [
    row.number('from_time'),
    row.number('to_time'),
  ])
  expect(covered).toEqual([[mergedAt(0), mergedAt(SEGMENTS - 2)]])
})

test('the ledger gets what retention leaves of it: what is young, lost or imported, and the newest', async () => {
  const lines = [
    segmentLine(0, { receiver: 'import:old' }),
    ...[1, 2, 3, 4].map((n) => segmentLine(n)),
    partLine(1, 0, 2),
    partLine(2, 3, 5),
  ]
  const { segments } = await rebuild(lines, { ledgerFrom: mergedAt(1000) })
  expect(segments).toBe(5)
  expect(
    await db.read('select segment, state from converted_files order by segment', {}, (row) => [
      row.text('segment'),
      row.text('state'),
    ]),
  ).toEqual([
    [name(0), 'archived'],
    [name(2), 'damaged'],
    [name(4), 'archived'],
  ])
  expect(await one('select sum(submissions) as n from hourly_counts')).toBe(5)
})

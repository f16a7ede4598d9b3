import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { convertedFilePath, writeConvertedFile } from '../../data/converted/converted-file.ts'
import type { ConvertedIndex } from '../../data/converted/converted-record.ts'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { TEST_HOUR, testIndex } from '../../data/counts/testing/converted-index.ts'
import { DAY_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { type Journal, openJournal, readJournal } from '../../data/journal/journal.ts'
import type { SeenDocuments } from '../../data/seen/seen-documents.ts'
import { openSeen } from '../../data/seen/seen-store.ts'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import { createLog } from '../log.ts'
import { createMerger, type Merger } from './merge-converted-files.ts'
import { makeStateFolders, type StateFolders, stateFolders } from './state-folders.ts'

let folders: StateFolders
let database: Database
let merger: Merger
let seen: SeenDocuments
let merged: number
let order: string[]
let now: number
let journal: Journal

beforeEach(async () => {
  folders = stateFolders(await mkdtemp(join(tmpdir(), 'tidewatch-merger-')))
  await makeStateFolders(folders)
  await makeSpoolFolders(folders.spool)
  database = await openDatabase(folders.database)
  seen = await openSeen({ folder: folders.seen })
  journal = await openJournal(folders.journal)
  now = TEST_HOUR
  merged = 0
  order = []
  merger = await createMerger({
    database,
    folders,
    log: createLog({ level: 'silent', role: 'owner' }),
    keptAt: () => null,
    mergeOptions: () => ({
      now,
      duplicateWindowMs: DAY_MS,
      seen,
      coverageToleranceMs: 6000,
      journal,
    }),
    onMerged: ({ isImport }) => {
      merged += 1
      order.push(isImport ? 'import' : 'live')
    },
  })
})

afterEach(async () => {
  await database.close()
  await seen.close()
  await journal.close()
  await rm(folders.state, { recursive: true })
})

/** A claimed raw segment and its converted file. */
async function convert(segment: string, change: (index: ConvertedIndex) => ConvertedIndex = (index) => index) {
  await mkdir(join(folders.spool, 'claimed'), { recursive: true })
  await writeFile(join(folders.spool, 'claimed', `${segment}~1.1`), 'raw')
  const index = change(testIndex(segment, [{ at: TEST_HOUR, key: segment }]))
  await writeConvertedFile(folders.converted, index, () => ({ kind: 'converted', payload: '{}', dropped: '' }))
}

async function spoil(segment: string): Promise<void> {
  const path = convertedFilePath(folders.converted, segment)
  const bytes = await readFile(path)
  // Within the first block of contents: the index says nothing of it.
  bytes[20] = (bytes[20] ?? 0) ^ 0xff
  await writeFile(path, bytes)
}

const claimed = () => readdir(join(folders.spool, 'claimed'))

test('merged once, its raw segment goes; asked again nothing happens', async () => {
  await convert('a')
  await merger.mergeWaiting()
  await merger.mergeWaiting()
  expect(merged).toBe(1)
  expect(await claimed()).toEqual([])
})

test('contents that a disk has spoilt are noticed while the raw segment is there to convert anew', async () => {
  await convert('a')
  await spoil('a')
  await convert('b')
  await merger.mergeWaiting()
  expect(merged).toBe(1)
  expect(await claimed()).toEqual(['a~1.1'])
  expect(await readdir(folders.converted)).toEqual(['b.converted'])
  await convert('a')
  await merger.mergeWaiting()
  expect(merged).toBe(2)
  expect(await claimed()).toEqual([])
})

test('a segment that can’t be merged twice leaves the flow, whole, and the others go on', async () => {
  const impossible = (index: ConvertedIndex): ConvertedIndex => ({
    ...index,
    discarded: [
      {
        receivedAt: TEST_HOUR,
        channel: 'nightly',
        cause: 'body',
        bytes: Number.MAX_SAFE_INTEGER + 3,
        limitBytes: 0,
        automation: false,
      },
    ],
  })
  await convert('a', impossible)
  await convert('b')
  while (await merger.mergeWaiting());
  expect(await claimed()).toEqual(['a~1.1'])
  await convert('a', impossible)
  while (await merger.mergeWaiting());
  expect(merged).toBe(1)
  expect(await claimed()).toEqual([])
  expect((await readdir(folders.corrupted)).sort()).toEqual(['a', 'a.converted'])
})

test('what is live is merged before what is brought in, and all of it in the end', async () => {
  const live = (at: number) => `edge-${at}-1.1x1x1-${String(at).padStart(16, '0')}.v3`
  const brought = (at: number) => `${'ab'.repeat(16)}-${String(at).padStart(10, '0')}-${at}-v1.import`
  for (const at of [1, 2, 3]) await convert(brought(at), (index) => ({ ...index, receiver: 'import:old' }))
  for (const at of [2, 1]) await convert(live(at))
  let isMore = true
  while (isMore) isMore = await merger.mergeWaiting()
  expect(order).toEqual(['live', 'live', 'import', 'import', 'import'])
  expect(await claimed()).toEqual([])
})

test('idle segments wait until one entry of the journal speaks for all of them; before that their converted files do', async () => {
  const idle = (n: number) => {
    const from = TEST_HOUR + n * 2000
    const coverage = [{ receiver: 'edge-1', from, to: from + 2000 }]
    return convert(`idle-${n}`, (index) => ({ ...index, records: [], coverage }))
  }
  for (const n of [0, 1, 2]) await idle(n)
  await merger.mergeWaiting()
  expect(await claimed()).toEqual([])
  expect((await readdir(folders.converted)).length).toBe(3)
  expect((await readJournal(folders.journal)).entries).toEqual([])
  now += 10 * MINUTE_MS
  await merger.mergeWaiting()
  expect(await readdir(folders.converted)).toEqual([])
  const covered = { receiver: 'edge-1', from: TEST_HOUR, to: TEST_HOUR + 6000 }
  expect((await readJournal(folders.journal)).entries).toMatchObject([{ kind: 'coverage', body: covered }])
  await idle(3)
  await merger.mergeWaiting()
  await merger.settleIdle()
  expect(await readdir(folders.converted)).toEqual([])
  expect(merged).toBe(4)
})

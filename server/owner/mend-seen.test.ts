import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Readings } from '../../data/archive/readings.ts'
import { convertedFilePath, writeConvertedFile } from '../../data/converted/converted-file.ts'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { mergeConverted } from '../../data/counts/merge.ts'
import { TEST_HOUR, testIndex } from '../../data/counts/testing/converted-index.ts'
import { DAY_MS } from '../../data/domain/time.ts'
import type { SeenDocuments } from '../../data/seen/seen-documents.ts'
import { openSeen } from '../../data/seen/seen-store.ts'
import { createLog } from '../log.ts'
import { mendSeen } from './mend-seen.ts'
import { makeStateFolders, type StateFolders, stateFolders } from './state-folders.ts'

const RULES = { tailIds: 100, fanIn: 8, mostIds: 2 ** 20 }
const NAMES = Array.from({ length: 400 }, (_, n) => `document ${n}`)

let folders: StateFolders
let database: Database
let seen: SeenDocuments
let said: string[]

beforeEach(async () => {
  folders = stateFolders(await mkdtemp(join(tmpdir(), 'tidewatch-mend-')))
  await makeStateFolders(folders)
  database = await openDatabase(folders.database)
  seen = await openSeen({ folder: folders.seen, rules: RULES })
  said = []
})

afterEach(async () => {
  await seen.close()
  await database.close()
  await rm(folders.state, { recursive: true })
})

/** All documents in one segment, merged, waiting for their part. */
async function mergeAll(): Promise<readonly string[]> {
  const index = testIndex(
    'a',
    NAMES.map((key) => ({ at: TEST_HOUR, key })),
  )
  await writeConvertedFile(folders.converted, index, () => ({ kind: 'converted', payload: '{}', dropped: '' }))
  await mergeConverted(database, index, {
    ...{ now: TEST_HOUR, duplicateWindowMs: DAY_MS, seen, coverageToleranceMs: 6000, journal: null },
  })
  await seen.settled()
  return index.records.flatMap(({ duplicateKey }) => duplicateKey ?? [])
}

async function spoilRun(): Promise<void> {
  const [name = ''] = (await readdir(folders.seen)).filter((each) => each.endsWith('.run'))
  await seen.close()
  const bytes = await readFile(join(folders.seen, name))
  bytes[300] = (bytes[300] ?? 0) ^ 0xff
  await writeFile(join(folders.seen, name), bytes)
  seen = await openSeen({ folder: folders.seen, rules: RULES })
}

function mend(): Promise<void> {
  const log = createLog({ level: 'silent', role: 'owner' })
  log.warn = (_: unknown, text?: string) => void said.push(text ?? '')
  log.error = (_: unknown, text?: string) => void said.push(text ?? '')
  return mendSeen({ seen, database, folders }, { from: TEST_HOUR - DAY_MS, readings: new Readings(), log })
}

test('what a disk spoilt is remembered anew from what is kept, once', async () => {
  const keys = await mergeAll()
  expect(await seen.find(keys, 'another')).toHaveLength(400)
  await spoilRun()
  expect((await seen.find(keys, 'another')).length).toBeLessThan(400)
  await mend()
  expect(new Set((await seen.find(keys, 'another')).map(({ duplicateKey }) => duplicateKey)).size).toBe(400)
  expect(said).toEqual(['what copies are told by is whole again, from what is kept'])
  await mend()
  expect(said).toHaveLength(1)
})

test('where nothing is spoilt, nothing is read and nothing said', async () => {
  await mergeAll()
  await rm(convertedFilePath(folders.converted, 'a'))
  await mend()
  expect(said).toEqual([])
})

test('where what is kept can not be read, that is said, and is no reason to stop', async () => {
  await mergeAll()
  await spoilRun()
  await rm(convertedFilePath(folders.converted, 'a'))
  await mend()
  expect(said).toEqual(['what copies are told by could not be made whole: some may be counted again'])
})

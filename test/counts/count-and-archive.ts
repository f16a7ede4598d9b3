import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { planPart } from '../../data/archive/plan-part.ts'
import { recoverParts } from '../../data/archive/recover-parts.ts'
import { createDirectoryStorage } from '../../data/archive/storage.ts'
import { writePart } from '../../data/archive/write-part.ts'
import { convertedFilePath, writeConvertedFile } from '../../data/converted/converted-file.ts'
import type { ConvertedContent, ConvertedRecord } from '../../data/converted/converted-record.ts'
import { openDatabase } from '../../data/counts/database.ts'
import { mergeConverted } from '../../data/counts/merge.ts'
import { readMergedOf } from '../../data/counts/read-ledger.ts'
import { TEST_HOUR, testIndex } from '../../data/counts/testing/converted-index.ts'
import { DAY_MS, SECOND_MS } from '../../data/domain/time.ts'
import { makeFolderDurably } from '../../data/files/durable.ts'
import { openJournal } from '../../data/journal/journal.ts'
import { openSeen } from '../../data/seen/seen-store.ts'

/**
 * A process to be killed: counts and archives SEGMENTS segments in the state directory of its first argument, as the owner does, from where
 * the last one was killed. Prints `working` once it has begun and ends with 0 when all is in the archive.
 */
export const SEGMENTS = 60
const RECORDS = 8

/** What the segment `n` holds; every third record is a copy of one in the segment before. */
export function crashIndex(n: number) {
  const records = Array.from({ length: RECORDS }, (_, frame) => {
    const copied = frame % 3 === 0 && n > 0
    const id = `s${copied ? n - 1 : n}-${copied ? 1 : frame}`
    const channel = frame % 2 === 0 ? 'nightly' : 'aurora'
    return { id, key: id, channel, ...(frame % 4 === 3 ? { problem: 'invalid_revision' as const } : {}) }
  })
  const from = TEST_HOUR + n * SECOND_MS
  return testIndex(`segment-${String(n).padStart(3, '0')}`, records, {
    coverage: [{ receiver: 'edge-1', from, to: from + SECOND_MS }],
  })
}

function contentOf(record: ConvertedRecord): ConvertedContent {
  if (record.outcome === 'accepted') return { kind: 'converted', payload: `{"id":"${record.documentId}"}`, dropped: '' }
  return { kind: 'raw', path: '/submit/telemetry/x', headers: {}, body: new TextEncoder().encode(record.documentId) }
}

async function countAndArchive(root: string): Promise<void> {
  const folders = {
    converted: join(root, 'converted'),
    staging: join(root, 'staging'),
    corrupted: join(root, 'corrupted'),
  }
  await makeFolderDurably(folders.converted)
  const db = await openDatabase(join(root, 'counts.duckdb'))
  const journal = await openJournal(join(root, 'journal'))
  const seen = await openSeen({ folder: join(root, 'seen'), rules: { tailIds: 32, fanIn: 3, mostIds: 200 } })
  const write = { db, storage: createDirectoryStorage(root), folders, journal, now: () => TEST_HOUR }
  process.stdout.write('working\n')
  await recoverParts(write)
  const merging = { now: TEST_HOUR, duplicateWindowMs: DAY_MS, seen, coverageToleranceMs: 0, journal }
  for (let n = 0; n < SEGMENTS; n++) {
    const index = crashIndex(n)
    if ((await readMergedOf(db, [index.segment])).length === 0) {
      if (!existsSync(convertedFilePath(folders.converted, index.segment))) {
        await writeConvertedFile(folders.converted, index, contentOf)
      }
      await mergeConverted(db, index, merging)
    }
    if (n % 4 !== 3 && n < SEGMENTS - 1) continue
    const part = await planPart(db, { now: TEST_HOUR, maxAgeMs: 0, maxBytes: 1e9 })
    if (part !== null) await writePart(part, write)
  }
  await db.close()
  await seen.close()
  await journal.close()
}

const [, script, root] = process.argv
if (root !== undefined && script?.endsWith('count-and-archive.js')) await countAndArchive(root)

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeConvertedFile } from '../../converted/converted-file.ts'
import type { ConvertedContent, ConvertedIndex, ConvertedRecord } from '../../converted/converted-record.ts'
import { openDatabase } from '../../counts/database.ts'
import { mergeConverted } from '../../counts/merge.ts'
import { TEST_HOUR, type TestRecord, testIndex } from '../../counts/testing/converted-index.ts'
import { DAY_MS, type EpochMs, HOUR_MS } from '../../domain/time.ts'
import { openJournal } from '../../journal/journal.ts'
import { planPart } from '../plan-part.ts'
import { Readings } from '../readings.ts'
import { createDirectoryStorage } from '../storage.ts'
import { type WriteOptions, writePart } from '../write-part.ts'

/** A state directory with an archive in it, made as the service makes it. */
export interface FilledArchive {
  readonly root: string
  readonly options: WriteOptions & { readonly readings: Readings }
  /** Converted and merged, and not archived yet. */
  convert(segment: string, records: readonly TestRecord[], rest?: Partial<ConvertedIndex>): Promise<void>
  /** Makes one part of what waits. */
  archive(): Promise<void>
  close(): Promise<void>
}

const NOW = TEST_HOUR + 3 * DAY_MS

export async function openFilledArchive({
  now = () => NOW,
  content = testContent,
}: {
  readonly now?: () => EpochMs
  readonly content?: (record: ConvertedRecord) => ConvertedContent
} = {}): Promise<FilledArchive> {
  const root = await mkdtemp(join(tmpdir(), 'tidewatch-archive-'))
  for (const folder of ['converted', 'archive', 'quarantine']) await mkdir(join(root, folder))
  const db = await openDatabase(join(root, 'counts.duckdb'), {
    readableFolders: ['archive', 'quarantine', 'staging'].map((folder) => join(root, folder)),
  })
  const journal = await openJournal(join(root, 'journal'))
  const folders = {
    converted: join(root, 'converted'),
    staging: join(root, 'staging'),
    corrupted: join(root, 'corrupted'),
  }
  const options = { db, journal, folders, now, storage: createDirectoryStorage(root), readings: new Readings() }
  return {
    root,
    options,
    async convert(segment, records, rest) {
      const index = testIndex(segment, records, rest)
      await writeConvertedFile(folders.converted, index, content)
      const merging = { now: now(), duplicateWindowMs: DAY_MS, seen: null, coverageToleranceMs: 6000, journal }
      await mergeConverted(db, index, merging)
    },
    async archive() {
      const part = await planPart(db, { now: now() + HOUR_MS, maxAgeMs: 0, maxBytes: 1 << 30 })
      if (part !== null) await writePart(part, options)
    },
    async close() {
      await db.close()
      await journal.close()
      await rm(root, { recursive: true })
    },
  }
}

/** Texts that say whose they are; a number that only survives as text. */
function testContent(record: ConvertedRecord): ConvertedContent {
  const { documentId, outcome } = record
  if (outcome === 'accepted' || outcome === 'salvaged') {
    const dropped = outcome === 'salvaged' ? '{"histograms":{"X":1}}' : ''
    return { kind: 'converted', payload: `{"id":"${documentId}",\r\n"big":12345678901234567890}`, dropped }
  }
  return {
    kind: 'raw',
    path: `/submit/telemetry/${documentId}`,
    headers: { 'user-agent': 'x' },
    body: Buffer.from(`body of ${documentId}`),
  }
}

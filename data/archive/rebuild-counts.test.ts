import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeConvertedFile } from '../converted/converted-file.ts'
import type { ConvertedContent, ConvertedIndex, ConvertedRecord } from '../converted/converted-record.ts'
import { type Database, openDatabase } from '../counts/database.ts'
import { mergeConverted } from '../counts/merge.ts'
import { TEST_HOUR, testIndex } from '../counts/testing/converted-index.ts'
import { DAY_MS, HOUR_MS } from '../domain/time.ts'
import { saveIncidents } from '../incidents/save-incidents.ts'
import { openJournal } from '../journal/journal.ts'
import { openSeen } from '../seen/seen-store.ts'
import { planPart } from './plan-part.ts'
import { rebuildCounts } from './rebuild-counts.ts'
import { recoverParts } from './recover-parts.ts'
import { createDirectoryStorage } from './storage.ts'
import { writePart } from './write-part.ts'

const NOW = TEST_HOUR + HOUR_MS

const contentOf = (record: ConvertedRecord): ConvertedContent =>
  record.outcome === 'accepted'
    ? { kind: 'converted', payload: '{}', dropped: '' }
    : { kind: 'raw', path: '/', headers: {}, body: new Uint8Array([1]) }

const REBUILT = [
  'hourly_counts',
  'attribute_counts',
  'discarded_counts',
  'coverage',
  'converted_files',
  'archive_files',
  'incidents',
]

const dump = async (db: Database) => {
  const tables: Record<string, string[]> = {}
  for (const table of REBUILT) {
    tables[table] = await db.read(`select to_json(t)::varchar as line from ${table} t order by line`, {}, (row) =>
      row.text('line'),
    )
  }
  return tables
}

test('a database made anew from archive and journal says what the lost one said', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tidewatch-rebuild-'))
  try {
    for (const folder of ['converted', 'archive', 'quarantine']) await mkdir(join(root, folder))
    const folders = {
      converted: join(root, 'converted'),
      staging: join(root, 'staging'),
      corrupted: join(root, 'corrupted'),
    }
    const readableFolders = [join(root, 'archive'), join(root, 'quarantine')]
    const storage = createDirectoryStorage(root)
    const journal = await openJournal(join(root, 'journal'))
    const before = await openDatabase(join(root, 'before.duckdb'), { readableFolders })
    const seen = await openSeen({ folder: join(root, 'seen') })
    const merging = { now: NOW, duplicateWindowMs: DAY_MS, seen, coverageToleranceMs: 6000, journal }
    const indexes: ConvertedIndex[] = [
      testIndex(
        'a',
        [{ key: 'x', attributes: { os: 'WINNT', 'odd "name"': "it's" } }, { key: 'x' }, { problem: 'bad_json' }],
        {
          damaged: [{ offset: 1, bytes: 9, near: TEST_HOUR }],
          discarded: [
            { receivedAt: TEST_HOUR, channel: 'beta', cause: 'path', bytes: 99, limitBytes: 64, automation: true },
          ],
        },
      ),
      testIndex('b', [
        { key: 'x', at: TEST_HOUR + HOUR_MS },
        { automation: true, attributes: { os: 'Linux' } },
      ]),
      testIndex('c', [{ key: 'y', channel: 'aurora' }]),
      // Nothing but what was too large: its part has no file, and its counts stand in the journal alone.
      testIndex('d', [], {
        discarded: [300_000, 310_000, 900_000].map((bytes, hour) => {
          const receivedAt = TEST_HOUR + Math.min(1, hour) * HOUR_MS
          return {
            receivedAt,
            channel: 'nightly',
            cause: 'body',
            bytes,
            limitBytes: 204_800,
            automation: false,
          } as const
        }),
      }),
    ]
    const convert = async (index: ConvertedIndex, db: Database) => {
      await writeConvertedFile(folders.converted, index, contentOf)
      await mergeConverted(db, index, merging)
    }
    const [a, b, c, d] = indexes
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four indexes')
    await convert(a, before)
    await convert(b, before)
    const write = { db: before, storage, folders, journal, now: () => NOW }
    await writePart((await planPart(before, { now: NOW, maxAgeMs: 0, maxBytes: 1e9 })) ?? 0, write)
    await convert(d, before)
    await writePart((await planPart(before, { now: NOW, maxAgeMs: 0, maxBytes: 1e9 })) ?? 0, write)
    await convert(c, before)
    const incident = {
      id: 7,
      state: 'open',
      kind: 'drop',
      startedAt: TEST_HOUR,
      detectedAt: NOW,
      resolvedAt: null,
      body: '{}',
    }
    for (const state of ['open', 'resolved']) {
      const row = { ...incident, state }
      await before.inTransaction((transaction) => saveIncidents(transaction, [row]))
      await journal.append([{ kind: 'incident', key: '7', writtenAt: NOW, body: row }])
    }
    const said = await dump(before)
    const keys = indexes.flatMap(({ records }) => records.map(({ duplicateKey }) => duplicateKey ?? ''))
    const remembered = await seen.find(keys, '')
    expect(remembered.length).toBeGreaterThan(1)
    await before.close()
    await journal.close()

    const after = await openDatabase(join(root, 'after.duckdb'), { readableFolders })
    const rebuilding = {
      root,
      storage,
      journal: join(root, 'journal'),
      coverageToleranceMs: 6000,
      seen,
      rememberFrom: TEST_HOUR,
    }
    await rebuildCounts({ db: after, ...rebuilding })
    const recovery = await recoverParts({ ...write, db: after, journal: null })
    expect(recovery).toEqual({ written: [], unknown: [], leftOver: [], failed: [] })
    // The segment that waited for its part still has its converted file.
    await mergeConverted(after, c, { ...merging, journal: null })
    expect(await dump(after)).toEqual(said)
    expect(await seen.find(keys, '')).toEqual(remembered)
    await expect(rebuildCounts({ db: after, ...rebuilding })).rejects.toThrow('already counts')
    await after.close()
    await seen.close()
  } finally {
    await rm(root, { recursive: true })
  }
})

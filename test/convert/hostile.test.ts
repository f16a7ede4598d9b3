import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Keep } from '../../data/archive/part-name.ts'
import { planPart } from '../../data/archive/plan-part.ts'
import { readParts } from '../../data/archive/read-parts.ts'
import { createDirectoryStorage } from '../../data/archive/storage.ts'
import { writePart } from '../../data/archive/write-part.ts'
import { readCheckedIndex } from '../../data/converted/converted-file.ts'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { mergeConverted } from '../../data/counts/merge.ts'
import { DAY_MS } from '../../data/domain/time.ts'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import { SpoolWriter } from '../../data/spool/spool-writer.ts'
import type { ConvertOptionsInput } from '../../server/convert/options.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually } from '../support/tidewatch-process.ts'

/** Hostile submissions from the spool to the archive: the compiled converter, a real database, real Parquet. */
const ENTRY = fileURLToPath(new URL('../../dist/server/convert/main.js', import.meta.url))

let state: string
let db: Database
let child: ChildProcess | null = null
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-hostile-'))
  await makeSpoolFolders(join(state, 'spool'))
  db = await openDatabase(join(state, 'tidewatch.duckdb'), { readableFolders: [state] })
})
afterEach(async () => {
  child?.kill('SIGKILL')
  child = null
  await db.close()
  await removeFolder(state)
})

interface Sent {
  readonly path: string
  readonly body: string | Buffer
}

/** Through spool, converter, counts and archive. */
async function archive(sent: readonly Sent[], options: Omit<ConvertOptionsInput, 'state'> = {}): Promise<void> {
  const spool = join(state, 'spool')
  const writer = new SpoolWriter({ spool, receiver: 'edge', segmentMaxAgeMs: 1e9, segmentMaxBytes: 1e9 })
  for (const { path, body } of sent) {
    await writer.append({ kind: 'submission', path, attributes: {}, body: [Buffer.from(body)] })
  }
  await writer.stop()
  const segments = (await readdir(join(spool, 'closed'))).length
  child = fork(ENTRY, [JSON.stringify({ state, logLevel: 'silent', ...options })])
  const folder = join(state, 'converted')
  const converted = await eventually('all converted files', async () => {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.converted'))
    return names.length === segments ? names : null
  })
  const now = Date.now()
  for (const name of converted) {
    const index = await readCheckedIndex(join(folder, name))
    await mergeConverted(db, index, {
      now,
      duplicateWindowMs: DAY_MS,
      seen: null,
      coverageToleranceMs: 0,
      journal: null,
    })
  }
  const part = await planPart(db, { now, maxAgeMs: 0, maxBytes: 1e9 })
  const folders = { converted: folder, staging: join(state, 'staging'), corrupted: join(state, 'corrupted') }
  await writePart(part ?? 0, { db, storage: createDirectoryStorage(state), folders, journal: null, now: () => now })
}

/** In the order in which they were sent, where their ids tell it. */
async function kept<T>(keep: Keep, select: string, parse: Parameters<typeof readParts<T>>[3]): Promise<T[]> {
  const rest = keep === 'archive' ? 'order by document_id' : 'order by path'
  return readParts(db, { root: state, keep }, { select, rest }, parse)
}

/** Folders and files under the state directory that hold Parquet. */
async function parquetFolders(): Promise<string[]> {
  const names = await readdir(state, { recursive: true })
  const files = names.filter((name) => name.endsWith('.parquet'))
  return [...new Set(files.map((name) => name.split('/').slice(0, -1).join('/')))]
}

const id = (at: number) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`
const path = (at: number) => `/submit/telemetry/${id(at)}`
const onChannel = (channel: string) => JSON.stringify({ ver: 1, info: { appUpdateChannel: channel } })
/** Counted by name, whatever it is called. */
const anyValue = { version: 1 as const, dimensions: [] }

describe('channels that are no names of folders', () => {
  const channels = [
    '..',
    '.',
    '../../etc',
    '/',
    'a/b',
    'a b',
    'a_b',
    'A_B',
    '<b>x</b>',
    '%2e%2e',
    'a%20b',
    'ß',
    '=',
    "it's",
    '~',
    ' ',
  ]

  test('T18: none leads out of the archive', async () => {
    const sent = channels.map((channel, at) => ({ path: path(at), body: onChannel(channel) }))
    await archive(sent, { dimensions: anyValue })
    const folders = await parquetFolders()
    for (const folder of folders) {
      expect(folder).toMatch(/^archive\/submission_date=\d{4}-\d\d-\d\d\/channel=[A-Za-z0-9_%~-]+$/)
    }
    const known = ['archive', 'converted', 'corrupted', 'spool', 'staging', 'tidewatch.duckdb', 'tidewatch.duckdb.wal']
    expect((await readdir(state)).filter((name) => !known.includes(name) && name !== 'histograms')).toEqual([])
    expect(await readdir(tmpdir())).not.toContain('etc')
  })

  test('T19: no two share a folder, and each reads back as it was', async () => {
    const sent = channels.map((channel, at) => ({ path: path(at), body: onChannel(channel) }))
    await archive(sent, { dimensions: anyValue })
    expect(await parquetFolders()).toHaveLength(channels.length)
    expect(await kept('archive', 'channel', (row) => row.text('channel'))).toEqual(channels)
  })

  test('T17: a range of builds compares them as texts, shorter ones and longer ones too', async () => {
    const builds = ['9', '10', '20140101', '20140131', '20140131030203', '20131231', '2014']
    const sent = builds.map((build, at) => ({
      path: path(at),
      body: JSON.stringify({ ver: 1, info: { appBuildID: build } }),
    }))
    const range = { field_name: 'appBuildID', allowed_values: { min: '20140101', max: '20140131' } }
    await archive(sent, { dimensions: { version: 1, dimensions: [range] } })
    expect(await kept('archive', 'build_id', (row) => row.text('build_id'))).toEqual([
      'OTHER',
      'OTHER',
      '20140101',
      '20140131',
      'OTHER',
      'OTHER',
      'OTHER',
    ])
  })
})

describe('a segment of hostile submissions', () => {
  const good = '{"ver":1,"info":{"reason":"idle-daily"},"n":12345678901234567890}'
  const hostile: readonly (Sent & { readonly problem: string })[] = [
    { path: path(1), body: gzipSync(Buffer.alloc(64 * 1024 ** 2, '[')), problem: 'too_large_inflated' },
    { path: path(2), body: gzipSync('['.repeat(10_000_000)), problem: 'bad_json' },
    { path: path(3), body: '{"ver":1,"__proto__":{"outcome":"accepted"},"x":1e999,"y":"\\ud800"}', problem: 'none' },
    { path: path(4), body: Buffer.from('{"ver":1,"x":"\xff"}', 'latin1'), problem: 'bad_json' },
    { path: path(5), body: onChannel(`\u0000${'x'.repeat(1024 ** 2)}`), problem: 'none' },
    { path: '/submit/telemetry/..%2f..%2fetc/\'"<b>', body: '\0', problem: 'bad_json' },
    { path: `/submit/telemetry/${'%2e%2e%2f'.repeat(1000)}`, body: '{"ver":1}', problem: 'invalid_path' },
    {
      path: path(8),
      body: `{"ver":1,"info":{"revision":"\\r\\nx"},"histograms":{"A":{}}}`,
      problem: 'invalid_revision',
    },
  ]

  test('is archived or quarantined to the byte, and the submissions between them as if they were alone', async () => {
    const sent = hostile.flatMap((bad, at) => [{ path: path(100 + at), body: good }, bad])
    await archive(sent, { workers: 1 })
    const archived = await kept('archive', 'document_id, outcome, payload', (row) => row)
    const payloads = archived.map((row) => row.text('payload'))
    expect(payloads.filter((payload) => payload === good.replace('"ver":1', '"ver":2'))).toHaveLength(hostile.length)
    expect(payloads).toContain('{"ver":2,"__proto__":{"outcome":"accepted"},"x":1e999,"y":"\\ud800"}')
    const quarantined = await kept('quarantine', 'path, problem, body', (row) => ({
      path: row.text('path'),
      problem: row.text('problem'),
      body: Buffer.from(row.bytes('body')),
    }))
    const expected = hostile.filter(({ problem }) => problem !== 'none').sort((a, b) => (a.path < b.path ? -1 : 1))
    expect(quarantined.map(({ path, problem }) => ({ path, problem }))).toEqual(
      expected.map(({ path, problem }) => ({ path, problem })),
    )
    expect(quarantined.every(({ body }, at) => body.equals(Buffer.from(expected[at]?.body ?? '')))).toBe(true)
    expect(archived.length + quarantined.length).toBe(sent.length)
  })

  test('leaves its causes readable, with the converter that found them', async () => {
    await archive(hostile)
    const rows = await kept('quarantine', 'causes, converter_version', (row) => ({
      causes: JSON.parse(row.text('causes')),
      version: row.text('converter_version'),
    }))
    for (const { causes, version } of rows) {
      expect(version).not.toBe('')
      for (const { field, value } of causes) expect(`${field}${value}`).toMatch(/^[^\p{C}]{1,400}$/u)
    }
    expect(rows.map(({ causes }) => causes)).toContainEqual([
      { problem: 'invalid_revision', field: 'info.revision', value: '\\u000d\\u000ax' },
    ])
  })
})

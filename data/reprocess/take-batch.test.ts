import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readArchiveFiles } from '../archive/archive-files.ts'
import type { Keep } from '../archive/part-name.ts'
import { readParts } from '../archive/read-parts.ts'
import { rebuildCounts } from '../archive/rebuild-counts.ts'
import { recoverParts } from '../archive/recover-parts.ts'
import type { Storage } from '../archive/storage.ts'
import { type FilledArchive, openFilledArchive } from '../archive/testing/filled-archive.ts'
import { writeConvertedFile } from '../converted/converted-file.ts'
import type { ConvertedContent } from '../converted/converted-record.ts'
import { type Database, openDatabase } from '../counts/database.ts'
import { TEST_HOUR, type TestRecord, testIndex } from '../counts/testing/converted-index.ts'
import { HOUR_MS } from '../domain/time.ts'
import { openSeen } from '../seen/seen-store.ts'
import { filesOf, type KeptChoice, mendable, triedRowsOf } from './choice.ts'
import { readTried, type TriedRow } from './read-batch.ts'
import { takeBatch } from './take-batch.ts'

let filled: FilledArchive

beforeEach(async () => {
  filled = await openFilledArchive({
    content: ({ documentId, outcome }): ConvertedContent =>
      outcome === 'salvaged'
        ? { kind: 'converted', payload: '{"ver":2,"histograms":{}}', dropped: '{"histograms":{"X":1,"Y":2}}' }
        : outcome === 'accepted'
          ? { kind: 'converted', payload: '{}', dropped: '' }
          : { kind: 'raw', path: `/submit/telemetry/${documentId}`, headers: { 'x-debug-id': 'me' }, body: BODY },
  })
})

afterEach(() => filled.close())

const BODY = new Uint8Array([0x1f, 0x8b, 0, 255])
const ALL: KeptChoice = { problems: [], since: null, until: null, channel: null }

/** What was chosen, and the bodies that a converter gets. */
async function tried(keep: Keep, choice: KeptChoice = ALL) {
  const { root, options } = filled
  const problems = mendable(choice, keep)
  const rows: TriedRow[] = []
  const bodies: Uint8Array[] = []
  if (problems.length === 0) return { rows, bodies }
  for (const file of await readArchiveFiles(options.db, filesOf(choice, keep, problems))) {
    const read = readTried(options.db, { root, file, ...triedRowsOf(choice, problems) }, (row) => rows.push(row))
    for await (const { body } of read) bodies.push(body)
  }
  return { rows, bodies }
}

const NEW: Pick<TestRecord, 'channel' | 'buildId'> = { channel: 'aurora', buildId: '20140204030204' }

/** The converter's answer: what it says of each document; `invalid_revision` where nothing is said. */
async function answer(
  rows: readonly TriedRow[],
  converts: Readonly<Record<string, ConvertedContent>>,
): Promise<string> {
  const records = rows.map(({ record }): TestRecord => {
    const at = record.receivedAt
    const content = converts[record.documentId]
    if (content === undefined) return { at, problem: 'invalid_revision' }
    const isWhole = content.kind === 'converted' && content.dropped === ''
    return {
      ...NEW,
      at,
      key: `new ${record.documentId}`,
      attributes: { os: 'Linux' },
      ...(isWhole ? {} : { problem: 'unknown_histogram' }),
    }
  })
  return writeConvertedFile(filled.options.folders.converted, testIndex('again', records), ({ frame }) => {
    const content = converts[rows[frame]?.record.documentId ?? '']
    return content ?? { kind: 'raw', path: '/', headers: {}, body: BODY }
  })
}

const CONVERTED = { kind: 'converted', payload: '{"new":1}', dropped: '' } as const

function kept(keep: Keep) {
  const { root, options } = filled
  return readParts(
    options.db,
    { root, keep },
    {
      select: `document_id || ' ' || channel || ' ' || outcome || ' ' || problem || ' ' || segment || '/' || frame ||
        if(recovered_at is null, '', ' late') as line`,
      rest: 'order by line',
    },
    (row) => row.text('line'),
  )
}

const counts = (db: Database = filled.options.db) =>
  db.read(
    `select channel, outcome, problem, sum(submissions)::bigint as submissions, sum(recovered)::bigint as recovered
     from hourly_counts group by hour, build_id, channel, outcome, problem order by all`,
    {},
    (row) =>
      `${row.text('channel')} ${row.text('outcome')} ${row.text('problem')} ${row.number('submissions')} ${row.number('recovered')}`,
  )

async function threeInQuarantine() {
  await filled.convert('a', [
    { id: 'd1', key: 'd1', problem: 'invalid_revision' },
    { id: 'd2', problem: 'bad_json' },
    { id: 'd3', key: 'd3', problem: 'invalid_revision', at: TEST_HOUR + HOUR_MS },
  ])
  await filled.archive()
}

describe('what converts now', () => {
  test('moves into the archive as what it is, of the same receipt; the rest stays as it was', async () => {
    await threeInQuarantine()
    const { rows, bodies } = await tried('quarantine')
    expect(bodies.map((body) => [...body])).toEqual([BODY, BODY, BODY].map((body) => [...body]))
    const converted = await answer(rows, { d1: CONVERTED, d2: CONVERTED })
    expect(await takeBatch(converted, rows, filled.root, filled.options)).toMatchObject({ rows: 2 })
    expect(await kept('archive')).toEqual(
      ['d1 aurora accepted none a/0 late', 'd2 aurora accepted none a/1 late'].map((line) =>
        line.replace(/^d(\d)/, 'new d$1'),
      ),
    )
    expect(await kept('quarantine')).toEqual(['d3 nightly quarantined invalid_revision a/2'])
  })

  test('raises recovered on the rows that it was counted under, and moves no count', async () => {
    await threeInQuarantine()
    const { rows } = await tried('quarantine')
    await takeBatch(await answer(rows, { d1: CONVERTED, d2: CONVERTED }), rows, filled.root, filled.options)
    expect(await counts()).toEqual([
      'nightly quarantined invalid_revision 1 0',
      'nightly quarantined invalid_revision 1 1',
      'nightly rejected bad_json 1 1',
    ])
  })

  test('is taken once, however often it is tried', async () => {
    await threeInQuarantine()
    const { rows } = await tried('quarantine')
    const converted = await answer(rows, { d1: CONVERTED })
    await takeBatch(converted, rows, filled.root, filled.options)
    const before = [await counts(), await kept('archive'), await kept('quarantine')]
    await expect(takeBatch(converted, rows, filled.root, filled.options)).rejects.toThrow()
    const again = await tried('quarantine')
    expect(again.rows.map(({ record }) => record.documentId)).toEqual(['d2', 'd3'])
    expect(await takeBatch(await answer(again.rows, {}), again.rows, filled.root, filled.options)).toMatchObject({
      rows: 0,
    })
    expect([await counts(), await kept('archive'), await kept('quarantine')]).toEqual(before)
  })

  test('is counted under OTHER where its build was folded since, and under itself where nothing is left', async () => {
    await threeInQuarantine()
    const { db } = filled.options
    await db.inTransaction(async (transaction) => {
      await transaction.run(
        `update hourly_counts set app_version = 'OTHER', build_id = 'OTHER' where problem = 'bad_json';
         delete from hourly_counts where problem = 'invalid_revision'`,
      )
    })
    const { rows } = await tried('quarantine')
    const converts = { d1: CONVERTED, d2: CONVERTED, d3: CONVERTED }
    await takeBatch(await answer(rows, converts), rows, filled.root, filled.options)
    expect(await counts()).toEqual([
      'nightly quarantined invalid_revision 0 1',
      'nightly quarantined invalid_revision 0 1',
      'nightly rejected bad_json 1 1',
    ])
  })
})

describe('what is chosen', () => {
  test.each([
    { claim: 'all of the quarantine', choice: {}, ids: ['d1', 'd2', 'd3'] },
    { claim: 'by problem', choice: { problems: ['bad_json'] as const }, ids: ['d2'] },
    { claim: 'from then on', choice: { since: TEST_HOUR + HOUR_MS }, ids: ['d3'] },
    { claim: 'before then', choice: { until: TEST_HOUR + HOUR_MS }, ids: ['d1', 'd2'] },
    { claim: 'by channel', choice: { channel: 'release' }, ids: [] },
    { claim: 'by the offending value', choice: { values: ['nothing of the kind'] }, ids: [] },
    { claim: 'problems of what is converted', choice: { problems: ['bad_histogram'] as const }, ids: [] },
  ])('$claim', async ({ choice, ids }) => {
    await threeInQuarantine()
    const { rows } = await tried('quarantine', { ...ALL, ...choice })
    expect(rows.map(({ record }) => record.documentId)).toEqual(ids)
  })
})

describe('what ended the workers that converted it', () => {
  beforeEach(async () => {
    const { records } = testIndex('a', [
      { id: 'deadly', problem: 'bad_payload' },
      { id: 'torn', problem: 'bad_payload' },
      { id: 'threw', problem: 'corrupted_data' },
      { id: 'causeless', problem: 'bad_payload' },
    ])
    const fields = ['conversion', 'body', 'conversion']
    const withCauses = records.map((record, at) => {
      const [problem = 'bad_payload'] = record.problems
      const field = fields[at]
      return field === undefined ? record : { ...record, causes: [{ problem, field, value: 'so' }] }
    })
    await filled.convert('a', [], { records: withCauses })
    await filled.archive()
  })

  test.each([
    { claim: 'is left alone', problems: [], ids: ['torn', 'threw', 'causeless'] },
    { claim: 'is tried where its problem is named', problems: ['bad_payload'], ids: ['deadly', 'torn', 'causeless'] },
    { claim: 'is left alone where others are named', problems: ['corrupted_data'], ids: ['threw'] },
  ] as const)('$claim', async ({ problems, ids }) => {
    const { rows } = await tried('quarantine', { ...ALL, problems })
    expect(rows.map(({ record }) => record.documentId)).toEqual(ids)
  })
})

describe('histograms that were taken out', () => {
  test('stand in their places again when they are tried, and what is defined now stays there', async () => {
    await filled.convert('a', [{ id: 'd1', problem: 'unknown_histogram' }, { id: 'd2' }])
    await filled.archive()
    const before = await counts()
    const { rows, bodies } = await tried('archive')
    expect(bodies.map((body) => Buffer.from(body).toString())).toEqual(['{"ver":2,"histograms":{"X":1,"Y":2}}'])
    const some = {
      kind: 'converted',
      payload: '{"ver":2,"histograms":{"Y":[2]}}',
      dropped: '{"histograms":{"X":1}}',
    } as const
    expect(await takeBatch(await answer(rows, { d1: some }), rows, filled.root, filled.options)).toMatchObject({
      rows: 1,
    })
    expect(await kept('archive')).toEqual([
      'd1 nightly salvaged unknown_histogram a/0 late',
      'd2 nightly accepted none a/1',
    ])
    // It counted as accepted all the time.
    expect(await counts()).toEqual(before)
    const rest = await tried('archive')
    const whole = { kind: 'converted', payload: '{"ver":2,"histograms":{"Y":[2],"X":[1]}}', dropped: '' } as const
    await takeBatch(await answer(rest.rows, { d1: whole }), rest.rows, filled.root, filled.options)
    expect(await kept('archive')).toEqual(['d1 nightly accepted none a/0 late', 'd2 nightly accepted none a/1'])
  })

  test('are left alone where nothing of them is defined', async () => {
    await filled.convert('a', [{ id: 'd1', problem: 'unknown_histogram' }])
    await filled.archive()
    const { rows } = await tried('archive')
    const same = {
      kind: 'converted',
      payload: '{"ver":2,"histograms":{}}',
      dropped: '{"histograms":{"X":1,"Y":2}}',
    } as const
    expect(await takeBatch(await answer(rows, { d1: same }), rows, filled.root, filled.options)).toMatchObject({
      rows: 0,
    })
    expect(await kept('archive')).toEqual(['d1 nightly salvaged unknown_histogram a/0'])
  })
})

/** Until an hour is settled, what has everything in common may stand in several rows. */
const SETTLED_HOURLY = `(select * replace (sum(submissions) as submissions, sum(recovered) as recovered, sum(bytes) as bytes)
  from hourly_counts group by all)`

test('a database made anew says the same of what was recovered', async () => {
  await threeInQuarantine()
  await filled.convert('b', [{ id: 'd4', problem: 'bad_histogram', attributes: { os: 'WINNT' } }])
  await filled.archive()
  const { rows } = await tried('quarantine')
  await takeBatch(await answer(rows, { d1: CONVERTED, d2: CONVERTED }), rows, filled.root, filled.options)
  const whole = { kind: 'converted', payload: '{"ver":2,"histograms":{"X":[1],"Y":[2]}}', dropped: '' } as const
  const salvaged = await tried('archive')
  await takeBatch(await answer(salvaged.rows, { d4: whole }), salvaged.rows, filled.root, filled.options)
  const { root, options } = filled
  const dump = (db: Database) =>
    Promise.all(
      [SETTLED_HOURLY, 'attribute_counts', 'archive_files'].map((table) =>
        db.read(`select to_json(t)::varchar as line from ${table} t order by line`, {}, (row) => row.text('line')),
      ),
    )
  const after = await openDatabase(join(root, 'after.duckdb'), {
    readableFolders: [join(root, 'archive'), join(root, 'quarantine')],
  })
  try {
    const seen = await openSeen({ folder: join(root, 'seen') })
    const { storage } = options
    await rebuildCounts({
      db: after,
      root,
      storage,
      journal: join(root, 'journal'),
      coverageToleranceMs: 6000,
      seen,
      rememberFrom: 0,
    })
    expect(await dump(after)).toEqual(await dump(options.db))
    expect((await recoverParts({ ...options, db: after, journal: null })).unknown).toEqual([])
    await seen.close()
  } finally {
    await after.close()
    await rm(join(root, 'after.duckdb'), { force: true })
  }
})

/** Lets `count` calls through, then nothing any more: as if the process had ended there. */
function endingAfter(count: number, storage: Storage): Storage {
  let left = count
  const guarded = async <T>(work: () => Promise<T>) => {
    if (left-- <= 0) throw new Error('ended')
    return work()
  }
  return {
    list: (under) => guarded(() => storage.list(under)),
    read: storage.read,
    write: (name, staged) => guarded(() => storage.write(name, staged)),
    remove: (name) => guarded(() => storage.remove(name)),
  }
}

test.each([0, 1, 2, 3, 4])('ended after %i steps and done again, it is as if done once', async (steps) => {
  await threeInQuarantine()
  const { root, options } = filled
  const converts = { d1: CONVERTED, d2: CONVERTED }
  const first = await tried('quarantine')
  const broken = { ...options, storage: endingAfter(steps, options.storage) }
  await takeBatch(await answer(first.rows, converts), first.rows, root, broken).catch(() => undefined)
  expect(await recoverParts(options)).toMatchObject({ unknown: [], failed: [] })
  const second = await tried('quarantine')
  await takeBatch(await answer(second.rows, converts), second.rows, root, options)
  expect(await kept('quarantine')).toEqual(['d3 nightly quarantined invalid_revision a/2'])
  expect(await kept('archive')).toHaveLength(2)
  expect(await counts()).toEqual([
    'nightly quarantined invalid_revision 1 0',
    'nightly quarantined invalid_revision 1 1',
    'nightly rejected bad_json 1 1',
  ])
})

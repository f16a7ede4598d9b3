import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readArchiveFiles } from '../archive/archive-files.ts'
import { type FilledArchive, openFilledArchive } from '../archive/testing/filled-archive.ts'
import type { ConvertedContent } from '../converted/converted-record.ts'
import { countAlike, StayingAlike } from './alike.ts'
import { filesOf, type KeptChoice, mendable, rowsOf } from './choice.ts'
import { readTried, type TriedRow } from './read-batch.ts'

const ALL: KeptChoice = { problems: [], since: null, until: null, channel: null }
const OF_A = '{"ver":2,"info":{"revision":"http://a"},"histograms":{}}'
const ONE_X = '{"histograms":{"X":{"values":{"0":1}}}}'

/** Payload and what was taken out of it, by document. */
const CONTENTS: Readonly<Record<string, readonly [string, string]>> = {
  like: [OF_A, ONE_X],
  'like, other value': [OF_A.replace('2', '2, "more":1'), '{"info":{"OS":"x"},"histograms":{"X":7}}'],
  'other revision': [OF_A.replace('http://a', 'http://b'), ONE_X],
  'another name': [OF_A, '{"histograms":{"X":1,"Y":2}}'],
  'a name that looks like two': [OF_A, '{"histograms":{"X\\",\\"Y":1}}'],
  'by key': [OF_A, '{"keyedHistograms":{"X":{"k":1}}}'],
  'revision of version 5': [
    '{"version":5,"payload":{"info":{"revision":"http://a"}}}',
    '{"payload":{"histograms":{"X":1}}}',
  ],
  'a number beyond numbers': [OF_A.replace('{"ver', '{"n":1e999,"ver'), ONE_X],
  'half a character': [OF_A.replace('{"ver', '{"n":"\\ud800","ver'), ONE_X],
  'bad value': [OF_A, ONE_X],
}
const BAD = 'bad value'
const LIKE = ['like', 'like, other value', 'a number beyond numbers']

let filled: FilledArchive
beforeEach(async () => {
  filled = await openFilledArchive({
    content({ documentId }): ConvertedContent {
      const [payload = '', dropped = ''] = CONTENTS[documentId] ?? []
      return { kind: 'converted', payload, dropped }
    },
  })
  await filled.convert(
    'a',
    Object.keys(CONTENTS).map((id) => ({ id, problem: id === BAD ? 'bad_histogram' : 'unknown_histogram' })),
  )
  await filled.archive()
})
afterEach(() => filled.close())

const problems = mendable(ALL, 'archive')
const files = () => readArchiveFiles(filled.options.db, filesOf(ALL, 'archive', problems))

async function tried(exceptAlike: readonly string[] = []): Promise<TriedRow[]> {
  const rows: TriedRow[] = []
  for (const file of await files()) {
    const chosen = { root: filled.root, file, ...rowsOf(ALL, problems), exceptAlike }
    const reading = readTried(filled.options.db, chosen, (row) => rows.push(row))
    while ((await reading.next()).done !== true);
  }
  return rows
}

const idsOf = (rows: readonly TriedRow[]) => rows.map(({ record }) => record.documentId).sort()

async function first(): Promise<TriedRow> {
  const row = (await tried()).find(({ record }) => record.documentId === 'like')
  if (row === undefined) throw new Error('it is there')
  return row
}

describe('of rows alike, one that was tried in vain', () => {
  test('spares those of its revision that lack the same histograms, and no other', async () => {
    const staying = new StayingAlike()
    staying.learn({ row: await first(), entry: null, problem: 'unknown_histogram' })
    const others = Object.keys(CONTENTS).filter((id) => !LIKE.includes(id))
    expect(idsOf(await tried(staying.keys))).toEqual(others.sort())
    const [counted, ...more] = await countAlike(
      filled.options.db,
      filled.root,
      await files(),
      rowsOf(ALL, problems),
      staying.keys,
    )
    expect(more).toEqual([])
    expect(counted).toEqual({ problem: 'unknown_histogram', alike: staying.keys[0], rows: LIKE.length })
    expect(staying.problemOf(counted?.alike ?? '')).toBe('unknown_histogram')
  })

  test.each([
    { because: 'its own value was at fault', problem: 'bad_histogram' },
    { because: 'it would lose too many', problem: 'histograms_lost' },
    { because: 'nobody could say', problem: 'specification_unavailable' },
  ])('spares none where $because', async ({ problem }) => {
    const staying = new StayingAlike()
    staying.learn({ row: await first(), entry: null, problem })
    expect(staying.keys).toEqual([])
  })

  test('tells nothing where values were at fault when it was counted, or its JSON is beyond DuckDB', async () => {
    const forItself = (await tried()).filter(({ alike }) => alike === null)
    expect(idsOf(forItself)).toEqual([BAD, 'half a character'])
  })
})

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ConvertedEntry, StoredEntry } from '../../converted/converted-file.ts'
import { type Database, openDatabase } from '../../counts/database.ts'
import { TEST_HOUR, testIndex } from '../../counts/testing/converted-index.ts'
import { DAY_MS } from '../../domain/time.ts'
import { createParquetStage, type ParquetStage, type StagedFile } from './parquet-stage.ts'

let folder: string
let reader: Database

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-stage-'))
  reader = await openDatabase(':memory:', { readableFolders: [folder] })
})

afterEach(async () => {
  await reader.close()
  await rm(folder, { recursive: true })
})

function entries(): (ConvertedEntry | StoredEntry)[] {
  const texts = ['a', 'a\u0000b', 'ü', '😀', '\ud800', '', 'z'.repeat(3000)]
  const given = texts.flatMap((reason, n) => [
    { id: `c${n}`, reason, channel: n % 3 === 0 ? 'nightly' : 'beta', at: TEST_HOUR + (n % 2) * DAY_MS },
    { id: `s${n}`, reason, problem: 'bad_histogram' as const, key: `k${n}` },
    { id: `q${n}`, reason, problem: 'invalid_revision' as const },
  ])
  return testIndex('s', given).records.map((record, n) => {
    const entry = { record, converterVersion: '1' }
    const text = JSON.stringify({ n, filling: 'x'.repeat(100 * n), 'ü😀': '\u0000' })
    if (record.outcome === 'quarantined') {
      const body = Buffer.from([n, 0, 255])
      return { ...entry, content: { kind: 'raw', path: `/submit/${n}`, headers: { 'user-agent': '😀' }, body } }
    }
    const dropped = n % 2 === 0 ? '' : '{"histograms":{}}'
    if (n % 4 === 0) return { ...entry, content: { kind: 'converted', payload: text, dropped } }
    const [payload, kept] = [Buffer.from(text), Buffer.from(dropped)]
    return { ...entry, content: { kind: 'converted', payload, dropped: kept } }
  })
}

async function stageOf(name: string, maxHeldBytes?: number): Promise<ParquetStage> {
  const options = { maxFileBytes: 4000, memoryLimitMegabytes: 256 }
  return createParquetStage(join(folder, name), maxHeldBytes === undefined ? options : { ...options, maxHeldBytes })
}

async function addAll(stage: ParquetStage) {
  for (const [n, entry] of entries().entries()) {
    await stage.add('s', entry, n === 3 ? { recoveredAt: TEST_HOUR, firstCounted: '{"channel":"x"}' } : undefined)
  }
}

async function rowsOf(files: readonly StagedFile[]) {
  const read = files.map(async ({ path, ...file }) => {
    const rows = await reader.read(
      'select row_to_json(r)::varchar as row from read_parquet($path) r',
      { path },
      (row) => row.text('row'),
    )
    return { partition: file.partition, file: file.file, rows: rows.length, problems: file.problems, text: rows.sort() }
  })
  const key = ({ partition, file }: { partition: object; file: number }) => JSON.stringify([partition, file])
  return (await Promise.all(read)).sort((a, b) => key(a).localeCompare(key(b)))
}

test.each([
  { claim: 'all of them', maxHeldBytes: 1 },
  { claim: 'some of them', maxHeldBytes: 20_000 },
])('rows go into the same files whether they had room in memory or not: $claim', async ({ maxHeldBytes }) => {
  const held = await stageOf('held')
  const spilt = await stageOf('spilt', maxHeldBytes)
  await addAll(held)
  await addAll(spilt)
  const [expected, files] = [await rowsOf(await held.writeFiles()), await rowsOf(await spilt.writeFiles())]
  expect(files).toEqual(expected)
  expect(files.reduce((sum, { rows }) => sum + rows, 0)).toBe(entries().length)
  expect(files.length).toBeGreaterThan(6)
  await held.remove()
  await spilt.remove()
  expect((await readdir(folder)).sort()).toEqual([])
})

test('what is added stands sorted between the rows of a stored file', async () => {
  const before = await stageOf('before')
  await addAll(before)
  const [stored] = (await before.writeFiles()).filter(({ partition: { keep } }) => keep === 'quarantine')
  if (stored === undefined) throw new Error('a file of the quarantine was expected')
  const stage = await stageOf('after')
  const left = await stage.copy(stored, [{ segment: 's', frame: 2 }])
  expect(left).toBe(stored.rows - 1)
  const again = entries()[2]
  if (again === undefined) throw new Error('a submission was expected')
  await stage.add('s', again)
  expect(await rowsOf(await stage.writeFiles())).toEqual(await rowsOf([stored]))
  await before.remove()
  await stage.remove()
})

test('text that is no UTF-8 gets replacement characters, and holds nothing up', async () => {
  const stage = await stageOf('stage')
  const [first] = entries()
  if (first === undefined) throw new Error('a submission was expected')
  const payload = Buffer.from([0x22, 0xff, 0x22])
  await stage.add('s', { ...first, content: { kind: 'converted', payload, dropped: Buffer.alloc(0) } })
  const [file] = await stage.writeFiles()
  const select = 'select payload from read_parquet($path)'
  expect(await reader.read(select, { path: file?.path ?? '' }, (row) => row.text('payload'))).toEqual(['"\ufffd"'])
  await stage.remove()
})

test('a file that cannot be written is an error, after which the folder can be removed', async () => {
  const stage = await stageOf('stage')
  await addAll(stage)
  await rm(join(folder, 'stage'), { recursive: true })
  await expect(stage.writeFiles()).rejects.toThrow('No such file')
  await stage.remove()
})

import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openJournal } from './journal.ts'
import { readJournalTail } from './journal-tail.ts'

let folder: string
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'tidewatch-tail-')), 'journal')
})
afterEach(() => rm(join(folder, '..'), { recursive: true }))

async function write(count: number, bytesEach: number): Promise<void> {
  const journal = await openJournal(folder)
  const entries = Array.from({ length: count }, (_, n) => ({
    kind: n % 3 === 2 ? 'incident' : 'segment',
    key: String(n),
    // Two days, two files.
    writtenAt: Date.UTC(2014, n < count / 2 ? 0 : 1, 16),
    body: 'ü'.repeat(bytesEach),
  }))
  for (const entry of entries) await journal.append([entry])
  await journal.close()
}

async function tailAfter(known: readonly string[]) {
  const asked: string[] = []
  const entries = await readJournalTail(folder, 'segment', async (keys) => {
    asked.push(...keys)
    return new Set(keys.filter((key) => known.includes(key)))
  })
  return { keys: entries.map(({ key }) => Number(key)), asked: asked.length }
}

const upFrom = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n)

test.each([
  { claim: 'the last one is known: nothing is newer', known: ['28'], from: 29 },
  { claim: 'what another kind calls the same is no sign', known: ['4', '26', '28'], from: 29 },
  { claim: 'some are not known', known: ['3', '18', '21'], from: 22 },
  { claim: 'the last that is known stands in the month before', known: ['9'], from: 10 },
  { claim: 'none is known: all are newer', known: [], from: 0 },
])('$claim', async ({ known, from }) => {
  await write(30, 40)
  expect((await tailAfter(known)).keys).toEqual(upFrom(from, 30))
})

test('only the end of a long journal is read, and entries that are longer than a piece are whole', async () => {
  await write(40, 30_000)
  const { keys, asked } = await tailAfter(['34'])
  expect(keys).toEqual(upFrom(35, 40))
  expect(asked).toBeLessThan(20)
  await rm(folder, { recursive: true })
  await write(4, 400_000)
  expect((await tailAfter(['0'])).keys).toEqual([1, 2, 3])
})

test('a line that a crash cut short is passed over', async () => {
  await write(6, 10)
  await appendFile(join(folder, '2014-02-16.jsonl'), '{"kind":"segment","key":"cut')
  expect((await tailAfter(['3'])).keys).toEqual([4, 5])
})

test('no journal has no tail', async () => {
  expect((await tailAfter([])).keys).toEqual([])
})

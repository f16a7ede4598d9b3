import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type JournalEntry, openJournal, readJournal } from './journal.ts'

let folder: string

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'tidewatch-journal-')), 'journal')
})

afterEach(() => rm(join(folder, '..'), { recursive: true }))

const entry = (key: string, writtenAt = Date.UTC(2014, 0, 16)): JournalEntry => ({
  kind: 'segment',
  key,
  writtenAt,
  body: { key },
})

async function write(...entries: readonly JournalEntry[]) {
  const journal = await openJournal(folder)
  await Promise.all(entries.map((each) => journal.append([each])))
  await journal.close()
}

test('what is written is read, in its order', async () => {
  const entries = Array.from({ length: 20 }, (_, n) => entry(`s${n}\n"ü`))
  await write(...entries)
  expect(await readJournal(folder)).toEqual({ entries, damagedLines: 0 })
})

test('a file holds a day, and what is written with an earlier time goes on behind', async () => {
  await write(entry('a', Date.UTC(2014, 0, 31)), entry('b', Date.UTC(2014, 1, 1)), entry('c', Date.UTC(2014, 0, 31)))
  expect((await readdir(folder)).sort()).toEqual(['2014-01-31.jsonl', '2014-02-01.jsonl'])
  expect((await readJournal(folder)).entries.map(({ key }) => key)).toEqual(['a', 'b', 'c'])
})

test('a line cut short by a crash is skipped, and the next one stands on a line of its own', async () => {
  await write(entry('a'))
  await appendFile(join(folder, '2014-01-16.jsonl'), '{"kind":"segment","key":"cut')
  await write(entry('b'))
  const { entries, damagedLines } = await readJournal(folder)
  expect([entries.map(({ key }) => key), damagedLines]).toEqual([['a', 'b'], 1])
})

test('lines that are no entries are counted as damaged', async () => {
  await write(entry('a'))
  await writeFile(join(folder, '2013-12.jsonl'), 'nonsense\n{"kind":1}\n\n')
  const { entries, damagedLines } = await readJournal(folder)
  expect([entries.length, damagedLines]).toEqual([1, 2])
})

test('where nothing was ever written, there is an empty journal', async () => {
  expect(await readJournal(folder)).toEqual({ entries: [], damagedLines: 0 })
})

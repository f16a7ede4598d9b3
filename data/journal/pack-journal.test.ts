import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS } from '../domain/time.ts'
import { type JournalEntry, journalEntries, openJournal, readJournal } from './journal.ts'
import { readJournalTail } from './journal-tail.ts'
import { packJournal } from './pack-journal.ts'

const START = Date.UTC(2014, 0, 16, 12)
const DAYS = 5
const never = new AbortController().signal

let folder: string
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'tidewatch-pack-')), 'journal')
})
afterEach(() => rm(join(folder, '..'), { recursive: true }))

const entries: readonly JournalEntry[] = Array.from({ length: DAYS * 20 }, (_, n) => ({
  kind: 'segment',
  key: `s${n}`,
  writtenAt: START + Math.floor(n / 20) * DAY_MS,
  body: { text: 'ü'.repeat(n) },
}))

async function write(all: readonly JournalEntry[] = entries): Promise<void> {
  const journal = await openJournal(folder)
  for (const entry of all) await journal.append([entry])
  await journal.close()
}

test('days to which nothing is added any more are compressed, but for the two newest, and read as before', async () => {
  await write()
  expect(await packJournal(folder, never)).toBe(3)
  expect(await packJournal(folder, never)).toBe(0)
  expect((await readdir(folder)).sort()).toEqual([
    '2014-01-16.jsonl.gz',
    '2014-01-17.jsonl.gz',
    '2014-01-18.jsonl.gz',
    '2014-01-19.jsonl',
    '2014-01-20.jsonl',
  ])
  expect(await readJournal(folder)).toEqual({ entries, damagedLines: 0 })
  const journal = await openJournal(folder)
  expect([...(await journal.keys('segment'))]).toEqual(entries.map(({ key }) => key))
  await journal.close()
  const later = []
  for await (const { key } of journalEntries(folder, { from: START + DAY_MS })) later.push(key)
  expect(later).toEqual(entries.slice(20).map(({ key }) => key))
})

test.each([{ known: 's95' }, { known: 's45' }, { known: 's3' }])(
  'what is newer than $known is found from the end, compressed or not',
  async ({ known }) => {
    await write()
    await packJournal(folder, never)
    const tail = await readJournalTail(folder, 'segment', async (keys) => new Set(keys.filter((key) => key === known)))
    expect(tail.map(({ key }) => key)).toEqual(
      entries.slice(entries.findIndex(({ key }) => key === known) + 1).map(({ key }) => key),
    )
  },
)

test('a crash before the day’s own file went leaves both: each entry is read once, and the next call goes on', async () => {
  await write()
  const plain = await readFile(join(folder, '2014-01-16.jsonl'))
  await packJournal(folder, never)
  await writeFile(join(folder, '2014-01-16.jsonl'), plain)
  // Another left half of a compressed file.
  await writeFile(join(folder, '2014-01-17.jsonl.gz.aside'), 'half')
  expect(await readJournal(folder)).toEqual({ entries, damagedLines: 0 })
  expect(await packJournal(folder, never)).toBe(1)
  expect((await readdir(folder)).filter((name) => name.startsWith('2014-01-16'))).toEqual(['2014-01-16.jsonl.gz'])
  expect((await readdir(folder)).filter((name) => name.endsWith('.aside'))).toEqual([])
  expect(await readJournal(folder)).toEqual({ entries, damagedLines: 0 })
})

test('where a clock is put back, entries go on behind those that were written, never into a day that is compressed', async () => {
  await write()
  await packJournal(folder, never)
  const [first] = entries
  if (first === undefined) throw new Error('there are entries')
  await write([{ ...first, key: 'again' }])
  await rm(join(folder, '2014-01-19.jsonl'))
  await rm(join(folder, '2014-01-20.jsonl'))
  await write([{ ...first, key: 'later' }])
  expect((await readdir(folder)).sort().at(-1)).toBe('2014-01-19.jsonl')
  expect((await readJournal(folder)).entries.at(-1)?.key).toBe('later')
})

test('of a compressed day that is damaged the rest is lost and told, and the other days are read', async () => {
  await write()
  await packJournal(folder, never)
  await truncate(join(folder, '2014-01-17.jsonl.gz'), 60)
  const { entries: read, damagedLines } = await readJournal(folder)
  expect(damagedLines).toBeGreaterThanOrEqual(1)
  expect(read.filter(({ writtenAt }) => writtenAt !== START + DAY_MS)).toHaveLength((DAYS - 1) * 20)
})

test('whoever asks it to stop is heard between two days', async () => {
  await write()
  await expect(packJournal(folder, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
  expect(await readJournal(folder)).toEqual({ entries, damagedLines: 0 })
})

import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS } from '../../../data/domain/time.ts'
import { createKeptFilesTask } from './kept-files-task.ts'

const NOW = Date.UTC(2014, 1, 1)
const PERIOD = { from: 0, to: 1 }

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tidewatch-kept-files-'))
  for (const folder of ['corrupted', 'mail', 'raw/2014-01-01']) await mkdir(join(root, folder), { recursive: true })
  for (const days of [1, 20, 200]) {
    for (const name of [`corrupted/${days}.bin`, `mail/${days}.eml`, `raw/2014-01-01/${days}.gz`]) {
      await writeFile(join(root, name), 'x')
      await utimes(join(root, name), 0, (NOW - days * DAY_MS) / 1000)
    }
  }
})
afterEach(() => rm(root, { recursive: true }))

test.each([
  {
    claim: 'each as long as it is set',
    rawDays: 7,
    corruptedDays: 90,
    mailDays: 10,
    raw: ['1.gz'],
    corrupted: ['1.bin', '20.bin'],
    mail: ['1.eml'],
  },
  {
    claim: 'what was set aside and mails, for ever',
    rawDays: 30,
    corruptedDays: null,
    mailDays: null,
    raw: ['1.gz', '20.gz'],
    corrupted: ['1.bin', '20.bin', '200.bin'],
    mail: ['1.eml', '20.eml', '200.eml'],
  },
  {
    claim: 'nothing of what is no longer to be kept',
    rawDays: 0,
    corruptedDays: 1000,
    mailDays: 100,
    raw: [],
    corrupted: ['1.bin', '20.bin', '200.bin'],
    mail: ['1.eml', '20.eml'],
  },
])('keeps $claim', async ({ raw, corrupted, mail, ...days }) => {
  const removed: { raw: number; corrupted: number; mail: number }[] = []
  const task = createKeptFilesTask({
    folders: { raw: join(root, 'raw'), corrupted: join(root, 'corrupted'), mail: join(root, 'mail') },
    limits: () => ({ now: NOW, ...days }),
    onRemoved: (counts) => removed.push(counts),
  })
  await task.run(PERIOD, new AbortController().signal)
  expect((await readdir(join(root, 'raw', '2014-01-01'))).sort()).toEqual(raw)
  expect((await readdir(join(root, 'corrupted'))).sort()).toEqual(corrupted)
  expect((await readdir(join(root, 'mail'))).sort()).toEqual(mail)
  expect(removed).toEqual([{ raw: 3 - raw.length, corrupted: 3 - corrupted.length, mail: 3 - mail.length }])
})

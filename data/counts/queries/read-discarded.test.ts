import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DiscardedSubmission } from '../../converted/converted-record.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { type Database, openDatabase } from '../database.ts'
import { importAttributes } from '../import-counts.ts'
import { mergeConverted } from '../merge.ts'
import { TEST_HOUR, testIndex } from '../testing/converted-index.ts'
import { type DiscardedQuestion, readDiscarded } from './read-discarded.ts'

let db: Database

beforeEach(async () => {
  db = await openDatabase(':memory:')
})

afterEach(() => db.close())

const ALL: DiscardedQuestion = { from: TEST_HOUR, to: TEST_HOUR + 24 * HOUR_MS, step: 'whole', by: [] }

async function discard(...all: readonly Partial<DiscardedSubmission>[]): Promise<void> {
  const discarded = all.map((own) => {
    const usual = {
      receivedAt: TEST_HOUR,
      channel: 'nightly',
      cause: 'body',
      bytes: 300_000,
      limitBytes: 204_800,
      automation: false,
    } as const
    return { ...usual, ...own }
  })
  const options = { now: TEST_HOUR, duplicateWindowMs: 0, seen: null, coverageToleranceMs: 0, journal: null }
  await mergeConverted(db, testIndex('a', [], { discarded }), options)
}

test('apart by what is asked for, and by the hour of receipt', async () => {
  await discard(
    {},
    { receivedAt: TEST_HOUR + HOUR_MS },
    { receivedAt: TEST_HOUR + HOUR_MS + 1, channel: 'beta' },
    { cause: 'path', bytes: 12_000, limitBytes: 10_240 },
  )
  const told = async (question: Partial<DiscardedQuestion>) =>
    (await readDiscarded(db, { ...ALL, ...question })).map(({ time, channel, cause, submissions }) =>
      [(time - TEST_HOUR) / HOUR_MS, channel, cause, submissions].join(' ').replace(/ +/g, ' '),
    )
  expect(await told({})).toEqual(['0 4'])
  expect(await told({ by: ['cause'] })).toEqual(['0 body 3', '0 path 1'])
  expect(await told({ step: 'hour', by: ['channel'] })).toEqual(['0 nightly 2', '1 beta 1', '1 nightly 1'])
  expect(await told({ channel: 'nightly', by: ['channel', 'cause'] })).toEqual(['0 nightly body 2', '0 nightly path 1'])
  expect(await told({ from: TEST_HOUR + HOUR_MS })).toEqual(['1 2'])
})

test('the size is the one in the middle: a client that announces a gigabyte doesn’t move it', async () => {
  await discard({ bytes: 280_000 }, { bytes: 300_000 }, { bytes: 320_000 }, { bytes: 2 ** 30 })
  expect(await readDiscarded(db, ALL)).toMatchObject([{ submissions: 4, typicalBytes: 300_000, limitBytes: 204_800 }])
})

test('the limit is the highest of those they were over', async () => {
  await discard({}, { limitBytes: 100_000 })
  expect(await readDiscarded(db, ALL)).toMatchObject([{ submissions: 2, limitBytes: 204_800 }])
})

test('what was brought in has no size, and takes none from what has', async () => {
  const row = { hour: TEST_HOUR, channel: 'nightly', attribute: 'discarded', value: 'body', submissions: 1000 }
  await importAttributes(db, { source: 'old', rows: [[row]], now: TEST_HOUR })
  expect(await readDiscarded(db, ALL)).toMatchObject([{ submissions: 1000, typicalBytes: 0, limitBytes: 0 }])
  await discard({})
  expect(await readDiscarded(db, ALL)).toMatchObject([
    { submissions: 1001, typicalBytes: 300_000, limitBytes: 204_800 },
  ])
  await importAttributes(db, { source: 'old', rows: [[{ ...row, submissions: 7 }]], now: TEST_HOUR })
  expect(await readDiscarded(db, ALL)).toMatchObject([{ submissions: 8 }])
})

test('nothing discarded is no row', async () => expect(await readDiscarded(db, { ...ALL, step: 'day' })).toEqual([]))

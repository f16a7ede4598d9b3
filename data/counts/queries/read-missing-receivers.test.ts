import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { type Database, openDatabase } from '../database.ts'
import { time } from '../values.ts'
import { readMissingReceivers } from './read-missing-receivers.ts'

const START = Date.UTC(2014, 0, 16, 12)

let database: Database
beforeEach(async () => {
  database = await openDatabase(':memory:')
})
afterEach(() => database.close())

/** `local-1 0-60` listened from minute 0 to minute 60 after the start. */
async function listened(...stretches: string[]): Promise<void> {
  for (const stretch of stretches) {
    const [receiver = '', minutes = ''] = stretch.split(' ')
    const [from = 0, to = 0] = minutes.split('-').map(Number)
    await database.inTransaction((transaction) =>
      transaction.run('insert into coverage (receiver, from_time, to_time) values ($receiver, $from, $to)', {
        receiver,
        from: time(START + from * MINUTE_MS),
        to: time(START + to * MINUTE_MS),
      }),
    )
  }
}

async function missing(from: EpochMs = START, to: EpochMs = START + HOUR_MS): Promise<string[]> {
  const found = await readMissingReceivers(database, from, to)
  return found.map((one) => `${one.receiver} ${(one.from - START) / MINUTE_MS}-${(one.to - START) / MINUTE_MS}`)
}

test('one of two that was down in between is named', async () => {
  await listened('local-1 0-60', 'local-2 0-10', 'local-2 30-60')
  expect(await missing()).toEqual(['local-2 10-30'])
})

test('while nobody listened, nobody is missing', async () => {
  await listened('local-1 0-10', 'local-1 30-60', 'local-2 0-10', 'local-2 40-60')
  expect(await missing()).toEqual(['local-2 30-40'])
})

test('a single receiver is never missing: that is a gap', async () => {
  await listened('local-1 0-10', 'local-1 30-60')
  expect(await missing()).toEqual([])
})

test('one that did not come yet is not missing, one that did not come back is, for a day', async () => {
  await listened(`local-1 0-${3 * 24 * 60}`, 'local-2 20-40')
  expect(await missing()).toEqual(['local-2 40-60'])
  expect(await missing(START + DAY_MS, START + DAY_MS + HOUR_MS)).toEqual([`local-2 ${24 * 60}-${24 * 60 + 40}`])
  expect(await missing(START + 2 * DAY_MS, START + 2 * DAY_MS + HOUR_MS)).toEqual([])
})

test('less than a minute is a restart', async () => {
  await listened('local-1 0-60', 'local-2 0-10', 'local-2 10.9-60')
  expect(await missing()).toEqual([])
})

test('an import is no receiver', async () => {
  await listened('local-1 0-10', 'local-1 30-60', 'import:old 0-60')
  expect(await missing()).toEqual([])
})

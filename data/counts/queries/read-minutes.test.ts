import { afterEach, beforeEach, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { type Database, openDatabase } from '../database.ts'
import { readAwaitedSpecifications } from './read-awaited-specifications.ts'
import { readMinutes } from './read-minutes.ts'

const START = Date.UTC(2014, 0, 16, 14)

let database: Database

/** Three minutes: two of nightly, the second with a copy and one that waits; one of beta; one before all of them. */
beforeEach(async () => {
  database = await openDatabase(':memory:')
  await database.inTransaction(async (transaction) => {
    await transaction.append('minute_counts', [
      [START - MINUTE_MS, 'nightly', 'accepted', 'none', 90],
      [START, 'nightly', 'accepted', 'none', 7],
      [START + MINUTE_MS, 'nightly', 'salvaged', 'bad_histogram', 2],
      [START + MINUTE_MS, 'nightly', 'quarantined', 'specification_unavailable', 3],
      [START + MINUTE_MS, 'nightly', 'duplicate', 'none', 50],
      [START + 2 * MINUTE_MS, 'beta', 'rejected', 'bad_json', 4],
    ])
    await transaction.append('coverage', [
      ['r1', START, START + 90_000],
      ['import:history', START, START + HOUR_MS],
    ])
  })
})
afterEach(() => database.close())

test('minutes are what was received, copies left out, and what a receiver listened to, imports left out', async () => {
  const { received, ...rest } = await readMinutes(database, { from: START, to: START + 3 * MINUTE_MS })
  expect(rest).toEqual({ start: START, minutes: 3, coverage: [1, 0.5, 0] })
  expect([...received].map(([channel, counts]) => [channel, [...counts]])).toEqual([
    ['beta', [0, 0, 4]],
    ['nightly', [7, 5, 0]],
  ])
})

test('where nothing came, no channel is there', async () => {
  const { received } = await readMinutes(database, { from: START + HOUR_MS, to: START + HOUR_MS + MINUTE_MS })
  expect(received.size).toBe(0)
})

test('what waits for a specification is told beside all that was received', async () => {
  const whole = { from: START, to: START + HOUR_MS }
  expect(await readAwaitedSpecifications(database, whole)).toEqual({ waiting: 3, received: 16 })
  const later = { from: START + HOUR_MS, to: START + 2 * HOUR_MS }
  expect(await readAwaitedSpecifications(database, later)).toEqual({ waiting: 0, received: 0 })
})

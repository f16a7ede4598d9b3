import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { type Database, openDatabase } from '../database.ts'
import { TEST_HOUR } from '../testing/converted-index.ts'
import { countRows } from '../testing/count-row.ts'
import { readChannels } from './read-channels.ts'

let database: Database
beforeEach(async () => {
  database = await openDatabase(':memory:')
})
afterEach(() => database.close())

const SINCE = TEST_HOUR

test('channels stand by what they sent since, those of the last 90 days behind them', async () => {
  await countRows(database, [
    { channel: 'small', hour: SINCE, submissions: 1 },
    { channel: 'large', hour: SINCE + HOUR_MS, submissions: 9 },
    { channel: 'silent', hour: SINCE - 90 * DAY_MS, submissions: 99 },
    { channel: 'gone', hour: SINCE - 90 * DAY_MS - HOUR_MS, submissions: 99 },
  ])
  expect(await readChannels(database, SINCE)).toEqual(['large', 'small', 'silent'])
})

test('where only old logs were moved in, their channels are there', async () => {
  await countRows(database, [
    { channel: 'old', hour: SINCE - 400 * DAY_MS },
    { channel: 'older', hour: SINCE - 490 * DAY_MS },
    { channel: 'oldest', hour: SINCE - 491 * DAY_MS },
  ])
  expect(await readChannels(database, SINCE)).toEqual(['old', 'older'])
})

test('nothing counted, no channels', async () => {
  expect(await readChannels(database, SINCE)).toEqual([])
})

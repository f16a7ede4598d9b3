import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { type Database, openDatabase } from '../database.ts'
import { TEST_HOUR } from '../testing/converted-index.ts'
import { countRows, type TestCount } from '../testing/count-row.ts'
import { readSeenBuilds, readSeenBuildsInUse } from './read-builds.ts'

const RANGE = { from: TEST_HOUR, to: TEST_HOUR + DAY_MS, now: TEST_HOUR + DAY_MS }

let database: Database
beforeEach(async () => {
  database = await openDatabase(':memory:')
})
afterEach(() => database.close())

const at = (hours: number, rest: TestCount = {}): TestCount => ({ hour: TEST_HOUR + hours * HOUR_MS, ...rest })

test.each([
  { claim: 'a build is first seen in its first hour of the range', hours: [2, 3], firstSeen: [2] },
  { claim: 'one seen the hour before isn’t new', hours: [-1, 3], firstSeen: [] },
  { claim: 'nor one seen 90 days before', hours: [-90 * 24, 3], firstSeen: [] },
  { claim: 'what was before that isn’t looked at', hours: [-90 * 24 - 1, 3], firstSeen: [3] },
  { claim: 'what comes after the range isn’t there', hours: [24], firstSeen: [] },
])('$claim', async ({ hours, firstSeen }) => {
  await countRows(
    database,
    hours.map((hour) => at(hour)),
  )
  const seen = await readSeenBuilds(database, RANGE)
  expect(seen.map((build) => (build.firstSeen - TEST_HOUR) / HOUR_MS)).toEqual(firstSeen)
})

test('a few among many aren’t seen yet', async () => {
  const many = { build: '20140115030203', submissions: 1_000_000 }
  const few = { build: '20140116030203', submissions: 2000 }
  await countRows(database, [at(1, many), at(1, few), at(2, many), at(2, { ...few, submissions: 3000 })])
  const seen = await readSeenBuilds(database, RANGE)
  expect(seen.map(({ buildId, firstSeen }) => [buildId, (firstSeen - TEST_HOUR) / HOUR_MS])).toEqual([
    [many.build, 1],
    [few.build, 2],
  ])
})

test('unknown revisions count as invalid once they are six hours old', async () => {
  await countRows(database, [
    at(1, { submissions: 80 }),
    at(1, { outcome: 'quarantined', problem: 'unknown_revision', submissions: 20 }),
  ])
  const invalidAt = async (hours: number) =>
    (await readSeenBuilds(database, { ...RANGE, now: TEST_HOUR + hours * HOUR_MS })).map(({ invalid }) => invalid)
  expect(await invalidAt(6.9)).toEqual([0])
  expect(await invalidAt(7)).toEqual([20])
})

test('builds in use are those that hold their share, each as it is told by its name alone', async () => {
  const beta = { channel: 'beta', build: '20140110030203' }
  await countRows(database, [
    at(1, { build: '20140114030201' }),
    at(2, { build: '20140115030201' }),
    at(3, { build: '20140114030201' }),
    at(3, beta),
    at(3, { build: 'OTHER' }),
  ])
  const inUse = await readSeenBuildsInUse(database, RANGE)
  expect(inUse.map(({ channel, buildId }) => [channel, buildId])).toEqual([
    ['nightly', '20140114030201'],
    ['nightly', '20140115030201'],
    ['beta', '20140110030203'],
  ])
  expect(inUse).toEqual(await readSeenBuilds(database, RANGE))
})

test('a build’s best day is told apart from its share since it came', async () => {
  const old = { build: '20140101030203', submissions: 300 }
  const days = [
    at(1, { submissions: 100 }),
    at(25, { submissions: 300 }),
    at(26, { submissions: 300 }),
    at(49, { submissions: 30 }),
  ]
  await countRows(database, [...days, ...[1, 25, 26, 49].map((hours) => at(hours, old))])
  const range = { ...RANGE, to: TEST_HOUR + 3 * DAY_MS, now: TEST_HOUR + 3 * DAY_MS }
  const build = (await readSeenBuilds(database, range)).find(({ buildId }) => buildId === '20140116030203')
  expect(build).toMatchObject({ received: 730, shareRatio: 730 / 1930, bestDayRatio: 0.5 })
})

test('a build that nobody has run for a week is not in use, unless nothing was counted since', async () => {
  const range = { ...RANGE, to: TEST_HOUR + 30 * DAY_MS, now: TEST_HOUR + 30 * DAY_MS }
  const builds = async () => (await readSeenBuildsInUse(database, range)).map(({ buildId }) => buildId)
  expect(await builds()).toEqual([])
  await countRows(database, [at(1, { build: '20140115030201' })])
  expect(await builds()).toEqual(['20140115030201'])
  await countRows(database, [at(29 * 24, { channel: 'beta', build: '20140110030203' })])
  expect(await builds()).toEqual(['20140110030203'])
})

test('asked for builds by name, it answers the same of them', async () => {
  await countRows(database, [at(1), at(2, { build: '20140116030203', submissions: 50 })])
  const all = await readSeenBuilds(database, RANGE)
  const asked = await readSeenBuilds(database, { ...RANGE, builds: ['20140116030203'] })
  expect(asked).toEqual(all.filter(({ buildId }) => buildId === '20140116030203'))
  expect(asked).toHaveLength(1)
})

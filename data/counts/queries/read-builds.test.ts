import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, startOfDay } from '../../domain/time.ts'
import { type Database, openDatabase } from '../database.ts'
import { TEST_HOUR } from '../testing/converted-index.ts'
import { countRows, type TestCount } from '../testing/count-row.ts'
import { readSeenBuilds, type SeenBuild } from './read-builds.ts'

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

test('builds are told by channel, in the order in which they came; what was folded is none', async () => {
  const beta = { channel: 'beta', build: '20140110030203' }
  await countRows(database, [
    at(1, { build: '20140114030201' }),
    at(2, { build: '20140115030201' }),
    at(3, { build: '20140114030201' }),
    at(3, beta),
    at(3, { build: 'OTHER' }),
  ])
  const seen = await readSeenBuilds(database, RANGE)
  expect(seen.map(({ channel, buildId }) => [channel, buildId])).toEqual([
    ['nightly', '20140114030201'],
    ['nightly', '20140115030201'],
    ['beta', '20140110030203'],
  ])
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
  const builds = async () =>
    (await readSeenBuilds(database, range)).filter(({ isInUse }) => isInUse).map(({ buildId }) => buildId)
  expect(await builds()).toEqual([])
  await countRows(database, [at(1, { build: '20140115030201' })])
  expect(await builds()).toEqual(['20140115030201'])
  await countRows(database, [at(29 * 24, { channel: 'beta', build: '20140110030203' })])
  expect(await builds()).toEqual(['20140110030203'])
})

test('of any counts, it answers what adding them up by hand does', async () => {
  const hours = fc.constantFrom(-90 * 24 - 1, -90 * 24, -30, -1, 0, 1, 5, 23, 24, 25, 47, 48)
  const row = fc.record({
    hour: hours.map((hour) => TEST_HOUR + hour * HOUR_MS),
    channel: fc.constantFrom('nightly', 'beta'),
    build: fc.constantFrom('20140114030201', '20140115030201', '20140116030201', 'OTHER'),
    outcome: fc.constantFrom('accepted', 'rejected', 'duplicate'),
    submissions: fc.constantFrom(1, 3, 4, 40, 3000),
  })
  const asked = { from: TEST_HOUR, to: TEST_HOUR + 2 * DAY_MS, now: TEST_HOUR + 2 * DAY_MS }
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
      await database.inTransaction((transaction) => transaction.run('delete from hourly_counts'))
      await countRows(
        database,
        rows.map((one) => ({ ...one, problem: one.outcome === 'rejected' ? 'bad_json' : 'none' })),
      )
      expect(await readSeenBuilds(database, asked)).toEqual(seenByHand(rows, asked))
    }),
    { numRuns: 60 },
  )
})

type Row = Required<Pick<TestCount, 'hour' | 'channel' | 'build' | 'outcome' | 'submissions'>>

function seenByHand(rows: readonly Row[], { from, to }: { from: number; to: number }): SeenBuild[] {
  const counted = rows.filter(({ hour, outcome }) => hour >= from - 90 * DAY_MS && hour < to && outcome !== 'duplicate')
  const sum = (some: readonly Row[]) => some.reduce((total, { submissions }) => total + submissions, 0)
  const builds = new Map(counted.map(({ channel, build }) => [`${channel} ${build}`, { channel, build }]))
  return [...builds.values()]
    .flatMap(({ channel, build }) => {
      const ofChannel = counted.filter((row) => row.channel === channel)
      const own = ofChannel.filter((row) => row.build === build)
      const heldAt = (start: number, end: number) => ({
        received: sum(own.filter(({ hour }) => hour >= start && hour < end)),
        // Of hours in which it sent anything.
        total: sum(
          ofChannel.filter(({ hour }) => hour >= start && hour < end && own.some((mine) => mine.hour === hour)),
        ),
      })
      const isSeen = (hour: number) => {
        const { received, total } = heldAt(hour, hour + 1)
        return received >= 4 && received > 0.002 * total
      }
      const firstSeen = Math.min(...own.map(({ hour }) => hour).filter(isSeen))
      if (build === 'OTHER' || firstSeen < from || firstSeen === Number.POSITIVE_INFINITY) return []
      const { received, total } = heldAt(firstSeen, to)
      const days = [0, 1, 2].map((day) =>
        heldAt(Math.max(firstSeen, startOfDay(from) + day * DAY_MS), startOfDay(from) + (day + 1) * DAY_MS),
      )
      return {
        channel,
        buildId: build,
        firstSeen,
        isInUse: true,
        received,
        invalid: sum(own.filter(({ hour, outcome }) => hour >= firstSeen && outcome === 'rejected')),
        shareRatio: received / total,
        bestDayRatio: Math.max(...days.map((day) => day.received / Math.max(1, day.total))),
      }
    })
    .toSorted((a, b) => a.firstSeen - b.firstSeen || compare(a.buildId, b.buildId) || compare(a.channel, b.channel))
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

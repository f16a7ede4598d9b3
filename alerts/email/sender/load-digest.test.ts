import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../../data/counts/database.ts'
import { replaceRollups } from '../../../data/counts/rollups.ts'
import { DAY_MS, type EpochMs, HOUR_MS, SECOND_MS } from '../../../data/domain/time.ts'
import { makeIncident } from '../../testing/make-incident.ts'
import { loadAccounting } from './load-accounting.ts'
import { loadDigestFacts } from './load-digest.ts'

const until = Date.UTC(2014, 1, 8, 8)
const week = Array.from({ length: 7 * 24 }, (_, index) => until - 7 * DAY_MS + index * HOUR_MS)

let database: Database
beforeEach(async () => {
  database = await openDatabase(':memory:')
})
afterEach(() => database.close())

function row(hour: EpochMs, channel: string, count: number, { problem = 'none', recovered = 0, outcome = '' } = {}) {
  const became = outcome || (problem === 'none' ? 'accepted' : 'quarantined')
  return [
    ...([hour, channel, 'Firefox', '29.0a1', '20140201', 'saved-session', became, problem, 'live', false] as const),
    ...([count, recovered, count * 1000] as const),
  ] as const
}

async function count(rows: readonly ReturnType<typeof row>[], listened: readonly (readonly [EpochMs, EpochMs])[]) {
  await database.inTransaction(async (transaction) => {
    await transaction.append('hourly_counts', rows)
    await replaceRollups(transaction)
    await transaction.append(
      'expectations',
      week.map((hour) => [hour, 'nightly', 90, 100, 110]),
    )
    await transaction.append(
      'coverage',
      listened.map(([from, to]) => ['receiver-1', from, to]),
    )
  })
}

test('digests a day apart tell of every hour once, though they are decided some seconds past it', async () => {
  await count(
    week.map((hour) => row(hour, 'nightly', 100)),
    [[until - 7 * DAY_MS, until]],
  )
  const past = 20 * SECOND_MS
  const told = []
  for (const day of [1, 0]) {
    const end = until - day * DAY_MS + past
    const { weeks, losses } = await loadDigestFacts(database, { since: end - DAY_MS, until: end })
    told.push([weeks[0]?.received, weeks[0]?.expected, losses.received])
  }
  expect(told).toEqual([
    [2400, 2400, 2400],
    [2400, 2400, 2400],
  ])
})

test('days are seen of expected, oldest first; an hour in which nobody listened counts on neither side', async () => {
  const gapFrom = until - 30 * HOUR_MS
  await count(
    week
      .filter((hour) => hour < gapFrom || hour >= gapFrom + 4 * HOUR_MS)
      .map((hour) => {
        return row(hour, 'nightly', hour >= until - DAY_MS ? 50 : 100)
      }),
    [
      [until - 7 * DAY_MS, gapFrom],
      [gapFrom + 4 * HOUR_MS, until],
    ],
  )
  const { weeks } = await loadDigestFacts(database, { since: until - DAY_MS, until })
  expect(weeks).toEqual([
    { channel: 'nightly', received: 1200, invalid: 0, expected: 2400, days: [1, 1, 1, 1, 1, 1, 0.5] },
  ])
})

test('a channel whose tide is not known is told without an expectation; the largest come first', async () => {
  await count(
    week.flatMap((hour) => [
      row(hour, 'esr', 3),
      row(hour, 'nightly', 80),
      row(hour, 'nightly', 20, { problem: 'bad_json', outcome: 'rejected' }),
    ]),
    [[until - 7 * DAY_MS, until]],
  )
  const { weeks, losses } = await loadDigestFacts(database, { since: until - DAY_MS, until })
  expect(weeks.map(({ channel, received, invalid, expected }) => [channel, received, invalid, expected])).toEqual([
    ['nightly', 2400, 480, 2400],
    ['esr', 72, 0, null],
  ])
  expect(losses).toEqual({ received: 2472, invalid: 480, quarantined: 0, recovered: 0, quarantinedElsewhere: 0 })
})

test('the end accounts for the hours of the incident on its own channels: received, invalid, kept and recovered', async () => {
  const start = until - 5 * HOUR_MS
  const broken = { problem: 'invalid_revision' }
  await count(
    week.flatMap((hour) => [
      row(hour, 'nightly', 60),
      row(hour, 'nightly', 40, { ...broken, recovered: hour === start ? 30 : 0 }),
      row(hour, 'beta', 1000, broken),
      row(hour, 'nightly', 7, { outcome: 'duplicate' }),
    ]),
    [[until - 7 * DAY_MS, until]],
  )
  // Begun within an hour: its submissions of that hour are told whole.
  const incident = makeIncident({
    start: start + 60 * SECOND_MS,
    state: 'resolved',
    resolvedAt: until,
    end: start + 3 * HOUR_MS,
  })
  expect(await loadAccounting(database, incident)).toEqual({
    received: 300,
    invalid: 120,
    quarantined: 120,
    recovered: 30,
    quarantinedElsewhere: 0,
  })
  expect(await loadAccounting(database, { ...incident, channels: ['*'] })).toMatchObject({ received: 3300 })
  expect(await loadAccounting(database, { ...incident, end: incident.start })).toMatchObject({ received: 200 })
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Problem } from '../domain/outcome.ts'
import { DAY_MS, type EpochMs, HOUR_MS } from '../domain/time.ts'
import { type Database, openDatabase } from './database.ts'
import type { ChannelHistory, History } from './history.ts'
import { type CountRow, importAttributes, importCounts } from './import-counts.ts'
import { loadHistoryWindow, readHistory } from './read-history.ts'

const START = Date.UTC(2014, 0, 16)
let db: Database

beforeEach(async () => {
  db = await openDatabase(':memory:')
})

afterEach(() => db.close())

interface Given extends Partial<Omit<CountRow, 'hour'>> {
  /** Hours after START. */
  readonly at: number
}

const countRow = ({ at, ...given }: Given): CountRow => ({
  hour: START + at * HOUR_MS,
  channel: 'nightly',
  appName: 'Firefox',
  appVersion: '29.0a1',
  buildId: '20140116030203',
  reason: 'idle-daily',
  outcome: 'accepted',
  problem: 'none',
  automation: false,
  submissions: 10,
  recovered: 0,
  bytes: 0,
  ...given,
})

async function bring(source: string, rows: readonly Given[], covered: readonly number[] = rows.map((row) => row.at)) {
  const coverage = new Map<EpochMs, number>(covered.map((at) => [START + at * HOUR_MS, 1]))
  await importCounts(db, { source, rows: [rows.map(countRow)], coverage: () => coverage, now: START })
}

const read = (hours: number) => readHistory(db, START, START + hours * HOUR_MS)

function channel(history: History, name = 'nightly'): ChannelHistory {
  const found = history.channels.get(name)
  if (found === undefined) throw new Error(`no channel ${name} among ${[...history.channels.keys()].join(', ')}`)
  return found
}

const list = (array: Float64Array | undefined) => (array === undefined ? undefined : [...array])

test('a covered hour without rows is zero, an hour without coverage is told by its coverage', async () => {
  await bring('a', [{ at: 0 }, { at: 3, submissions: 7 }], [0, 1, 3])
  const history = await read(4)
  expect([...history.coverage]).toEqual([1, 1, 0, 1])
  expect(list(channel(history).received)).toEqual([10, 0, 0, 7])
})

test('reasons and builds add up to what was received', async () => {
  await bring('a', [
    { at: 0, reason: 'idle-daily', buildId: '1', submissions: 5 },
    { at: 0, reason: 'saved-session', buildId: '1', submissions: 3 },
    { at: 1, reason: 'saved-session', buildId: '2', submissions: 2, appVersion: '28.0a2' },
  ])
  const { received, reasons, builds, appVersions } = channel(await read(2))
  expect(list(received)).toEqual([8, 2])
  expect(list(reasons.get('saved-session'))).toEqual([3, 2])
  expect(list(builds.get('1')?.received)).toEqual([8, 0])
  expect(list(builds.get('2')?.reasons.get('saved-session'))).toEqual([0, 2])
  expect(list(appVersions.get('28.0a2'))).toEqual([0, 2])
})

test('every problem has a series, and only some of them are invalid', async () => {
  const given = (problem: Problem, outcome: CountRow['outcome'], submissions: number): Given => ({
    at: 0,
    problem,
    outcome,
    submissions,
  })
  await bring('a', [
    given('bad_histogram', 'salvaged', 1),
    given('unknown_histogram', 'salvaged', 2),
    given('invalid_revision', 'quarantined', 4),
    given('unknown_revision', 'quarantined', 8),
    given('specification_unavailable', 'quarantined', 16),
    given('bad_json', 'rejected', 32),
  ])
  const { received, invalid, problems, builds } = channel(await read(1))
  expect(list(received)).toEqual([63])
  expect(list(invalid)).toEqual([1 + 4 + 32])
  expect([...problems.keys()].sort()).toHaveLength(6)
  expect(list(problems.get('unknown_revision'))).toEqual([8])
  expect(list(builds.get('20140116030203')?.invalid)).toEqual([37])
})

test('automation and duplicates are left out, recovered moves nothing, sources are added up', async () => {
  await bring('a', [
    { at: 0, automation: true },
    { at: 0, outcome: 'duplicate' },
    { at: 0, outcome: 'quarantined', problem: 'invalid_revision', submissions: 4, recovered: 4 },
  ])
  await bring('b', [{ at: 0, submissions: 1 }])
  const { received, invalid } = channel(await read(1))
  expect([list(received), list(invalid)]).toEqual([[5], [4]])
})

test('builds that never held a five-hundredth of their channel are OTHER together', async () => {
  await bring('a', [
    { at: 0, buildId: 'common', submissions: 10_000 },
    { at: 0, buildId: 'rare-1', submissions: 3 },
    { at: 0, buildId: 'rare-2', submissions: 4 },
    { at: 0, buildId: 'rare-today', submissions: 1 },
    { at: 30, buildId: 'rare-today', submissions: 1 },
  ])
  const { builds } = channel(await read(48))
  expect([...builds.keys()].sort()).toEqual(['OTHER', 'common', 'rare-today'])
  expect(builds.get('OTHER')?.received[0]).toBe(7)
})

test('submissions of which only the outcome is known are invalid by that', async () => {
  await bring('a', [
    { at: 0, outcome: 'rejected', submissions: 3 },
    { at: 0, outcome: 'salvaged', submissions: 5 },
  ])
  const { invalid, problems } = channel(await read(1))
  expect([list(invalid), problems.size]).toEqual([[3], 0])
})

test('attributes stand by name and value', async () => {
  await bring('a', [{ at: 0 }])
  const rows = [{ hour: START, channel: 'nightly', attribute: 'os', value: 'WINNT', submissions: 9 }]
  await importAttributes(db, { source: 'a', rows: [rows], now: START })
  expect(
    list(
      channel(await read(1))
        .attributes.get('os')
        ?.get('WINNT'),
    ),
  ).toEqual([9])
})

const WEEK_OF_ROWS: readonly Given[] = Array.from({ length: 168 }, (_, at) => ({
  at,
  submissions: 100 + at,
  buildId: `2014011${6 + Math.floor(at / 48)}`,
  reason: at % 3 === 0 ? 'saved-session' : 'idle-daily',
}))

test('a window that slides holds what a fresh one would', async () => {
  await bring('a', WEEK_OF_ROWS)
  const window = await loadHistoryWindow(db, START, START + 2 * DAY_MS)
  for (const hours of [49, 50, 72, 73, 150, 168]) {
    await window.slideTo(START + hours * HOUR_MS)
    expect(window.history).toEqual(await readHistory(db, START + (hours - 48) * HOUR_MS, START + hours * HOUR_MS))
  }
})

test('refreshed hours hold what was counted late, the others stay as they were', async () => {
  await bring('a', WEEK_OF_ROWS)
  const window = await loadHistoryWindow(db, START, START + 7 * DAY_MS)
  await bring('late', [
    { at: 5, submissions: 1 },
    { at: 6, submissions: 1, buildId: 'new' },
    { at: 9, submissions: 500 },
  ])
  await window.refresh([START + 5 * HOUR_MS, START + 6 * HOUR_MS, START - HOUR_MS])
  const { received } = channel(window.history)
  expect([received[5], received[6]]).toEqual([106, 107])
  await window.refresh([START + 9 * HOUR_MS])
  expect(window.history).toEqual(await read(168))
})

describe('what was discarded', () => {
  const discard = (
    source: string,
    rows: readonly { at: number; channel?: string; cause?: string; submissions?: number }[],
  ) =>
    importAttributes(db, {
      source,
      now: START,
      rows: [
        rows.map(({ at, channel: name = 'nightly', cause = 'body', submissions = 4 }) => {
          return { hour: START + at * HOUR_MS, channel: name, attribute: 'discarded', value: cause, submissions }
        }),
      ],
    })
  const discarded = (history: History, name = 'nightly') =>
    [...channel(history, name).discarded].map(([cause, { submissions }]) => [cause, ...submissions])

  test('stands by cause, is no part of what was received, and makes a channel known', async () => {
    await bring('a', [{ at: 0 }, { at: 1 }])
    await discard('a', [{ at: 1 }, { at: 1, cause: 'path', submissions: 1 }, { at: 0, channel: 'beta' }])
    const history = await read(2)
    expect(discarded(history)).toEqual([
      ['body', 0, 4],
      ['path', 0, 1],
    ])
    expect(list(channel(history).received)).toEqual([10, 10])
    expect(list(channel(history, 'beta').received)).toEqual([0, 0])
    expect(discarded(history, 'beta')).toEqual([['body', 4, 0]])
  })

  test('slides and is refreshed with the window', async () => {
    await bring('a', WEEK_OF_ROWS)
    await discard('a', [{ at: 3 }, { at: 60 }, { at: 61, channel: 'beta' }])
    const window = await loadHistoryWindow(db, START, START + 2 * DAY_MS)
    for (const hours of [49, 52, 61, 62, 110, 150]) {
      await window.slideTo(START + hours * HOUR_MS)
      expect(window.history).toEqual(await readHistory(db, START + (hours - 48) * HOUR_MS, START + hours * HOUR_MS))
    }
    await discard('late', [{ at: 149, submissions: 7 }])
    await window.refresh([START + 149 * HOUR_MS])
    expect(window.history).toEqual(await readHistory(db, START + 102 * HOUR_MS, START + 150 * HOUR_MS))
    expect(discarded(window.history)[0]?.at(-1)).toBe(7)
  })
})

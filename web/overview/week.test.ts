import { describe, expect, test } from 'vitest'
import type { ChannelOverview, OverviewAnswer } from '../../server/api/types.ts'
import { weekAxis, weekShapes } from './week.ts'

/** Thursday 30 January 2014; `seen` starts there, the newest whole hour is the last of them. */
const WEEK_START = '2014-01-30T00:00:00Z'

function channel(seen: readonly (number | null)[], changes: Partial<ChannelOverview> = {}): ChannelOverview {
  const ahead = [...seen, 100, 100, 100]
  return {
    channel: 'nightly',
    states: [{ state: 'well', since: null }],
    hour: new Date(Date.parse(WEEK_START) + (seen.length - 1) * 3_600_000).toISOString(),
    seen: seen.at(-1) ?? null,
    expected: null,
    of_expected: null,
    invalid_rate: null,
    discarded: [],
    so_far: 30,
    week: { seen, low: ahead.map(() => 90), high: ahead.map(() => 110), invalid_rate: [] },
    newest_build: null,
    learning: null,
    ...changes,
  }
}

function shapes(seen: readonly (number | null)[], minutes = 30, changes: Partial<ChannelOverview> = {}) {
  return weekShapes(channel(seen, changes), WEEK_START, seen.length + minutes / 60)
}

describe('a row of the overview', () => {
  test('has water with a forecast, and no dry ground while all is well', () => {
    const { water, forecast, dry, gaps } = shapes([100, 100, 100])
    expect([water.length, forecast.length, dry.length, gaps.length]).toEqual([1, 1, 0, 0])
  })

  test('shows what is missing, and what is too much', () => {
    expect(shapes([100, 50, 50, 100]).dry).toHaveLength(1)
    expect(shapes([100, 150, 100]).dry).toHaveLength(1)
  })

  test('an hour nobody counted is a gap; hours before the first counted one are not', () => {
    expect(shapes([null, null, 100, null, null, 100]).gaps).toEqual([[3, 5]])
  })

  test('the running hour is no whole hour: it is a tail at its pace', () => {
    const { tail, soFar } = shapes([100, 100])
    expect(tail).toEqual([
      [1.5, 100],
      [2.5, 60],
    ])
    expect(soFar).toBeNull()
  })

  test('before a quarter of the hour there is no pace: a dot says what came so far', () => {
    const { tail, soFar } = shapes([100, 100], 14)
    expect(tail).toEqual([])
    expect(soFar).toEqual([2 + 14 / 60, 30])
    expect(shapes([100, 100], 15).soFar).toBeNull()
  })

  test('a pace raises no scale: the tail leaves at the top', () => {
    const { tail, max } = shapes([100, 100], 30, { so_far: 100 })
    expect(max).toBe(110)
    expect(tail).toEqual([
      [1.5, 100],
      [1.6, 110],
    ])
  })

  test('a first submission is seen at once, at what it is, though no hour is whole yet', () => {
    for (const minutes of [1, 30]) {
      const { tail, soFar } = shapes([null], minutes, { so_far: 1 })
      expect(tail).toEqual([])
      expect(soFar).toEqual([1 + minutes / 60, 1])
    }
    const nothingExpected = { week: { seen: [null], low: [], high: [], invalid_rate: [] } }
    expect(shapes([null], 4, { so_far: 1, ...nothingExpected }).max).toBe(1)
  })

  test('counts that stopped hours ago have no running hour', () => {
    expect(shapes([100], 180)).toMatchObject({ tail: [], soFar: null })
  })
})

test('all rows share one axis of days, weekends tinted', () => {
  const overview: OverviewAnswer = {
    sentences: [],
    freshness: {
      counted_up_to: '2014-02-02T12:30:00Z',
      judged_up_to: '2014-02-02T12:00:00Z',
      now: '2014-02-02T12:30:05Z',
      receivers: [],
      waiting_segments: 0,
      oldest_waiting_seconds: 0,
      hours_until_full: null,
      mode: 'live',
    },
    receive_url: 'http://127.0.0.1:8080',
    week_start: WEEK_START,
    week_completeness: [],
    channels: [channel(new Array(84).fill(1))],
    incidents: [],
    tide_table: [],
  }
  const axis = weekAxis(overview, 'utc')
  expect(axis.now).toBe(84.5)
  expect(axis.days.map(({ weekday, date, isWeekend }) => `${weekday} ${date}${isWeekend ? ' tinted' : ''}`)).toEqual([
    'Thu 30',
    'Fri 31',
    'Sat 1 tinted',
    'Sun 2 tinted',
  ])
})

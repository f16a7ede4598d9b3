import { expect, test } from 'vitest'
import type { ChannelOverview, OverviewAnswer } from '../../server/api/types.ts'
import { sumOfChannels } from './sum.ts'

function channel(changes: Partial<ChannelOverview>): ChannelOverview {
  return {
    channel: 'x',
    states: [{ state: 'well', since: null }],
    hour: '2014-02-06T13:00:00Z',
    seen: 100,
    expected: { low: 90, mid: 100, high: 110 },
    of_expected: 1,
    invalid_rate: 0.1,
    discarded: [],
    so_far: 5,
    week: { seen: [100, 100], low: [90, 90, 90], high: [110, 110, 110], invalid_rate: [0.1, 0.1] },
    newest_build: null,
    learning: null,
    ...changes,
  }
}

function sum(...channels: readonly ChannelOverview[]) {
  const overview: Pick<OverviewAnswer, 'channels'> = { channels }
  return sumOfChannels({ ...EMPTY, ...overview })
}

const EMPTY: OverviewAnswer = {
  sentences: [],
  freshness: {
    counted_up_to: '2014-02-06T14:22:00Z',
    judged_up_to: '2014-02-06T14:00:00Z',
    now: '2014-02-06T14:22:40Z',
    receivers: [],
    waiting_segments: 0,
    oldest_waiting_seconds: 0,
    hours_until_full: null,
    mode: 'live',
  },
  week_start: '2014-02-06T12:00:00Z',
  week_completeness: [],
  receive_url: '',
  channels: [],
  incidents: [],
  tide_table: [],
}

test('submissions and shores are added, and held against one another', () => {
  const big = channel({ seen: 300, expected: { low: 350, mid: 400, high: 450 } })
  const both = sum(big, channel({}))
  expect(both.seen).toBe(400)
  expect(both.expected).toEqual({ low: 440, mid: 500, high: 560 })
  expect(both.of_expected).toBe(0.8)
  expect(both.so_far).toBe(10)
  expect(both.week.low).toEqual([180, 180, 180])
})

test('a rate weighs by what came', () => {
  expect(sum(channel({ seen: 900, invalid_rate: 0 }), channel({ seen: 100, invalid_rate: 1 })).invalid_rate).toBe(0.1)
})

test('a channel that sent nothing has no say in the rate', () => {
  expect(sum(channel({}), channel({ seen: 0, invalid_rate: null })).invalid_rate).toBe(0.1)
})

test('an hour unknown of one is unknown of all', () => {
  const week = { ...channel({}).week, seen: [null, 100] }
  const both = sum(channel({ seen: null, week }), channel({}))
  expect(both.seen).toBeNull()
  expect(both.of_expected).toBeNull()
  expect(both.week.seen).toEqual([null, 200])
})

test('without what is expected of one there is none of all', () => {
  expect(sum(channel({ expected: null }), channel({})).expected).toBeNull()
})

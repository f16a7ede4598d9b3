import { expect, test, vi } from 'vitest'
import type { SeriesAnswer } from '../../server/api/types.ts'
import { type ChartInput, chartData } from './chart-data.ts'
import { weekBefore } from './last-week.ts'

const HOUR = 3_600_000
const start = Date.UTC(2014, 0, 14)

function answer(
  step: 'minute' | 'hour',
  count: number,
  value: number,
  changes: Partial<SeriesAnswer> = {},
): SeriesAnswer {
  const ms = step === 'minute' ? 60_000 : HOUR
  const all = <T>(of: T): T[] => Array.from({ length: count }, () => of)
  return {
    from: new Date(start).toISOString(),
    to: new Date(start + count * ms).toISOString(),
    metric: 'received',
    step,
    times: [],
    series: [{ key: { channel: 'nightly' }, values: all(value) }],
    coverage: all(1),
    completeness: all('complete' as const),
    ...changes,
  }
}

const column = (value: number): number[] => new Array<number>(48).fill(value)
const expected = { low: column(90), mid: column(100), high: column(120) }

function input(changes: Partial<ChartInput> = {}): ChartInput {
  return {
    from: start,
    to: start + 48 * HOUR,
    step: 'hour',
    received: answer('hour', 48, 80, { expected }),
    invalid: answer('hour', 48, 0.1),
    ghost: null,
    facts: { incidents: [], gaps: [], builds: [] },
    channel: 'nightly',
    countedUpTo: start + 47.5 * HOUR,
    ...changes,
  }
}

test('with 100 for what was expected, the band stands around 100 and the running hour is left out', () => {
  const data = chartData(input({ measure: 'index' }))
  expect([data.seen[3], data.low[3], data.mid[3], data.high[3]]).toEqual([80, 90, 100, 120])
  expect(chartData(input()).running).not.toBeNull()
  expect(data.running).toBeNull()
})

test('shares are of what all channels received, the band too', () => {
  const data = chartData(input({ measure: 'share', all: answer('hour', 48, 800) }))
  expect(data.seen[3]).toBeCloseTo(0.1)
  expect(data.low[3]).toBeCloseTo(90 / 800)
  expect(chartData(input({ measure: 'share', all: null })).seen[3]).toBeNull()
})

test('last week’s shares are of what all channels received then', () => {
  const shifted = (value: number): SeriesAnswer => {
    const made = answer('hour', 48, value)
    const weekBefore = (time: string): string => new Date(Date.parse(time) - 7 * 24 * HOUR).toISOString()
    return { ...made, from: weekBefore(made.from), to: weekBefore(made.to) }
  }
  const data = chartData(
    input({ measure: 'share', all: answer('hour', 48, 800), ghost: shifted(60), ghostOfAll: shifted(120) }),
  )
  expect([data.seen[3], data.ghost?.[3]]).toEqual([0.1, 0.5])
})

test('no share is expected of hours that others, too, were counted in part of', () => {
  const received = answer('hour', 48, 80, { expected })
  const coverage = received.coverage.map((_, hour) => (hour === 5 ? 0.5 : 1))
  const data = chartData(input({ measure: 'share', received: { ...received, coverage }, all: answer('hour', 48, 800) }))
  expect([data.seen[5], data.high[4]]).toEqual([0.1, 0.15])
  expect([data.low[5], data.high[5], data.low[47], data.high[47]]).toEqual([null, null, null, null])
})

test('a minute is expected to be a sixtieth of its hour; of expected is the mean of an hour', () => {
  const data = chartData(
    input({
      step: 'minute',
      to: start + 3 * HOUR,
      countedUpTo: start + 3 * HOUR,
      received: answer('minute', 180, 1),
      hours: answer('hour', 48, 60, { expected }),
    }),
  )
  expect(data.mid[100]).toBeCloseTo(100 / 60)
  expect(data.ofExpected[120]).toBeCloseTo(0.6)
  expect(data.ofExpected[10]).toBeNull()
})

test('an hour that was listened to in part is known as such, not the one that still runs', () => {
  const received = answer('hour', 48, 80, { expected })
  const coverage = received.coverage.map((_, hour) => (hour === 5 || hour === 47 ? 0.5 : 1))
  expect(chartData(input({ received: { ...received, coverage } })).partly).toEqual([
    { from: start + 5 * HOUR, to: start + 6 * HOUR, coverage: 0.5 },
  ])
})

test('last week is the same hour of the clock, also where clocks were changed in between', () => {
  try {
    // In Berlin summer begins on 30 March 2014: a week before Tuesday noon lie seven days less an hour.
    vi.stubEnv('TZ', 'Europe/Berlin')
    const noon = Date.UTC(2014, 3, 1, 10)
    expect(new Date(weekBefore(noon, 'local')).toISOString()).toBe('2014-03-25T11:00:00.000Z')
    expect(new Date(weekBefore(noon, 'utc')).toISOString()).toBe('2014-03-25T10:00:00.000Z')
  } finally {
    vi.unstubAllEnvs()
  }
})

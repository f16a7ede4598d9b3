import { describe, expect, test, vi } from 'vitest'
import type { ChannelHistory, History } from '../../data/counts/history.ts'
import { DAY_MS, HOUR_MS } from '../../data/domain/time.ts'
import { backtest } from '../backtest.ts'
import { DAY_HOURS, WEEK_HOURS } from './window.ts'

// Weeks are judged; how long that takes is the machine's business.
vi.setConfig({ testTimeout: 120_000 })

/** A Monday. */
const START = Date.UTC(2014, 1, 3)
const QUIET_WEEKS = 5
/** Sunday of the fifth week, in the night. */
const CHANGED_AT = QUIET_WEEKS * WEEK_HOURS - DAY_HOURS + 7
const WEEKS = 10

/** A channel of offices, where weekends are quiet, and two whose days are all alike; the clocks of a part of them are put forward. */
function offices({ lost = () => 1 }: { readonly lost?: (hour: number) => number } = {}): History {
  const hours = WEEKS * WEEK_HOURS
  const channels = Object.entries({ main: 12_000, games: 3000, 'games-beta': 900 }).map(([name, perHour], index) => {
    const received = Float64Array.from({ length: hours }, (_, hour) => {
      const weekend = name === 'main' ? 0.2 : 1
      const [here, there] = [0, hour >= CHANGED_AT ? -6 : -7].map((ahead) => busy(hour + ahead, weekend))
      const noise = Math.exp(0.03 * wave(hour * 7 + index * 1009))
      return Math.round(perHour * (0.6 * (here ?? 0) + 0.4 * (there ?? 0)) * noise * (name === 'main' ? lost(hour) : 1))
    })
    return [name, channelOf(received)] as const
  })
  return { start: START, hours, coverage: new Float64Array(hours).fill(1), channels: new Map(channels) }
}

/** Of an hour by the local clock, Monday's first is 0. */
function busy(hour: number, weekend: number): number {
  const weekday = Math.floor((((hour % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS) / DAY_HOURS)
  const ofDay = ((hour % DAY_HOURS) + DAY_HOURS) % DAY_HOURS
  return (0.3 + Math.exp(-(((ofDay - 14) / 5) ** 2))) * (weekday >= 5 ? weekend : 1)
}

/** From -1 to 1, the same for the same number and like nothing else. */
function wave(number: number): number {
  const turned = Math.sin(number * 12.9898) * 43_758.5453
  return 2 * (turned - Math.floor(turned)) - 1
}

function channelOf(received: Float64Array): ChannelHistory {
  const none = new Map()
  const invalid = new Float64Array(received.length)
  return {
    received,
    invalid,
    reasons: none,
    problems: none,
    builds: none,
    appVersions: none,
    attributes: none,
    discarded: none,
  }
}

function told(history: History): string[] {
  const from = START + 4 * 7 * DAY_MS
  return backtest(history, { from }).incidents.map(
    ({ kind, channels, start }) => `${kind} of ${channels.join()} at ${(start - START) / HOUR_MS}`,
  )
}

describe('clocks that have been put forward', () => {
  test('raise nothing, although a part of the week ends an hour earlier', () => {
    expect(told(offices())).toEqual([])
  })

  test.each([
    { claim: 'an outage', hour: CHANGED_AT + 5 * DAY_HOURS + 1, left: 0.01, kind: 'outage' },
    { claim: 'a loss of half', hour: CHANGED_AT + 3 * DAY_HOURS + 6, left: 0.5, kind: 'drop' },
  ])('do not hide $claim in the week after', ({ hour, left, kind }) => {
    const lost = (h: number) => (h >= hour && h < hour + 8 ? left : 1)
    expect(told(offices({ lost }))).toEqual([`${kind} of main at ${hour}`])
  })
})

test('a part that is lost each week at the same hours is told until that is the week', () => {
  const first = QUIET_WEEKS * WEEK_HOURS - 2 * WEEK_HOURS + 60
  const lost = (hour: number) => {
    const into = (hour - first) % WEEK_HOURS
    return hour >= first && into < 4 ? 0.4 : 1
  }
  expect(told(offices({ lost })).map((text) => text.split(' at ')[0])).toEqual(['drop of main', 'drop of main'])
})

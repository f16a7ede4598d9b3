import { describe, expect, test, vi } from 'vitest'
import type { ChannelHistory, History } from '../../data/counts/history.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { backtest } from '../backtest.ts'
import { judgeHour } from '../judge/judge-hour.ts'
import { createJudgeMemory } from '../judge/memory.ts'
import { type HistoryPlan, makeHistory, notesStart } from '../judge/testing/make-history.ts'
import { whatCanBeSeen } from './see.ts'
import type { SeriesVisibility } from './visibility.ts'

vi.setConfig({ testTimeout: 240_000 })

const channels = {
  beta: { perHour: 9000 },
  aurora: { perHour: 1700 },
  nightly: { perHour: 300 },
  esr: { perHour: 3000 },
  tiny: { perHour: 0.5 },
} as const
const PLAN: HistoryPlan = { channels }
const history = makeHistory(PLAN, 7 * 24)
const at = (hoursAfter: number) => notesStart(PLAN) + hoursAfter * HOUR_MS
const seenAt = (hoursAfter: number) => whatCanBeSeen({ history, hour: at(hoursAfter), incidents: [] })
const lossOf = (all: readonly SeriesVisibility[], channel: string, reason: string | null = null) =>
  all.find((own) => own.channel === channel && own.reason === reason && own.kind === 'loss')
const least = (own: SeriesVisibility | undefined) => own?.within.map((each) => each.least?.ratio ?? null)

describe('what can be seen', () => {
  const { series } = seenAt(20)

  test('is more the longer one waits, and more of a large channel than of a small one', () => {
    const [beta, nightly] = [least(lossOf(series, 'beta')), least(lossOf(series, 'nightly'))]
    for (const own of [beta, nightly]) {
      const [hour, quarter, day] = own ?? []
      expect(hour).toBeGreaterThan(quarter ?? 1)
      expect(quarter).toBeGreaterThan(day ?? 1)
    }
    expect(beta?.[1]).toBeLessThan(nightly?.[1] ?? 0)
    expect(beta?.[0]).toBeGreaterThan(0.4)
    expect(beta?.[2]).toBeGreaterThan(0.07)
    expect(beta?.[2]).toBeLessThan(0.15)
  })

  test('is said in submissions too', () => {
    const { within = [], perHour = null } = lossOf(series, 'beta') ?? {}
    const [, , day] = within
    expect(day?.least?.submissions).toBeCloseTo((day?.least?.ratio ?? 0) * (perHour ?? 0) * 24, 0)
  })

  test('of a reason, of the invalid rate and of all channels at once stands beside it', () => {
    expect(lossOf(series, 'beta', 'saved-session')?.blind).toBeNull()
    expect(series[0]).toMatchObject({ channel: '*', kind: 'loss', blind: null })
    const invalid = series.find(({ channel, kind }) => channel === 'beta' && kind === 'invalid')
    expect(invalid?.within[0]?.least?.ratio).toBeGreaterThan(0.01)
    expect(invalid?.within[0]?.least?.ratio).toBeLessThan(0.1)
  })

  test('is nothing where too few come, and says so', () => {
    expect(lossOf(series, 'tiny')).toMatchObject({ within: [{ least: null }, { least: null }, { least: null }] })
    expect(lossOf(series, 'tiny')?.blind).toMatch(/too few\.$/)
  })

  test('is nothing of what is still learnt', () => {
    const young = makeHistory({ ...PLAN, quietWeeks: 1 }, 1)
    const hour = notesStart({ ...PLAN, quietWeeks: 1 })
    const seen = whatCanBeSeen({ history: young, hour, incidents: [] }).series
    expect(lossOf(seen, 'beta')?.blind).toBe('It is still learnt: 7 of 14 days.')
  })
})

/** `history` with a part of one channel's submissions lost from an hour on, until its end. */
function losing(channel: string, fromIndex: number, ratio: number): History {
  const own = history.channels.get(channel)
  if (own === undefined) throw new Error(`no channel ${channel}`)
  const lose = (values: Float64Array) =>
    values.map((value, index) => (index >= fromIndex ? Math.round(value * (1 - ratio)) : value))
  const loseAll = <K>(values: ReadonlyMap<K, Float64Array>) =>
    new Map([...values].map(([key, each]) => [key, lose(each)]))
  const lost: ChannelHistory = {
    ...own,
    received: lose(own.received),
    invalid: lose(own.invalid),
    reasons: loseAll(own.reasons),
    problems: loseAll(own.problems),
    builds: new Map(
      [...own.builds].map(([build, each]) => [
        build,
        { ...each, received: lose(each.received), invalid: lose(each.invalid), reasons: loseAll(each.reasons) },
      ]),
    ),
  }
  return { ...history, channels: new Map([...history.channels, [channel, lost]]) }
}

test('a loss of that size, in a week that nothing was learnt from, is told in time in nine of ten cases', () => {
  const memory = createJudgeMemory()
  const tried = [17, 41, 66, 90, 115].flatMap((hoursAfter, day) => {
    const { series: seen } = seenAt(hoursAfter)
    judgeHour({ history, hour: at(hoursAfter), incidents: [], memory, isHistoryFinal: true, withForecast: false })
    return ['beta', 'nightly'].map((channel, which) => {
      const within = lossOf(seen, channel)?.within[(2 * day + which) % 3]
      const { hours = 0, least: size = null } = within ?? {}
      const from = hoursAfter + 1
      const lost = losing(channel, (at(from) - history.start) / HOUR_MS, size?.ratio ?? 0)
      const then = { from: at(from), to: at(from + hours), memory: structuredClone(memory) }
      const { incidents } = backtest(lost, then)
      return { channel, hoursAfter, hours, isTold: incidents.some((own) => own.channels.includes(channel)) }
    })
  })
  expect(tried).toHaveLength(10)
  const untold = tried.filter(({ isTold }) => !isTold)
  expect(untold.length, JSON.stringify(untold)).toBeLessThanOrEqual(1)
})

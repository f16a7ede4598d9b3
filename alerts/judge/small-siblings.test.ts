import { describe, expect, test } from 'vitest'
import { WEEK_MS } from '../../data/domain/time.ts'
import { backtest } from '../backtest.ts'
import { othersOf } from './leave-one-out.ts'
import { type ChannelPlan, type HistoryPlan, makeHistory, notesStart } from './testing/make-history.ts'

/** A large channel that has only small ones beside it: what chance does to them is no movement that it shares. */

/** How far counts are from what was expected of them, after the first three weeks: what half, and what 99 of 100 hours keep within. */
function strays(plan: HistoryPlan, channel: string) {
  const history = makeHistory(plan, 24)
  const { expectations, incidents } = backtest(history, { from: history.start + 3 * WEEK_MS, withExpectations: true })
  const received = history.channels.get(channel)?.received ?? new Float64Array(0)
  const ratios = expectations
    .filter((own) => own.channel === channel)
    .map(({ hour, mid }) => Math.abs(Math.log((received[(hour - history.start) / 3_600_000] ?? 0) / mid)))
    .sort((a, b) => a - b)
  const within = (part: number) => ratios[Math.floor(part * (ratios.length - 1))] ?? Number.NaN
  return { half: within(0.5), nearlyAll: within(0.99), told: incidents.filter((own) => own.channels.includes(channel)) }
}

describe('small siblings', () => {
  test.each<{ claim: string; siblings: Record<string, ChannelPlan> }>([
    { claim: 'three', siblings: { other: { perHour: 12 }, esr: { perHour: 30 }, dev: { perHour: 5 } } },
    { claim: 'one, beside one that is not,', siblings: { beta: { perHour: 2400 }, esr: { perHour: 60 } } },
  ])('of a large channel, $claim leave it as well foretold as it is alone', ({ siblings }) => {
    const release = { perHour: 60_000 }
    const alone = strays({ quietWeeks: 4, channels: { release } }, 'release')
    const beside = strays({ quietWeeks: 4, channels: { release, ...siblings } }, 'release')
    expect(beside.half).toBeLessThan(1.5 * alone.half)
    expect(beside.nearlyAll).toBeLessThan(2 * alone.nearlyAll)
    expect(beside.told).toEqual([])
  })

  test('do not hide an outage', () => {
    const plan: HistoryPlan = {
      channels: { release: { perHour: 60_000, seen: '100x10 0x4' }, esr: { perHour: 30 }, dev: { perHour: 5 } },
    }
    const told = backtest(makeHistory(plan, 24), { from: notesStart(plan) }).incidents
    expect(told.map(({ kind, start }) => `${kind} ${(start - notesStart(plan)) / 3_600_000}`)).toEqual(['outage 10'])
  })
})

test('a movement is what is left of the middle when chance is taken from it', () => {
  const set = (worth: number) => othersOf(Float64Array.of(-0.3, -0.3, -0.3), new Float64Array(3).fill(worth))
  expect(set(4000).movement(0)).toBe(-0.3)
  expect(set(50).movement(0)).toBeCloseTo(-0.3 + 2 / Math.sqrt(100) - 0.03, 12)
  expect(set(5).movement(0)).toBeCloseTo(0, 12)
})

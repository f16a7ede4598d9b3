import { expect, test, vi } from 'vitest'
import { HOUR_MS } from '../../data/domain/time.ts'
import { backtest } from '../backtest.ts'
import { type HistoryPlan, makeHistory, notesStart } from './testing/make-history.ts'
import { quietMemory } from './testing/quiet-memory.ts'

vi.setConfig({ testTimeout: 120_000 })

/** A channel that has no siblings, so that only its own days say what a holiday is. */

/** `drop at 10`: the hour after the quiet weeks at whose end it was told. */
function told(seen: string, hours: number): string[] {
  const plan: HistoryPlan = { channels: { main: { perHour: 4000, seen } } }
  const { incidents } = backtest(makeHistory(plan, hours), { from: notesStart(plan), memory: quietMemory(plan) })
  return incidents.map(({ kind, detectedAt }) => `${kind} at ${(detectedAt - notesStart(plan)) / HOUR_MS}`)
}

/** Percent a day, from the notes' beginning on, each day as the one before for its first hours. */
function daily(...percents: readonly number[]): string {
  return percents
    .map((percent, day) => {
      const before = percents[day - 1] ?? 100
      const morning = [1, 2, 3, 4, 5, 6].map((hour) => before + ((percent - before) * hour) / 7)
      return `${before}x5 ${morning.join(' ')} ${percent}x13`
    })
    .join(' ')
}

test.each([
  { claim: 'a day that loses an eighth', seen: daily(87, 100, 100), hours: 72 },
  {
    claim: 'a fortnight that loses a third, a few percent more each day',
    seen: daily(92, 84, 76, 70, 68, 66, 66, 68, 72, 78, 84, 90, 96, 100),
    hours: 14 * 24,
  },
])('$claim may be a holiday', ({ seen, hours }) => expect(told(seen, hours)).toEqual([]))

test.each([
  { claim: 'three tenths that are lost at once are told within three hours', seen: '100x10 70x40', hours: 16, by: 13 },
  {
    claim: 'a third that is lost at once after a lower week likewise',
    seen: `${daily(95, 92, 90, 90, 90)} 60x30`,
    hours: 130,
    by: 123,
  },
  { claim: 'more than any holiday takes is told, however it came', seen: daily(100, 45, 45), hours: 60, by: 44 },
])('$claim', ({ seen, hours, by }) => {
  const [first = '', ...more] = told(seen, hours)
  expect(more).toEqual([])
  expect(first).toMatch(/^(drop|decline) at /)
  expect(Number(first.split(' ').at(-1))).toBeLessThanOrEqual(by)
})

test('a leak of a percent a day is told within a fortnight, once', () => {
  const leak = Array.from({ length: 17 }, (_, day) => `${100 - day}x24`).join(' ')
  const [first = '', ...more] = told(leak, 16 * 24)
  expect(more).toEqual([])
  expect(first).toMatch(/^decline at /)
  expect(Number(first.split(' ').at(-1))).toBeLessThanOrEqual(13 * 24)
})

import { expect, test, vi } from 'vitest'
import { HOUR_MS } from '../data/domain/time.ts'
import { backtest } from './backtest.ts'
import { type HistoryPlan, makeHistory, notesStart } from './judge/testing/make-history.ts'
import { quietMemory } from './judge/testing/quiet-memory.ts'

// Weeks are judged; how long that takes is the machine's business.
vi.setConfig({ testTimeout: 240_000 })

const OTHERS = { beta: { perHour: 9000 }, aurora: { perHour: 1700 } }
const WEEK_HOURS = 168
const AT = 8

/** `outage after 1 h, week 0`: what was told, how long after its beginning, and in which week after the first. */
function told(seen: string, weeks: number): string[] {
  const plan: HistoryPlan = { channels: { nightly: { perHour: 2200, seen }, ...OTHERS } }
  const first = notesStart(plan) + AT * HOUR_MS
  const { incidents } = backtest(makeHistory(plan, weeks * WEEK_HOURS), {
    from: notesStart(plan),
    memory: quietMemory(plan),
  })
  return incidents.map(({ kind, detectedAt }) => {
    const hours = (detectedAt - first) / HOUR_MS
    return `${kind} after ${hours % WEEK_HOURS} h, week ${Math.floor(hours / WEEK_HOURS)}`
  })
}

test('the same outage after 7, 14 and 21 days is found each time, as soon as the first', () => {
  const week = '0x6 100x162'
  expect(told(`100x${AT} ${week} ${week} ${week} ${week}`, 4)).toEqual([
    'outage after 1 h, week 0',
    'outage after 1 h, week 1',
    'outage after 1 h, week 2',
    'outage after 1 h, week 3',
  ])
})

test('an outage has no echo 7, 14 and 21 days later: neither a surge nor a loss', () => {
  expect(told(`100x${AT} 0x6`, 4)).toEqual(['outage after 1 h, week 0'])
})

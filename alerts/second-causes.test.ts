import { expect, test, vi } from 'vitest'
import { HOUR_MS } from '../data/domain/time.ts'
import { backtest } from './backtest.ts'
import { type ChannelPlan, makeHistory, notesStart } from './judge/testing/make-history.ts'
import { quietMemory } from './judge/testing/quiet-memory.ts'

// Whole weeks are judged; how long that takes is the machine's business.
vi.setConfig({ testTimeout: 120_000 })

const DAYS = 24
const WEEKS = 168

interface Case {
  readonly claim: string
  readonly nightly: ChannelPlan
  readonly hours: number
  /** `drop at 10`: the hour after the quiet weeks at whose end it was told. */
  readonly told: readonly string[]
}

test.each<Case>([
  {
    claim: 'builds that send nothing are told within four hours, by those who leave the newest build for nothing',
    nightly: { perHour: 2200, silentFrom: 24 },
    hours: 44,
    told: ['drop at 40'],
  },
  {
    claim: 'a third less, where a seventh had been missing for days, is a second incident',
    nightly: { perHour: 2200, seen: `100x8 85x${3 * DAYS} 55x10` },
    hours: 4 * DAYS - 6,
    told: ['drop at 14', 'drop at 82'],
  },
  {
    claim: 'what only goes on is one incident',
    nightly: { perHour: 2200, seen: `100x8 60x${3 * DAYS}` },
    hours: 8 + 3 * DAYS,
    told: ['drop at 10'],
  },
  {
    claim: 'what comes every week is told until it is the season, not for ever',
    nightly: { perHour: 2200, seen: `100x8 180x6 100x162 180x6 100x162 180x6 100x162 180x6` },
    hours: 3 * WEEKS + 14,
    told: ['surge at 10', 'surge at 178', 'surge at 347'],
  },
  {
    claim: 'coming back to where it was before a loss was accepted is no surge',
    nightly: { perHour: 2200, seen: `100x8 70x${9 * DAYS} 100x24` },
    hours: 8 + 10 * DAYS,
    told: ['drop at 10'],
  },
])('$claim', ({ nightly, hours, told }) => {
  const plan = { channels: { beta: { perHour: 9000 }, aurora: { perHour: 1700 }, nightly } }
  const { incidents } = backtest(makeHistory(plan, hours), { from: notesStart(plan), memory: quietMemory(plan) })
  expect(incidents.map(({ kind, detectedAt }) => `${kind} at ${(detectedAt - notesStart(plan)) / HOUR_MS}`)).toEqual(
    told,
  )
})

import { expect, test, vi } from 'vitest'
import { HOUR_MS } from '../../data/domain/time.ts'
import { judgeHour } from '../judge/judge-hour.ts'
import { createJudgeMemory } from '../judge/memory.ts'
import type { Sensitivity } from '../judge/sensitivity.ts'
import { type HistoryPlan, makeHistory, notesStart } from '../judge/testing/make-history.ts'
import { mailCost } from './mail-cost.ts'

vi.setConfig({ testTimeout: 60_000 })

const HOURS = 3 * 7 * 24
const ASKED: Sensitivity = { loss: [{ ratio: 0.05, hours: 6 }], falseAlarmsPerYear: 12 }
const BY_CHANCE = 2 * (12 - 0.05)

function costOf(seen: string) {
  const plan: HistoryPlan = {
    channels: { beta: { perHour: 9000 }, esr: { perHour: 3000 }, nightly: { perHour: 2200, seen } },
  }
  const history = makeHistory(plan, HOURS)
  const hour = notesStart(plan) + (HOURS - 1) * HOUR_MS
  const { memory } = judgeHour({ history, hour, incidents: [], memory: createJudgeMemory() })
  return mailCost({ ...{ memory, history, hour, channel: 'nightly', kind: 'loss' }, present: {}, asked: ASKED })
}

test('weeks in which it would have told nothing cost what chance is allowed', () => {
  const { alsoTold, days, mailsPerYear } = costOf('100x500')
  expect({ alsoTold, days }).toEqual({ alsoTold: 0, days: 28 })
  expect(mailsPerYear).toBeCloseTo(BY_CHANCE)
})

test('what it would have told of the weeks before is told two mails each', () => {
  // At another hour of the week each time, or it would be the week's tide.
  const days = Array.from({ length: 21 }, (_, day) => ([1, 5, 10, 16].includes(day) ? '100x8 90x12 100x4' : '100x24'))
  const { alsoTold, mailsPerYear } = costOf(days.join(' '))
  expect(alsoTold).toBeGreaterThanOrEqual(1)
  expect(alsoTold).toBeLessThanOrEqual(4)
  expect(mailsPerYear - BY_CHANCE).toBeCloseTo((2 * alsoTold * 365.2425) / 28)
})

import { expect, test } from 'vitest'
import { HOUR_MS } from '../../data/domain/time.ts'
import { judgeHour } from './judge-hour.ts'
import { createJudgeMemory } from './memory.ts'
import { makeHistory } from './testing/make-history.ts'

const THREE = { nightly: { perHour: 2200 }, beta: { perHour: 9000 }, aurora: { perHour: 1700 } }
const ALONE = { nightly: { perHour: 2200 } }

/** What is said of nightly when counting began so many days ago: `learning, 6 days of 14`, and how wide its band is. */
function after(days: number, channels: typeof THREE | typeof ALONE) {
  const history = makeHistory({ quietWeeks: 4, channels }, 0)
  const hour = history.start + (days * 24 - 1) * HOUR_MS
  const { learning, expectations } = judgeHour({ history, hour, incidents: [], memory: createJudgeMemory() })
  const progress = learning.get('nightly')
  const own = expectations.find(({ channel }) => channel === 'nightly')
  return {
    says: progress === undefined ? 'judged' : `learning, ${progress.coveredDays} days of ${progress.neededDays}`,
    halfWidth: own === undefined ? null : (own.high - own.low) / 2 / own.mid,
  }
}

test('after three days: learning, and nothing is expected yet', () => {
  expect(after(3, THREE)).toEqual({ says: 'learning, 3 days of 14', halfWidth: null })
})

test.each([
  { days: 7, channels: THREE, of: 'three channels', says: 'learning, 7 days of 14', from: 0.3, to: 0.6 },
  { days: 7, channels: ALONE, of: 'one channel', says: 'learning, 7 days of 14', from: 0.3, to: 0.9 },
  { days: 14, channels: THREE, of: 'three channels', says: 'judged', from: 0.3, to: 0.45 },
  { days: 14, channels: ALONE, of: 'one channel', says: 'judged', from: 0.3, to: 0.45 },
  { days: 28, channels: THREE, of: 'three channels', says: 'judged', from: 0.05, to: 0.14 },
  { days: 28, channels: ALONE, of: 'one channel', says: 'judged', from: 0.05, to: 0.14 },
])('after $days days, of $of: $says, and a band of $from to $to of the expected to either side', (start) => {
  const { says, halfWidth } = after(start.days, start.channels)
  expect(says).toBe(start.says)
  expect(halfWidth).toBeGreaterThan(start.from)
  expect(halfWidth).toBeLessThan(start.to)
})

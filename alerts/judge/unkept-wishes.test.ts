import { expect, test } from 'vitest'
import { HOUR_MS } from '../../data/domain/time.ts'
import { judgeHour } from './judge-hour.ts'
import { createJudgeMemory } from './memory.ts'
import type { Sensitivity } from './sensitivity.ts'
import { makeHistory, notesStart } from './testing/make-history.ts'
import { unkeptSentence, unkeptWishes } from './unkept-wishes.ts'

test('a loss that chance may bring about is told to be one, with what can be told instead', () => {
  const plan = { channels: { nightly: { perHour: 2200 }, tiny: { perHour: 5 } } }
  const { memory } = judgeHour({
    history: makeHistory(plan, 2),
    hour: notesStart(plan) + HOUR_MS,
    incidents: [],
    memory: createJudgeMemory(),
  })
  const asked: Sensitivity = {
    loss: [
      { ratio: 0.01, hours: 3 },
      { ratio: 0.5, hours: 24 },
      { ratio: 0.05, hours: 72 },
    ],
  }
  const unkept = unkeptWishes(memory, () => asked)
  expect(unkept.map(({ channel, hours, wished }) => ({ channel, hours, wished }))).toEqual([
    { channel: 'nightly', hours: 3, wished: 0.01 },
    { channel: 'tiny', hours: 3, wished: 0.01 },
  ])
  const [nightly, tiny] = unkept
  expect(nightly?.told).toBeGreaterThan(0.02)
  expect(tiny?.told).toBeGreaterThan(nightly?.told ?? 1)
  expect(unkeptWishes(memory, () => ({}))).toEqual([])
})

test('it is said in a sentence that names what to do', () => {
  expect(unkeptSentence({ channel: 'nightly', hours: 3, wished: 0.02, told: 0.1043 })).toBe(
    'judge.sensitivity asks for 2 % of 3 h on nightly: chance alone may cost it as much, so it is told from 10 % on; ask for that, or for more hours',
  )
})

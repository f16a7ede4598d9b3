import { describe, expect, test } from 'vitest'
import { HOUR_MS } from '../../data/domain/time.ts'
import { backtest } from '../backtest.ts'
import { leastDeviations, leastLoss, leastRatio, logUnlikely, type Sensitivity } from './sensitivity.ts'
import { type ChannelPlan, type HistoryPlan, makeHistory, notesStart } from './testing/make-history.ts'
import { quietMemory } from './testing/quiet-memory.ts'

describe('a wish', () => {
  test.each([
    { claim: 'is as much of a shorter window', hours: 3, ratio: 0.6 },
    { claim: 'is itself of its own', hours: 6, ratio: 0.3 },
    { claim: 'is no smaller of a longer one', hours: 24, ratio: 0.3 },
    { claim: 'can be more than all of a short one, which then tells nothing', hours: 1, ratio: 1.8 },
  ])('$claim', ({ hours, ratio }) => {
    expect(leastRatio([{ ratio: 0.3, hours: 6 }], hours, 0.1)).toBeCloseTo(ratio, 12)
    expect(leastLoss([{ ratio: 0.3, hours: 6 }], hours, 0.1)).toBeCloseTo(
      ratio < 1 ? -Math.log(1 - ratio) : Number.POSITIVE_INFINITY,
      12,
    )
  })

  test('of several the smallest counts, and of none the usual', () => {
    const both = [
      { ratio: 0.5, hours: 1 },
      { ratio: 0.1, hours: 12 },
    ]
    expect(leastRatio(both, 1, 0.45)).toBe(0.5)
    expect(leastRatio(both, 12, 0.09)).toBe(0.1)
    expect(leastRatio(undefined, 12, 0.09)).toBe(0.09)
  })
})

describe('how many false alarms are allowed', () => {
  test('leaves the usual care as it is where it is the usual number', () => {
    for (const deviations of [5, 5.5, 6, 7, 8]) {
      expect(leastDeviations({ falseAlarmsPerYear: 0.05 }, deviations)).toBe(deviations)
    }
    expect(logUnlikely({ falseAlarmsPerYear: 0.05 }, -14)).toBe(-14)
    expect(leastDeviations({}, 5)).toBe(5)
  })

  test('asks of chance to be as much rarer or more frequent', () => {
    const tail = (deviations: number) => Math.exp(-(deviations ** 2) / 2)
    expect(tail(leastDeviations({ falseAlarmsPerYear: 0.5 }, 6)) / tail(6)).toBeCloseTo(10, 8)
    expect(tail(leastDeviations({ falseAlarmsPerYear: 0.005 }, 6)) / tail(6)).toBeCloseTo(0.1, 8)
    expect(Math.exp(logUnlikely({ falseAlarmsPerYear: 1 }, -18) + 18)).toBeCloseTo(20, 8)
  })
})

/** Kinds, and how many hours after the notes' beginning the first was told. */
function told(nightly: Partial<ChannelPlan>, sensitivity: Sensitivity, hours = 18) {
  const plan: HistoryPlan = {
    channels: {
      nightly: { perHour: 2200, ...nightly },
      aurora: { perHour: 1700 },
      beta: { perHour: 5200 },
      release: { perHour: 60_000 },
    },
  }
  const begin = notesStart(plan)
  const wishes = { sensitivity: (channel: string) => (channel === 'nightly' ? sensitivity : {}) }
  const from = begin - 2 * HOUR_MS
  const { incidents } = backtest(makeHistory(plan, hours), { from, wishes, memory: quietMemory(plan, from) })
  const [first] = incidents
  return {
    kinds: incidents.map(({ kind }) => kind).join(),
    firstAfter: first === undefined ? 0 : (first.detectedAt - begin) / HOUR_MS,
  }
}

describe('the judge', () => {
  test.each<{ claim: string; seen: string; asked: Sensitivity; tells: string; by: number }>([
    { claim: 'tells a seventh over hours by itself', seen: '100x4 85x40', asked: {}, tells: 'decline', by: 11 },
    { claim: 'tells a twelfth of half a day by itself not yet', seen: '100x4 92x40', asked: {}, tells: '', by: 0 },
    {
      claim: 'tells it where somebody asks for 6 % of 12 h',
      seen: '100x4 92x40',
      asked: { loss: [{ ratio: 0.06, hours: 12 }] },
      tells: 'decline',
      by: 17,
    },
    {
      claim: 'tells nothing of it where 30 % are asked for',
      seen: '100x4 85x40',
      asked: { loss: [{ ratio: 0.3, hours: 6 }] },
      tells: '',
      by: 0,
    },
    {
      claim: 'tells an outage of what is asked for once it is as much as that',
      seen: '100x4 0x40',
      asked: { loss: [{ ratio: 0.3, hours: 6 }] },
      tells: 'outage',
      by: 6,
    },
    {
      claim: 'tells no chance, however little is asked for',
      seen: '100x40',
      asked: { loss: [{ ratio: 0.01, hours: 1 }] },
      tells: '',
      by: 0,
    },
    {
      claim: 'tells a gain where less is asked for',
      seen: '100x4 125x40',
      asked: { surge: [{ ratio: 0.15, hours: 6 }] },
      tells: 'surge',
      by: 14,
    },
  ])('$claim', ({ seen, asked, tells, by }) => {
    const { kinds, firstAfter } = told({ seen }, asked)
    expect(kinds).toBe(tells)
    expect(firstAfter).toBeLessThanOrEqual(by)
  })

  test('goes by points of what is discarded', () => {
    const slight = { tooLarge: '0x4 3x40' }
    expect(told(slight, {}, 30).kinds).toContain('discarded')
    expect(told(slight, { discarded: [{ ratio: 0.1, hours: 3 }] }, 30).kinds).toBe('')
  })
})

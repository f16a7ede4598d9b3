import { describe, expect, test } from 'vitest'
import { HOUR_MS } from '../../data/domain/time.ts'
import { backtest } from '../backtest.ts'
import type { Holiday } from '../calendar/calendar.ts'
import { beyondHoliday, holidayExcuse, holidayLoss, holidaysOfChannel } from './holidays.ts'
import { type HistoryPlan, makeHistory, notesStart } from './testing/make-history.ts'
import { quietMemory } from './testing/quiet-memory.ts'
import { toHourNumber } from './window.ts'

/** What a known holiday excuses, and what it never does. A single channel: nobody else can say that it is a holiday. */

function told(seen: string, { hours = 60, holiday = '10-34', lossRatio = 0.55, channels = ['nightly'] } = {}) {
  const plan: HistoryPlan = { channels: { nightly: { perHour: 2200, seen } } }
  const [from = 0, to = 0] = holiday.split('-').map(Number)
  const at = (hour: number) => notesStart(plan) + hour * HOUR_MS
  const holidays: readonly Holiday[] = holiday === '' ? [] : [{ channels, from: at(from), to: at(to), lossRatio }]
  const { incidents } = backtest(makeHistory(plan, hours), {
    from: at(-24),
    wishes: { holidays },
    memory: quietMemory(plan, at(-24)),
  })
  return incidents.map(({ kind, start }) => `${kind} from hour ${(start - at(0)) / HOUR_MS}`)
}

/** A day that is half as high, which is more than a lone channel is forgiven, and comes and goes over a morning. */
const LIKE_A_HOLIDAY = '100x10 95 90 85 80 75 70 65 60 55 50x10 60 70 85 95 100x40'

describe('a known holiday', () => {
  test('excuses a day that is lower by what it may cost', () => {
    expect(told(LIKE_A_HOLIDAY)).toEqual([])
    expect(told(LIKE_A_HOLIDAY, { holiday: '' })).not.toEqual([])
  })

  test('of other channels excuses nothing', () => {
    expect(told(LIKE_A_HOLIDAY, { channels: ['beta'] })).not.toEqual([])
  })

  test.each([
    { claim: 'that nothing comes', seen: '100x10 95 90 85 80 75 70x3 0x6 70x10', tells: 'outage from hour 18' },
    { claim: 'that a third falls away within two hours', seen: '100x15 66x12 100x30', tells: 'drop from hour 15' },
    {
      claim: 'that twice as much is missing',
      seen: '100x10 90 80 70 60 50 40 35 30x14 60 80 100x40',
      tells: 'from hour 1',
    },
    { claim: 'that it goes on when it is over', seen: '100x10 95 90 85 80 75 70 65 60 55 50x60', tells: 'from hour' },
  ])('never excuses $claim', ({ seen, tells }) => {
    expect(told(seen, { hours: 80 }).join()).toContain(tells)
  })

  test('lowers nobody’s expectation of the days after it', () => {
    const lower = '100x10 95 90 85 80 75 70x60 80 90 100x24'
    const plan: HistoryPlan = { channels: { nightly: { perHour: 2200, seen: lower } } }
    const at = (hour: number) => notesStart(plan) + hour * HOUR_MS
    const history = makeHistory(plan, 100)
    const midAt = (holidays: readonly Holiday[]) => {
      const options = { from: at(-24), withExpectations: true, wishes: { holidays } }
      return backtest(history, options).expectations.find(({ hour }) => hour === at(84))?.mid ?? 0
    }
    const known = midAt([{ channels: [], from: at(10), to: at(78), lossRatio: 0.35 }])
    const quiet = backtest(makeHistory({ channels: { nightly: { perHour: 2200 } } }, 100), {
      from: at(-24),
      withExpectations: true,
    }).expectations.find(({ hour }) => hour === at(84))
    expect(known / (quiet?.mid ?? 0)).toBeCloseTo(1, 1)
  })

  test('widens the band downwards, and only there', () => {
    const plan: HistoryPlan = { channels: { nightly: { perHour: 2200 } } }
    const at = (hour: number) => notesStart(plan) + hour * HOUR_MS
    const bandAt = (holidays: readonly Holiday[], hour: number) =>
      backtest(makeHistory(plan, 20), { from: at(-1), withExpectations: true, wishes: { holidays } }).expectations.find(
        (own) => own.hour === at(hour),
      )
    const holidays = [{ channels: [], from: at(10), to: at(12), lossRatio: 0.4 }]
    expect(bandAt(holidays, 10)?.low).toBeCloseTo((bandAt([], 10)?.low ?? 0) * 0.6, 6)
    expect(bandAt(holidays, 10)?.high).toBe(bandAt([], 10)?.high)
    expect(bandAt(holidays, 9)).toEqual(bandAt([], 9))
  })
})

test('hours that a holiday touches are its own, and a window knows how many of them it has', () => {
  const start = Date.UTC(2014, 0, 16)
  const hour = toHourNumber(start)
  const given: Holiday[] = [{ channels: [], from: start + HOUR_MS / 2, to: start + 3 * HOUR_MS, lossRatio: 0.5 }]
  const own = holidaysOfChannel(given, 'nightly', hour)
  expect([-1, 0, 1, 2, 3].map((h) => holidayLoss(own, hour + h))).toEqual([0, 0.5, 0.5, 0.5, 0])
  expect(holidayExcuse(own, hour + 1, 4)).toBeCloseTo(-Math.log(0.75), 12)
  expect(holidayExcuse(own, hour + 9, 4)).toBe(0)
  expect(holidaysOfChannel(given, 'nightly', hour - 200)).toEqual([])
})

test.each([
  { residual: -0.5, excuse: 0.3, left: -0.2 },
  { residual: -0.2, excuse: 0.3, left: 0 },
  { residual: 0.4, excuse: 0.3, left: 0.4 },
])('of $residual an excuse of $excuse leaves $left', ({ residual, excuse, left }) => {
  expect(beyondHoliday(residual, excuse)).toBeCloseTo(left, 12)
})

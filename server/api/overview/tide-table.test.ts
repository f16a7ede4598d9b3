import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../data/domain/time.ts'
import { type TotalHour, tideTable } from './tide-table.ts'

const today = Date.UTC(2014, 1, 6)
const doublePeak = (hour: number): number => 100 + 20 * Math.cos(((hour - 11) / 24) * 4 * Math.PI)

function hours(fromDay: number, days: number, seenUntil: number): TotalHour[] {
  return Array.from({ length: days * 24 }, (_, i) => {
    const hour = today + fromDay * DAY_MS + i * HOUR_MS
    const expected = doublePeak(i % 24)
    return { hour, expected, seen: hour < seenUntil ? expected / 2 : null }
  })
}

test('two high and two low waters a day, at their hours', () => {
  const [yesterday] = tideTable(hours(-1, 4, today), today + 14 * HOUR_MS)
  expect(yesterday?.date).toBe('2014-02-05')
  expect(yesterday?.tides.map((tide) => `${tide.kind} ${tide.time.slice(11, 16)} ${tide.expected}`)).toEqual([
    'low 05:00 80',
    'high 11:00 120',
    'low 17:00 80',
    'high 23:00 120',
  ])
  expect(yesterday?.of_expected).toBeCloseTo(0.5)
})

test('a day is left out while some of its hours have no expectation', () => {
  const table = tideTable(hours(-1, 3, today).slice(0, -1), today)
  expect(table.map((day) => day.date)).toEqual(['2014-02-05', '2014-02-06'])
})

test('what is not seen yet has no share of the expected', () => {
  const table = tideTable(hours(-1, 4, today), today)
  expect(table.map((day) => day.of_expected)).toEqual([0.5, null, null, null])
})

import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import {
  formatClock,
  formatCount,
  formatDay,
  formatDuration,
  formatEstimate,
  formatList,
  formatOfExpected,
  formatPercent,
  formatRange,
  formatTime,
  formatTimeRange,
  THOUSANDS_SPACE,
  UNIT_SPACE,
} from './format.ts'

/** Spaces shown as what they are: ' for thousands, ~ before a unit. */
function shown(text: string): string {
  return text.replaceAll(THOUSANDS_SPACE, "'").replaceAll(UNIT_SPACE, '~')
}

test.each([
  [0, '0'],
  [999, '999'],
  [1439.4, "1'439"],
  [68917, "68'917"],
  [1234567, "1'234'567"],
  [-12345, "-12'345"],
])('a count of %d is written %s', (count, text) => expect(shown(formatCount(count))).toBe(text))

test.each([
  [41, '41'],
  [999.6, "1'000"],
  [81237, "81'200"],
  [215_749, "216'000"],
])('an estimate of %d is rounded to three figures: %s', (count, text) =>
  expect(shown(formatEstimate(count))).toBe(text),
)

test.each([
  { ratio: 0.408, decimals: 0, text: '41~%' },
  { ratio: 0.4901, decimals: 1, text: '49.0~%' },
  { ratio: 0, decimals: 0, text: '0~%' },
  { ratio: 0.0004, decimals: 0, text: 'under 1~%' },
  { ratio: 0.0004, decimals: 1, text: 'under 0.1~%' },
  { ratio: 0.998, decimals: 0, text: 'over 99~%' },
  { ratio: 1, decimals: 0, text: '100~%' },
  { ratio: 2.4, decimals: 0, text: '240~%' },
])('$ratio with $decimals decimals is $text', ({ ratio, decimals, text }) => {
  expect(shown(formatPercent(ratio, decimals))).toBe(text)
})

test('times are UTC and say the day of the week', () => {
  const time = Date.UTC(2014, 1, 1, 14)
  expect(formatDay(time)).toBe('Sat 1 Feb')
  expect(formatClock(time)).toBe('14:00')
  expect(formatTime(time)).toBe('Sat 1 Feb, 14:00')
})

test.each([
  { hours: 9, text: 'Sat 1 Feb, 14:00 – 23:00' },
  { hours: 12, text: 'Sat 1 Feb, 14:00 – Sun 2 Feb, 02:00' },
  { hours: 168, text: 'Sat 1 Feb, 14:00 – Sat 8 Feb, 14:00' },
])('a range of $hours hours names the second day where it is another', ({ hours, text }) => {
  const from = Date.UTC(2014, 1, 1, 14)
  expect(formatTimeRange(from, from + hours * HOUR_MS)).toBe(text)
})

test.each([
  [40_000, '40~s'],
  [22 * MINUTE_MS, '22~min'],
  [9 * HOUR_MS, '9~h'],
  [47 * HOUR_MS, '47~h'],
  [13 * DAY_MS, '13~days'],
])('%d ms last %s', (ms, text) => expect(shown(formatDuration(ms))).toBe(text))

test('lists end in "and"', () => {
  expect(formatList([])).toBe('')
  expect(formatList(['aurora'])).toBe('aurora')
  expect(formatList(['aurora', 'beta', 'nightly'])).toBe('aurora, beta and nightly')
})

test('ranges and shares of what was expected', () => {
  expect(shown(formatRange(1190.2, 1440))).toBe("1'190 – 1'440")
  expect(formatOfExpected(0.5857)).toBe('0.59')
})

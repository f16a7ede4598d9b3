import { describe, expect, test } from 'vitest'
import { axisCount, axisRate, count, countRange, estimate, ofExpected, rate, share } from './number.ts'
import { age, clock, dateRange, fullMoment, moment, unbroken, weekdayDate } from './time.ts'

/** Spaces of every width read as plain ones, so that the tables below stay readable. */
function plain(text: string): string {
  return text.replace(/[\u202f\u00a0]/g, ' ')
}

describe('numbers', () => {
  test.each([
    [0, '0'],
    [289, '289'],
    [68917, '68 917'],
    [1234567.6, '1 234 568'],
  ])('count %d', (value, text) => expect(plain(count(value))).toBe(text))

  test.each([
    [81237, '81 200'],
    [999.6, '1 000'],
    [41, '41'],
  ])('estimate %d', (value, text) => expect(plain(estimate(value))).toBe(text))

  test.each([
    [0, '0'],
    [0.5, '0.5'],
    [800, '800'],
    [2000, '2 k'],
    [2449, '2.4 k'],
    [93200, '93 k'],
    [999499, '999 k'],
    [999999, '1 M'],
    [1240000, '1.2 M'],
  ])('axis %d', (value, text) => expect(plain(axisCount(value))).toBe(text))

  test.each([
    [0, '0 %'],
    [0.0025, '0.25 %'],
    [0.01, '1 %'],
    [0.025, '2.5 %'],
    [0.4, '40 %'],
  ])('axis of rates %d', (value, text) => expect(plain(axisRate(value))).toBe(text))

  test.each([
    [0, '0 %'],
    [0.0004, 'under 1 %'],
    [0.37, '37 %'],
    [0.998, 'over 99 %'],
    [1, '100 %'],
  ])('share %d', (value, text) => expect(plain(share(value))).toBe(text))

  test('rates keep one decimal, ratios two, ranges their dash', () => {
    expect(plain(rate(0.49))).toBe('49.0 %')
    expect(ofExpected(0.588)).toBe('0.59')
    expect(ofExpected(31.2)).toBe('31')
    expect(plain(countRange(2238, 2677))).toBe('2 238 – 2 677')
  })
})

describe('times', () => {
  const at = Date.UTC(2014, 1, 1, 14, 5)
  test('are UTC unless asked, whatever the machine’s zone', () => {
    expect(moment(at)).toBe('Sat 1 Feb, 14:05')
    expect(fullMoment(at)).toBe('Sat 1 Feb 2014, 14:05')
    expect(weekdayDate(at)).toBe('Sat 1')
    expect(clock(at)).toBe('14:05')
  })

  test('dates in sentences don’t part at a line’s end', () => {
    expect(unbroken('nightly is low since Sat 1 Feb, 14:00; builds of 16 Jan')).toBe(
      'nightly is low since Sat\u00a01\u00a0Feb, 14:00; builds of 16\u00a0Jan',
    )
  })

  test('name a year once where it is the same', () => {
    expect(dateRange(Date.UTC(2013, 11, 15), at)).toBe('15 Dec 2013 – 1 Feb 2014')
    expect(dateRange(Date.UTC(2014, 0, 15), at)).toBe('15 Jan – 1 Feb 2014')
  })

  test.each([
    [-5, '0 s'],
    [40_900, '40 s'],
    [22 * 60_000, '22 min'],
    [47 * 3_600_000, '47 h'],
    [13 * 86_400_000, '13 d'],
  ])('an age of %d ms', (ms, text) => expect(plain(age(ms))).toBe(text))
})

import { expect, test } from 'vitest'
import { rangeFrom } from './channel-view.ts'
import { refusedRange } from './refused-range.ts'

test.each([
  ['', null],
  ['last=60d', null],
  ['last=7d', null],
  ['from=2014-02-01&to=2014-02-02T14:00Z', null],
  ['last=2d', '“last=2d” is none of 1d, 7d, 60d, 365d'],
  ['from=2014-02-01', 'it has no “to”'],
  ['to=2014-02-01', 'it has no “from”'],
  ['from=yesterday&to=2014-02-01', '“from=yesterday” is no time like 2014-02-01 or 2014-02-01T14:00Z'],
  ['from=2014-02-02&to=2014-02-01', 'it ends before it begins'],
  ['from=2014-02-02&to=2014-02-02', 'it ends before it begins'],
  ['from=2001-01-01&to=2100-01-01', 'it is longer than 7320 days'],
  ['from=1990-01-01&to=2001-01-01', 'charts reach from 2000 to 2199'],
])('of “%s” it says %s', (search, says) => {
  const parameters = new URLSearchParams(search)
  expect(refusedRange(parameters)).toBe(says)
  // What is refused is exactly what isn't shown.
  const isDefault = JSON.stringify(rangeFrom(parameters)) === JSON.stringify({ kind: 'last', days: 7 })
  expect(isDefault).toBe(says !== null || search === '' || search === 'last=7d')
})

import { expect, test } from 'vitest'
import { HOUR_MS } from '../words/time.ts'
import { stillShown } from './still-shown.ts'

const WEEK = { from: Date.UTC(2014, 0, 30, 15), to: Date.UTC(2014, 1, 7, 15) }

test('a chart that was kept is told apart by its dates', () => {
  const range = { from: Date.UTC(2013, 11, 8, 15), to: Date.UTC(2014, 1, 6, 15) }
  expect(stillShown(WEEK, range, 'utc')).toBe('30 Jan – 7 Feb 2014')
})

test('nothing is said of the range that was asked for, of one an hour on, and where there is no chart', () => {
  expect(stillShown(WEEK, WEEK, 'utc')).toBeNull()
  expect(stillShown(WEEK, { from: WEEK.from + HOUR_MS, to: WEEK.to + HOUR_MS }, 'utc')).toBeNull()
  expect(stillShown(null, WEEK, 'utc')).toBeNull()
  expect(stillShown(WEEK, null, 'utc')).toBeNull()
})

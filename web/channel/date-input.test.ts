import { expect, test } from 'vitest'
import { inputText, timeOfInput } from './date-input.ts'

const time = Date.UTC(2014, 1, 1, 14, 30)

test('what an input shows in UTC is read as UTC', () => {
  expect(inputText(time, 'utc')).toBe('2014-02-01T14:30')
  expect(timeOfInput('2014-02-01T14:30', 'utc')).toBe(time)
})

test('what it shows in local time is read as local time, whatever the zone', () => {
  expect(timeOfInput(inputText(time, 'local'), 'local')).toBe(time)
})

test.each(['', '2014-02-01', '2014-13-01T00:00', 'yesterday'])('%j is no time', (text) => {
  expect(timeOfInput(text, 'utc')).toBeNull()
})

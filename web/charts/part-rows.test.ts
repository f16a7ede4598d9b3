import { expect, test } from 'vitest'
import { partRows } from './part-rows.ts'

const widthOf = (text: string): number => 6 * text.length
const labels = (...names: readonly string[]) => names.map((name) => ({ name, value: '1234' }))

test('labels stand beside each other as long as there is room', () => {
  // Swatch, gaps, name and value: 10 + 5 + 60 + 5 + 24.
  const two = labels('0123456789', '0123456789')
  expect(partRows(two, 2 * 104 + 14, widthOf)).toBe(1)
  expect(partRows(two, 2 * 104 + 13, widthOf)).toBe(2)
})

test('a label that is wider than all there is has a row of its own; none take none', () => {
  expect(partRows(labels('x'.repeat(200), 'short', 'short'), 350, widthOf)).toBe(2)
  expect(partRows([], 350, widthOf)).toBe(0)
})

import { describe, expect, test } from 'vitest'
import { type ChartParts, measuredLines, newestPartsAt, type PartLine, partsAt, stacked } from './parts.ts'

const line = (name: string, values: readonly (number | null)[]): PartLine => ({ name, values, isRest: false })
const lines = [line('a', [30, 60, null]), line('b', [10, 20, 5])]

describe('how parts are measured', () => {
  test('shares are of all that came in the step; of nothing there is no share', () => {
    const made = measuredLines([...lines, line('c', [0, 0, null])], 'share', 1)
    expect(made.map(({ values }) => values)).toEqual([
      [0.75, 0.75, null],
      [0.25, 0.25, 1],
      [0, 0, null],
    ])
    expect(measuredLines([line('a', [0])], 'share', 1)[0]?.values).toEqual([null])
  })

  test('an index is 100 for the mean of the first day in which there was any', () => {
    const [late] = measuredLines([line('late', [0, 0, 40, 60, 100])], 'index', 2)
    expect(late?.values).toEqual([0, 0, 80, 120, 200])
    expect(measuredLines([line('never', [0, null])], 'index', 2)[0]?.values).toEqual([null, null])
  })

  test('counts stay as they are', () => expect(measuredLines(lines, 'count', 1)).toBe(lines))
})

test('stacked, the first is at the bottom, and what is unknown adds nothing', () => {
  expect(stacked(lines)).toEqual([
    [30, 60, null],
    [40, 80, 5],
  ])
  expect(stacked([line('a', [1]), line('b', [null])])).toEqual([[1], [1]])
})

describe('what is read out at a time', () => {
  const parts: ChartParts = { by: 'reason', form: 'lines', measure: 'count', stepMs: 10, x: [5, 15, 25, 35], lines }

  test('is of the step that it lies in; a step that isn’t over has nothing to compare', () => {
    expect(partsAt(parts, 0)).toEqual([30, 10])
    expect(partsAt(parts, 19)).toEqual([60, 20])
    expect(partsAt(parts, 31)).toEqual([null, null])
    expect(partsAt(parts, -1)).toEqual([null, null])
  })

  test('stands at the lines’ ends as the newest that is known', () => {
    expect(newestPartsAt(parts, 19)).toEqual([60, 20])
    expect(newestPartsAt(parts, 999)).toEqual([null, 5])
  })
})

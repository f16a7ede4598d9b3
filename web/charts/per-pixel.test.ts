import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { perPixel, shoresPerPixel } from './per-pixel.ts'
import type { Value } from './water.ts'

const HOUR = 3_600_000
const HOURS = 2 * 365 * 24
const PIXELS = 1000
const twoYears = Array.from({ length: HOURS }, (_, hour) => (hour + 0.5) * HOUR)
const tide = twoYears.map((_, hour): Value => 1000 + 400 * Math.sin((hour / 24) * 2 * Math.PI))

function column(time: number): number {
  return Math.floor((time / (HOURS * HOUR)) * PIXELS)
}

describe('two years of hours on a thousand pixels', () => {
  test('an hour without any submission is still drawn down to zero', () => {
    const values = tide.map((value, hour) => (hour === 9001 ? 0 : value))
    const drawn = perPixel(twoYears, values, 0, HOURS * HOUR, PIXELS)
    expect(drawn.length).toBeLessThan(5 * PIXELS)
    expect(drawn).toContainEqual([twoYears[9001], 0])
  })

  test('an hour that nobody counted still breaks the line', () => {
    const values = tide.map((value, hour) => (hour === 9001 ? null : value))
    const drawn = perPixel(twoYears, values, 0, HOURS * HOUR, PIXELS)
    expect(drawn).toContainEqual([twoYears[9001], null])
  })

  test('every column keeps its first, last, lowest and highest value, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: 0, max: 1e6 })), { minLength: 300, maxLength: 600 }),
        fc.integer({ min: 10, max: 60 }),
        (values, pixels) => {
          const x = values.map((_, index) => index + 0.5)
          const drawn = perPixel(x, values, 0, values.length, pixels)
          expect(drawn.every(([at], index) => index === 0 || at > (drawn[index - 1]?.[0] ?? 0))).toBe(true)
          const columns = (points: readonly (readonly [number, Value])[]) => {
            const told = new Map<number, (readonly [number, Value])[]>()
            for (const point of points) {
              const pixel = Math.floor((point[0] * pixels) / values.length)
              const of = told.get(pixel)
              if (of === undefined) told.set(pixel, [point])
              else of.push(point)
            }
            return [...told].map(([pixel, of]) => {
              const known = of.flatMap(([, y]) => (y === null ? [] : [y]))
              return { pixel, first: of[0], last: of.at(-1), least: Math.min(...known), most: Math.max(...known) }
            })
          }
          const all = x.map((at, index) => [at, values[index] ?? null] as const)
          expect(columns(drawn)).toEqual(columns(all))
        },
      ),
      { numRuns: 30 },
    )
  })

  test('water is as deep in a column as it ever is there', () => {
    const low = tide.map((value, hour) => (hour === 5000 ? 100 : (value ?? 0) - 50))
    const high = tide.map((value, hour) => (hour === 5002 ? 5000 : (value ?? 0) + 50))
    const drawn = shoresPerPixel({ x: twoYears, low, high }, 0, HOURS * HOUR, PIXELS)
    const at = drawn.x.findIndex((time) => column(time) === column(twoYears[5000] ?? 0))
    expect(drawn.x).toHaveLength(PIXELS)
    expect([drawn.low[at], drawn.high[at]]).toEqual([100, 5000])
  })
})

test('a week is left as it is', () => {
  const week = twoYears.slice(0, 168)
  expect(perPixel(week, tide.slice(0, 168), 0, 168 * HOUR, 300)).toHaveLength(168)
})

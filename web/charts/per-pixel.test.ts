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
    expect(drawn).toHaveLength(1)
    expect(drawn.flat().length).toBeLessThan(5 * PIXELS)
    expect(drawn[0]).toContainEqual([twoYears[9001], 0])
  })

  test('an hour that nobody counted still breaks the line', () => {
    const values = tide.map((value, hour) => (hour === 9001 ? null : value))
    const drawn = perPixel(twoYears, values, 0, HOURS * HOUR, PIXELS)
    expect(drawn).toHaveLength(2)
    expect(drawn[0]?.at(-1)?.[0]).toBeLessThan(twoYears[9001] ?? 0)
    expect(drawn[1]?.[0]?.[0]).toBeGreaterThan(twoYears[9001] ?? 0)
  })

  test('every column keeps its first, last, lowest and highest value, and is broken where one is unknown', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: 0, max: 1e6 })), { minLength: 300, maxLength: 600 }),
        fc.integer({ min: 10, max: 60 }),
        (values, pixels) => {
          const x = values.map((_, index) => index + 0.5)
          const drawn = perPixel(x, values, 0, values.length, pixels)
          const pixelOf = (at: number): number => Math.floor((at * pixels) / values.length)
          const points = drawn.flat()
          expect(points.every(([at], index) => index === 0 || at > (points[index - 1]?.[0] ?? 0))).toBe(true)
          for (let pixel = 0; pixel < pixels; pixel++) {
            const all = values.filter((_, index) => pixelOf(x[index] ?? 0) === pixel)
            const kept = points.filter(([at]) => pixelOf(at) === pixel).map(([, value]) => value)
            const known = all.filter((value) => value !== null)
            expect([Math.min(...kept), Math.max(...kept)]).toEqual([Math.min(...known), Math.max(...known)])
            if (all[0] !== null) expect(kept[0]).toBe(all[0])
            if (all.at(-1) !== null) expect(kept.at(-1)).toBe(all.at(-1))
            const runsThrough = drawn.some((piece) => {
              const ends = [pixelOf(piece[0]?.[0] ?? 0), pixelOf(piece.at(-1)?.[0] ?? 0)]
              return (ends[0] ?? 0) < pixel && (ends[1] ?? 0) > pixel
            })
            if (all.includes(null)) expect(runsThrough).toBe(false)
          }
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
  expect(perPixel(week, tide.slice(0, 168), 0, 168 * HOUR, 300).flat()).toHaveLength(168)
})

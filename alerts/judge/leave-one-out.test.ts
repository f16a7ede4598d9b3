import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { othersOf } from './leave-one-out.ts'
import { cappedWeights, steadyMedian } from './statistics.ts'

vi.setConfig({ testTimeout: 60_000 })

/** Values often equal, weights often equal: ties are where it is easily wrong. */
const members = (least: number, most: number, weight: fc.Arbitrary<number>) =>
  fc.array(fc.tuple(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1, max: 1, noNaN: true })), weight), {
    minLength: least,
    maxLength: most,
  })
const like = fc.constantFrom(1, 1, 2, 3, 3.5)
const unlike = fc.oneof(like, fc.double({ min: 0.01, max: 5000, noNaN: true }))

/** Not more than half of the weight lies on either side of it, but for rounding. */
function isMiddle(middle: number, values: readonly number[], weights: readonly number[]): boolean {
  const weightOf = (isMeant: (value: number) => boolean) =>
    weights.reduce((sum, weight, index) => (isMeant(values[index] ?? 0) ? sum + weight : sum), 0)
  const half = (weightOf(() => true) / 2) * (1 + 1e-9)
  return weightOf((value) => value < middle - 1e-12) <= half && weightOf((value) => value > middle + 1e-12) <= half
}

test.each([
  { claim: 'two', pairs: members(2, 2, unlike) },
  { claim: 'a few', pairs: members(3, 12, unlike) },
  { claim: 'many of like weight', pairs: members(60, 90, like) },
  { claim: 'many of unlike weight', pairs: members(60, 90, unlike) },
])('of $claim, without each in turn: the middle of the others, and of how far they are from it', ({ pairs }) => {
  fc.assert(
    fc.property(pairs, (all) => {
      const others = othersOf(
        Float64Array.from(all, ([value]) => value),
        Float64Array.from(all, ([, weight]) => weight),
      )
      for (const member of [null, ...all.keys()]) {
        const rest = all.filter((_, index) => index !== member).sort(([a], [b]) => a - b)
        const values = rest.map(([value]) => value)
        const weights = cappedWeights(rest.map(([, weight]) => weight))
        const middle = others.middle(member)
        const steady = steadyMedian(
          values,
          rest.map(([, weight]) => weight),
        )
        expect(isMiddle(middle, values, weights) || Math.abs(middle - steady) < 1e-12).toBe(true)
        const deviations = values.map((value) => Math.abs(value - middle))
        expect(isMiddle(others.spread(member), deviations, cappedWeights(weights))).toBe(true)
        expect(others.count(member)).toBe(rest.length)
      }
    }),
    { numRuns: 60, endOnFailure: true },
  )
})

test('of an even number of the same weight the middle lies between two', () => {
  const values = Float64Array.from({ length: 101 }, (_, index) => index)
  const others = othersOf(values, new Float64Array(101).fill(1))
  expect([others.middle(null), others.middle(0), others.middle(50), others.middle(100)]).toEqual([50, 50.5, 50, 49.5])
  expect(others.spread(50)).toBe(25.5)
})

test('of nothing there is no middle', () => {
  expect(othersOf(new Float64Array(0), new Float64Array(0)).middle(null)).toBeNaN()
  expect(othersOf(Float64Array.of(1), Float64Array.of(1)).middle(0)).toBeNaN()
})

import { expect, test } from 'vitest'
import { learnRates, logUnequalClumpsTail, type RatedSeries, risenRate } from './rates.ts'
import { NOISE_HOURS, RING_HOURS } from './window.ts'

const MIDNIGHT = 400_000 * 24
const always = new Uint8Array(RING_HOURS).fill(1)

function seriesOf(part: (hour: number) => number, perHour = 1500): RatedSeries {
  return { rated: always, clean: always, whole: () => perHour, part }
}

/** One client in some hours, which sends the same broken thing 12 to 30 times. */
function clumps(hour: number): number {
  const chance = (hour * 2654435761) % 97
  return chance < 6 ? 12 + 3 * chance : 0
}

test('failures that come in clumps are no rise, however many there are in an hour', () => {
  const baseline = learnRates(seriesOf(clumps), MIDNIGHT)
  expect(baseline.clump).toBeGreaterThan(10)
  for (let hour = MIDNIGHT; hour < MIDNIGHT + 200; hour++) {
    expect(risenRate(seriesOf(clumps), baseline, hour)).toBeNull()
  }
})

test('what rises beyond any clump is told, and failures that come singly are told much sooner', () => {
  const clumped = learnRates(seriesOf(clumps), MIDNIGHT)
  const risen = (more: number) => seriesOf((hour) => clumps(hour) + (hour >= MIDNIGHT ? more : 0))
  expect(risenRate(risen(40), clumped, MIDNIGHT)).toBeNull()
  expect(risenRate(risen(150), clumped, MIDNIGHT)).toMatchObject({ windowHours: 1 })
  const single = learnRates(
    seriesOf((hour) => hour % 2),
    MIDNIGHT,
  )
  expect(single.clump).toBe(1)
  expect(
    risenRate(
      seriesOf((hour) => (hour >= MIDNIGHT ? 40 : hour % 2)),
      single,
      MIDNIGHT,
    ),
  ).not.toBeNull()
})

test('nothing known clumps nothing', () => {
  expect(
    learnRates(
      seriesOf(() => 0),
      MIDNIGHT,
    ).clump,
  ).toBe(1)
  expect(learnRates({ ...seriesOf(() => 3), clean: new Uint8Array(RING_HOURS) }, MIDNIGHT).clump).toBe(1)
  expect(NOISE_HOURS).toBeLessThan(RING_HOURS)
})

test.each([
  {
    claim: 'single ones are as unlikely as by Poisson’s tail',
    count: 30,
    mean: 10,
    clump: 1,
    log: 20 - 30 * Math.log(3),
  },
  {
    claim: 'a large clump where hardly any is expected isn’t that unlikely',
    count: 40,
    mean: 0.3,
    clump: 9,
    log: -7.3,
  },
  { claim: 'what is expected is no surprise', count: 5, mean: 5, clump: 9, log: 0 },
])('$claim', ({ count, mean, clump, log }) => {
  expect(logUnequalClumpsTail(count, mean, clump)).toBeCloseTo(log, 0)
})

test('the bound holds for counts of clumps of unequal size, and isn’t far from them', () => {
  const [clumps, size] = [0.5, 5]
  const tail = tailOfClumps(clumps, size)
  for (const count of [20, 40, 60, 80]) {
    const bound = logUnequalClumpsTail(count, clumps * size, 2 * size - 1)
    expect(bound).toBeGreaterThanOrEqual(Math.log(tail(count)))
    expect(bound).toBeLessThan(Math.log(tail(count)) + 4)
  }
})

/** P(at least so many), by Panjer's recursion: `clumps` are expected, of geometric sizes with a mean of `size`. */
function tailOfClumps(clumps: number, size: number): (count: number) => number {
  const chances = [Math.exp(-clumps)]
  for (let n = 1; n < 600; n++) {
    let sum = 0
    for (let own = 1; own <= n; own++) sum += own * (1 - 1 / size) ** (own - 1) * (1 / size) * (chances[n - own] ?? 0)
    chances.push((clumps / n) * sum)
  }
  return (count) => chances.slice(count).reduce((total, chance) => total + chance, 0)
}

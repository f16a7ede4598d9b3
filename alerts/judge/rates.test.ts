import { expect, test } from 'vitest'
import { learnRates, type RatedSeries, risenRate } from './rates.ts'
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

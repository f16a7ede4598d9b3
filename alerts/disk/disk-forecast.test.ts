import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { type DiskSample, forecastDisk } from './disk-forecast.ts'

const NOW = Date.UTC(2014, 0, 16, 12)
const GIB = 2 ** 30
const MIN_FREE = GIB / 4

/** One sample a minute over `minutes` up to NOW; `free` is given the hours before NOW (0: now) and answers GiB. */
function samples(minutes: number, free: (hoursAgo: number) => number, everyMinutes = 1): DiskSample[] {
  const count = Math.floor(minutes / everyMinutes)
  return Array.from({ length: count + 1 }, (_, index) => {
    const at = NOW - (count - index) * everyMinutes * MINUTE_MS
    return { at, freeBytes: Math.round(free((NOW - at) / HOUR_MS) * GIB) }
  })
}

function hoursUntilFull(given: readonly DiskSample[]): number | null {
  return forecastDisk(given, MIN_FREE, NOW)?.hoursUntilFull ?? null
}

describe('the end is where the free space reaches the limit, not zero', () => {
  test.each([
    { claim: '1 GiB an hour, 10 GiB over the limit', given: samples(360, (ago) => 10.25 + ago), hours: 10 },
    { claim: 'a tenth of that', given: samples(1440, (ago) => 10.25 + ago / 10), hours: 100 },
    { claim: 'filling fast for ten minutes', given: samples(10, (ago) => 1 + ago), hours: 0.75 },
    {
      claim: 'quiet for a day, filling fast for ten minutes',
      given: samples(1440, (ago) => 1 + Math.min(ago, 1 / 6)),
      hours: 0.75,
    },
    {
      claim: 'a sample each ten minutes, as after a restart',
      given: samples(1440, (ago) => 10.25 + ago, 10),
      hours: 10,
    },
  ])('$claim', ({ given, hours }) => expect(hoursUntilFull(given)).toBeCloseTo(hours, 1))
})

describe('not filling, or not known to', () => {
  test.each([
    { claim: 'no sample but one', given: samples(0, () => 10) },
    { claim: 'five minutes are too short', given: samples(5, (ago) => 1.25 + ago) },
    { claim: 'steady', given: samples(1440, () => 10) },
    { claim: 'getting emptier', given: samples(1440, (ago) => 100 - ago) },
    { claim: 'an end far beyond what ten minutes can tell', given: samples(10, (ago) => 10.25 + ago) },
    { claim: 'slower than a day can tell', given: samples(1440, (ago) => 1000 + ago / 10) },
    {
      claim: 'parts come and go: it fills for 15 minutes and is empty again',
      given: samples(1440, (ago) => 10 + 0.5 * ((ago * 4) % 1)),
    },
    {
      claim: 'a copy of 5 GiB lay about for an hour',
      given: samples(1440, (ago) => (ago > 3 && ago < 4 ? 5 : 10)),
    },
  ])('$claim', ({ given }) => expect(hoursUntilFull(given)).toBeNull())
})

test('without any sample nothing is said', () => {
  expect(forecastDisk([], MIN_FREE, NOW)).toBeNull()
  expect(forecastDisk([{ at: NOW + 1, freeBytes: 5 }], MIN_FREE, NOW)).toBeNull()
})

test('with less than the limit left it is full, whatever it did before', () => {
  expect(hoursUntilFull(samples(60, () => 0.2))).toBe(0)
  expect(hoursUntilFull([{ at: NOW, freeBytes: 1 }])).toBe(0)
})

test('space that was made puts the end off at once', () => {
  const filling = samples(360, (ago) => 10.25 + ago)
  const freed = [...filling.slice(0, -1), { at: NOW, freeBytes: 30.25 * GIB }]
  expect(hoursUntilFull(freed)).toBeCloseTo(30, 0)
})

test('a few odd samples, however odd, move the end of a steadily filling disk by little', () => {
  const oddAt = fc.array(
    fc.record({ index: fc.integer({ min: 0, max: 1439 }), freeGib: fc.integer({ min: 1, max: 500 }) }),
    {
      maxLength: 30,
    },
  )
  fc.assert(
    fc.property(oddAt, (odd) => {
      const given = samples(1440, (ago) => 40.25 + ago)
      for (const { index, freeGib } of odd) given[index] = { at: given[index]?.at ?? 0, freeBytes: freeGib * GIB }
      // The short stretches hold few samples: what is odd in them is left out here.
      const far = forecastDisk(given.slice(0, -130).concat(samples(130, (ago) => 40.25 + ago)), MIN_FREE, NOW)
      expect(far?.hoursUntilFull).toBeGreaterThan(35)
      expect(far?.hoursUntilFull).toBeLessThan(45)
    }),
    { numRuns: 20 },
  )
})

test('twice the space and twice the rate end at the same time', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.2, max: 5, noNaN: true }), fc.integer({ min: 2, max: 10 }), (rate, times) => {
      const once = forecastDisk(
        samples(360, (ago) => 10 + rate * ago),
        0,
        NOW,
      )
      const more = forecastDisk(
        samples(360, (ago) => times * (10 + rate * ago)),
        0,
        NOW,
      )
      expect(more?.hoursUntilFull ?? -1).toBeCloseTo(once?.hoursUntilFull ?? -1, 3)
    }),
    { numRuns: 20 },
  )
})

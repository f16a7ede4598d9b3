import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../data/domain/time.ts'
import { adoptionByAge, type BuildStart, comparableBuilds, compareAdoption } from './adoption.ts'

/** A Monday, 14:00 UTC. */
const MONDAY = Date.UTC(2014, 0, 13, 14)
const CHANNEL_PER_HOUR = 1000

/** Taken up in a day by everybody, `factor` of them reporting; `?` in `known` is an hour of which nothing is known. */
function start(factor: number, { invalid = 0.01, hours = 18, known = '', firstSeen = MONDAY } = {}): BuildStart {
  return {
    buildId: '20140113030203',
    firstSeen,
    hours: Array.from({ length: hours }, (_, age) => {
      if (known[age] === '?') return null
      const received = Math.round((CHANNEL_PER_HOUR * factor * (age + 1)) / 24)
      return { received, invalid: Math.round(received * invalid), channelReceived: CHANNEL_PER_HOUR }
    }),
  }
}

const earlier = [0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2].map((factor) => start(factor))

test.each([
  { claim: 'taken up as they were', own: start(1), is: null },
  { claim: 'taken up by fewer than most, within what differs', own: start(0.6), is: null },
  { claim: 'taken up by more than any', own: start(1.6), is: null },
  { claim: 'a third of what it should be', own: start(0.3), is: 'not_reporting' },
  { claim: 'a third of it, after six hours', own: start(0.3, { hours: 6 }), is: 'not_reporting' },
  { claim: 'nothing after its first hours', own: start(0), is: 'not_reporting' },
  { claim: 'most of it unreadable', own: start(1, { invalid: 0.9 }), is: 'reports_badly' },
  { claim: 'a tenth of it unreadable', own: start(1, { invalid: 0.1 }), is: 'reports_badly' },
  { claim: 'a little more of it unreadable than usual', own: start(1, { invalid: 0.03 }), is: null },
  { claim: 'taken up as they were, with unknown hours', own: start(1, { known: '  ???   ??' }), is: null },
  { claim: 'a third, with unknown hours', own: start(0.3, { known: '  ???   ??' }), is: 'not_reporting' },
])('$claim: $is', ({ own, is }) => expect(compareAdoption(own, earlier)?.trouble).toBe(is))

test('what is expected is what earlier builds had at the same age', () => {
  const { expected, hours, builds } = compareAdoption(start(1, { hours: 6 }), earlier) ?? {}
  expect({ hours, builds, middle: Math.round(expected?.middle ?? 0) }).toEqual({ hours: 6, builds: 7, middle: 875 })
  expect(expected?.low).toBeLessThan(0.85 * 875)
})

test('hours that earlier builds lack are compared with none', () => {
  const holed = earlier.map(({ hours, ...rest }) => ({
    ...rest,
    hours: hours.map((hour, i) => (i === 17 ? null : hour)),
  }))
  expect(compareAdoption(start(1), holed)?.trouble).toBeNull()
})

test.each([
  { claim: 'four earlier builds', own: start(0), others: earlier.slice(0, 4) },
  { claim: 'two hours of age', own: start(0, { hours: 2 }), others: earlier },
  { claim: 'earlier builds that are younger', own: start(0), others: earlier.map(() => start(1, { hours: 6 })) },
])('nothing is said with $claim', ({ own, others }) => expect(compareAdoption(own, others)).toBeNull())

test('a handful of users says nothing of a build', () => {
  const few = (received: number): BuildStart => ({
    ...start(1),
    hours: Array.from({ length: 18 }, (_, age) => ({
      received: age < received ? 1 : 0,
      invalid: 0,
      channelReceived: 10,
    })),
  })
  expect(compareAdoption(few(3), [6, 7, 8, 8, 9, 10].map(few))?.trouble).toBeNull()
})

test('compared are builds that came at about the same hour of a like day', () => {
  const daily = Array.from({ length: 28 }, (_, back) => ({ firstSeen: MONDAY - (back + 1) * DAY_MS }))
  const atNight = daily.map(({ firstSeen }) => ({ firstSeen: firstSeen - 8 * HOUR_MS }))
  const compared = comparableBuilds({ firstSeen: MONDAY }, [...daily, ...atNight])
  expect(compared).toHaveLength(20)
  expect(compared.every(({ firstSeen }) => new Date(firstSeen).getUTCHours() === 14)).toBe(true)
  expect(compared.some(({ firstSeen }) => new Date(firstSeen).getUTCDay() % 6 === 0)).toBe(false)
  // On a day that has hardly any like it, all of them serve.
  expect(comparableBuilds({ firstSeen: MONDAY }, atNight)).toHaveLength(20)
})

test('the envelope holds nine of ten earlier builds at each age', () => {
  const [first, last] = [adoptionByAge(earlier, 18)[0], adoptionByAge(earlier, 19)[18]]
  expect(first?.middle).toBeCloseTo(0.042, 3)
  expect(first?.low).toBeLessThan(first?.middle ?? 0)
  expect(first?.high).toBeGreaterThan(first?.middle ?? 0)
  expect(last).toBeNull()
})

/** A congruential generator: the same builds each time. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return state / 2 ** 32
  }
}

test('of 2 000 healthy builds that differ by a third, at every age, hardly one fails', () => {
  const next = random(11)
  const spread = () => Math.exp(0.3 * (next() + next() + next() + next() - 2) * Math.sqrt(3))
  let failed = 0
  for (let build = 0; build < 2000; build++) {
    const others = Array.from({ length: 14 }, () => start(spread()))
    const own = start(spread(), { hours: 3 + Math.floor(next() * 16) })
    if (compareAdoption(own, others)?.trouble != null) failed++
  }
  expect(failed).toBeLessThanOrEqual(2)
})

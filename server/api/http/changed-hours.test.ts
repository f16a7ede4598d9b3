import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { ChangedHours } from './changed-hours.ts'

const START = Date.UTC(2014, 0, 16)
const hour = (n: number) => START + n * HOUR_MS

test('a range has another version after one of its hours changed, and the same after others did', () => {
  const changed = new ChangedHours()
  const before = changed.versionOf(hour(2), hour(4))
  changed.hoursChanged([hour(1), hour(4)])
  expect(changed.versionOf(hour(2), hour(4))).toBe(before)
  changed.hoursChanged([hour(3)])
  expect(changed.versionOf(hour(2), hour(4))).not.toBe(before)
})

test('a range that begins or ends within an hour has that hour', () => {
  const changed = new ChangedHours()
  changed.hoursChanged([hour(3)])
  const changedVersion = changed.versionOf(hour(3), hour(4))
  expect(changed.versionOf(hour(3.5), hour(3.75))).toBe(changedVersion)
  expect(changed.versionOf(hour(4), hour(5))).not.toBe(changedVersion)
})

test('what isn’t counted by the hour changes the version of everything, and no range’s', () => {
  const changed = new ChangedHours()
  const [before, ofRange] = [changed.version, changed.versionOf(hour(2), hour(4))]
  changed.standingChanged()
  expect(changed.version).not.toBe(before)
  expect(changed.versionOf(hour(2), hour(4))).toBe(ofRange)
})

type Step =
  | { readonly kind: 'hours'; readonly hours: readonly number[] }
  | { readonly kind: 'from'; readonly hour: number }
  | { readonly kind: 'all' }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('hours' as const), hours: fc.array(fc.nat(40), { maxLength: 4 }) }),
  fc.record({ kind: fc.constant('from' as const), hour: fc.nat(40) }),
  fc.record({ kind: fc.constant('all' as const) }),
)

test('whatever changes, a version tells every change of its range', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 12 }),
      step,
      fc.nat(40),
      fc.integer({ min: 1, max: 9 }),
      (past, next, at, length) => {
        const changed = new ChangedHours()
        for (const one of past) apply(changed, one)
        const before = changed.versionOf(hour(at), hour(at + length))
        apply(changed, next)
        if (touches(next, at, at + length))
          expect(changed.versionOf(hour(at), hour(at + length))).toBeGreaterThan(before)
        else expect(changed.versionOf(hour(at), hour(at + length))).toBe(before)
      },
    ),
  )
})

function apply(changed: ChangedHours, one: Step): void {
  if (one.kind === 'hours') changed.hoursChanged(one.hours.map(hour))
  else if (one.kind === 'from') changed.changedFrom(hour(one.hour))
  else changed.allChanged()
}

function touches(one: Step, from: number, to: number): boolean {
  if (one.kind === 'hours') return one.hours.some((touched) => touched >= from && touched < to)
  return one.kind === 'all' || one.hour < to
}

test('an hour that nobody forecasts any more keeps the version of its last forecast', () => {
  const changed = new ChangedHours()
  changed.changedFrom(hour(1))
  const before = changed.versionOf(hour(1), hour(2))
  changed.changedFrom(hour(2))
  expect(changed.versionOf(hour(1), hour(2))).toBe(before)
})

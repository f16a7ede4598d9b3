import { describe, expect, test } from 'vitest'
import type { BuildsAnswer } from '../../server/api/types.ts'
import { adoptionShapes, ageTicks, HEADROOM } from './adoption-shapes.ts'
import { ageReadout, ageWord } from './age-readout.ts'
import type { BuildAnswer } from './build-verdict.ts'
import { TEST_FIRST_SEEN, testBuild } from './testing/test-build.ts'

const HOUR_MS = 3_600_000
const AGES = Array.from({ length: 169 }, (_, age) => age)

/** A column that is known up to (not with) `end`. */
function upTo(end: number, value: (age: number) => number): (number | null)[] {
  return AGES.map((age) => (age < end ? value(age) : null))
}

function answerOf(builds: readonly BuildAnswer[], envelope: BuildsAnswer['envelope'] = null): BuildsAnswer {
  return {
    channel: 'nightly',
    from: '2014-01-01T00:00:00Z',
    to: '2014-02-01T00:00:00Z',
    ages: AGES,
    builds,
    envelope,
    completeness: { complete_hours: 0, partial: [], unknown: [] },
  }
}

const grow = (age: number) => Math.min(0.5, 0.02 * (age + 1))
const envelope = {
  build_id: '1',
  builds: 9,
  low: AGES.map((age) => 0.8 * grow(age)),
  middle: AGES.map(grow),
  high: AGES.map((age) => 1.2 * grow(age)),
}

describe('what is drawn of a build', () => {
  test('ends with its last whole hour, and leaves half as much room again', () => {
    const build = testBuild('1', { share: upTo(31, grow) })
    const shapes = adoptionShapes(answerOf([build], envelope), build, TEST_FIRST_SEEN + 30.5 * HOUR_MS)
    expect(shapes.end).toBe(29)
    expect(shapes.seen[30]).toBeNull()
    expect(shapes.horizon).toBe(48)
  })

  test('stops where others took its place', () => {
    const build = testBuild('1', { share: upTo(150, (age) => (age < 24 ? grow(age) : 0.02)) })
    expect(adoptionShapes(answerOf([build]), build, TEST_FIRST_SEEN + 400 * HOUR_MS).horizon).toBe(72)
  })

  test('is dry where it fails and lies below the water, else never', () => {
    const low = upTo(20, (age) => 0.3 * grow(age))
    const now = TEST_FIRST_SEEN + 20 * HOUR_MS
    const dry = (build: BuildAnswer) => adoptionShapes(answerOf([build], envelope), build, now).dry.length
    expect(dry(testBuild('1', { share: low, verdict: 'fail', code: 'not_reporting' }))).toBe(1)
    expect(dry(testBuild('1', { share: low }))).toBe(0)
    expect(dry(testBuild('1', { share: low, verdict: 'fail', code: 'reports_badly' }))).toBe(0)
    expect(dry(testBuild('1', { share: upTo(20, grow), verdict: 'fail', code: 'not_reporting' }))).toBe(0)
  })

  test('has no water of another build', () => {
    const build = testBuild('2', { share: upTo(20, grow) })
    expect(adoptionShapes(answerOf([build], envelope), build, TEST_FIRST_SEEN + 20 * HOUR_MS).water).toEqual([])
  })

  test('stands beside earlier ones, each with the line that it fails by, and a newer one', () => {
    const at = (hour: number, rest = {}) => testBuild(String(hour), { hour, share: upTo(200, grow), ...rest })
    const builds = [
      at(100, { share: upTo(5, grow) }),
      at(72),
      at(48, { verdict: 'fail' }),
      at(24, { verdict: 'fail', code: 'reports_badly' }),
      at(0),
    ]
    const judged = builds[1] ?? at(72)
    const shapes = adoptionShapes(answerOf(builds, envelope), judged, TEST_FIRST_SEEN + 105 * HOUR_MS)
    expect(shapes.earlier.map(({ buildId, failed }) => [buildId, failed])).toEqual([
      ['48', 'share'],
      ['24', 'invalid'],
      ['0', null],
    ])
    expect(shapes.newer).toEqual({ buildId: '100', age: 4, share: grow(4) })
  })

  test('has a scale for what is invalid that noise doesn’t fill', () => {
    const now = TEST_FIRST_SEEN + 20 * HOUR_MS
    const scale = (invalidRate: number) => {
      const build = testBuild('1', { share: upTo(20, grow), invalid: upTo(20, () => invalidRate) })
      return adoptionShapes(answerOf([build]), build, now).mostInvalid
    }
    expect(scale(0.04)).toBe(0.25)
    expect(scale(0.98)).toBe(1)
  })

  test('without a single known hour is nothing', () => {
    const build = testBuild('1', { share: upTo(0, grow), invalid: upTo(0, grow) })
    expect(adoptionShapes(answerOf([build]), build, TEST_FIRST_SEEN)).toMatchObject({
      end: null,
      most: HEADROOM,
      water: [],
    })
  })
})

test.each([
  [24, ['0', '6 h', '12 h', '18 h', '24 h']],
  [48, ['0', '12 h', '24 h', '36 h', '48 h']],
  [72, ['0', '1 d', '2 d', '3 d']],
  [168, ['0', '2 d', '4 d', '6 d']],
])('ages up to %d h are marked', (horizon, labels) =>
  expect(ageTicks(horizon).map(({ label }) => label)).toEqual(labels),
)

test('the read-out tells what is known at an age, and what lies below the water in red', () => {
  const shapes = { seen: [0.1, null], low: [0.2, 0.2], high: [0.4, 0.4], invalid: [0.5, null] }
  expect(ageReadout(shapes, 0).items.map(({ name, look }) => [name, look])).toEqual([
    ['seen', 'wrong'],
    ['earlier', 'water'],
    ['invalid', 'plain'],
  ])
  expect(ageReadout(shapes, 1).items[0]).toMatchObject({ value: 'unknown', look: 'plain' })
  expect(['0 h', '47 h', '2 d', '3 d 3 h']).toEqual(
    [0, 47, 48, 75].map((hours) => ageWord(hours).replaceAll('\u00a0', ' ')),
  )
})

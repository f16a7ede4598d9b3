import { expect, test } from 'vitest'
import type { SeriesAnswer } from '../../server/api/types.ts'
import { largestParts, problemParts } from './parts.ts'

function answer(dimension: string, parts: Readonly<Record<string, readonly (number | null)[]>>): SeriesAnswer {
  const series = Object.entries(parts).map(([name, values]) => ({
    key: { channel: 'nightly', [dimension]: name },
    values,
  }))
  const steps = series[0]?.values.length ?? 0
  const times = Array.from({ length: steps }, (_, hour) => new Date(hour * 3_600_000).toISOString())
  return {
    from: times[0] ?? '',
    to: '',
    metric: 'received',
    step: 'hour',
    times,
    series,
    coverage: times.map(() => 1),
    completeness: times.map(() => 'complete'),
  }
}

test('parts come largest first, with their share; what is empty is left out', () => {
  const parts = largestParts(answer('reason', { a: [10, 15], b: [30, null], c: [0, 0], d: [45, 0] }), 'reason', 8)
  expect(parts.map(({ name, shareOfAll }) => [name, shareOfAll])).toEqual([
    ['d', 0.45],
    ['b', 0.3],
    ['a', 0.25],
  ])
})

test('more than there is room for become one, and stay unknown where all of them are', () => {
  const parts = largestParts(answer('build', { a: [90, null], b: [5, null], c: [3, null], d: [2, 1] }), 'build', 2)
  expect(parts.map(({ name }) => name)).toEqual(['a', 'other (3)'])
  expect(parts[1]?.values).toEqual([10, 1])
  const unknown = largestParts(answer('build', { a: [90, null], b: [5, null], c: [3, null] }), 'build', 2)
  expect(unknown[1]?.values).toEqual([8, null])
})

test('what the API put together is part of the rest, with all that it holds, however much that is', () => {
  const given = answer('build', { a: [50, 10], b: [20, 20], c: [1, 1], OTHER: [300, 300] })
  const series = given.series.map((one) => (one.key.build === 'OTHER' ? { ...one, rest_of: 40 } : one))
  const parts = largestParts({ ...given, series }, 'build', 3)
  expect(parts.map(({ name, isRest }) => [name, isRest])).toEqual([
    ['a', false],
    ['b', false],
    ['other (41)', true],
  ])
  expect(parts[2]?.values).toEqual([301, 301])
})

test('problems are shares of what was received; nothing received is no share at all', () => {
  const received = answer('channel', { nightly: [100, 0, null] })
  const parts = problemParts(
    answer('problem', { bad_json: [1, 0, null], invalid_revision: [40, 0, null] }),
    received,
    3,
  )
  expect(parts.map(({ name, values }) => [name, values])).toEqual([
    ['invalid_revision', [0.4, null, null]],
    ['bad_json', [0.01, null, null]],
  ])
})

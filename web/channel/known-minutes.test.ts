import { expect, test } from 'vitest'
import type { SeriesAnswer } from '../../server/api/types.ts'
import { knownMinutes } from './known-minutes.ts'

const NOON = Date.UTC(2014, 0, 16, 12)
const STEP_MS = { minute: 60_000, hour: 3_600_000 } as const

function series(step: 'minute' | 'hour', values: readonly (number | null)[]): SeriesAnswer {
  return {
    from: new Date(NOON).toISOString(),
    to: new Date(NOON + values.length * STEP_MS[step]).toISOString(),
    metric: 'received',
    step,
    times: [],
    series: [{ key: {}, values }],
    coverage: [],
    completeness: [],
  }
}

/** Three hours of minutes, known from a minute on. */
const minutesFrom = (first: number) => Array.from({ length: 180 }, (_, minute) => (minute < first ? null : 20))

test.each([
  { claim: 'all is known', first: 0, hours: [1200, 1200, 1200], share: 1, since: 0 },
  { claim: 'the first hour was imported', first: 60, hours: [1200, 1200, 1200], share: 2 / 3, since: 60 },
  { claim: 'counting began within the last', first: 170, hours: [1200, 1200, 1200], share: 1 / 3, since: 170 },
  { claim: 'all was imported', first: 180, hours: [1200, 1200, 1200], share: 0, since: null },
  {
    claim: 'nobody listened in the first hour: nothing is missing of it',
    first: 60,
    hours: [null, 9, 9],
    share: 1,
    since: 60,
  },
  { claim: 'nothing is known at all', first: 180, hours: [null, null, null], share: 1, since: null },
])('$claim', ({ first, hours, share, since }) => {
  const known = knownMinutes(series('minute', minutesFrom(first)), series('hour', hours), NOON)
  expect(known).toEqual({ share, since: since === null ? null : NOON + since * STEP_MS.minute })
})

test('what is before the shown range doesn’t count', () => {
  const known = knownMinutes(series('minute', minutesFrom(60)), series('hour', [1, 1, 1]), NOON + STEP_MS.hour)
  expect(known.share).toBe(1)
})

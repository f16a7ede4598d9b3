import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, isoSeconds } from '../../data/domain/time.ts'
import { appearanceDue } from './appearance.ts'

/** Nightly builds of ten days, built at 03:02:03 and seen some hours later. */
const nightlies = (lagHours: readonly number[]) =>
  lagHours.map((lag, day) => {
    const built = Date.UTC(2014, 0, 2, 3, 2, 3) + day * DAY_MS
    const buildId = new Date(built).toISOString().slice(0, 19).replace(/\D/g, '')
    return { buildId, firstSeen: Math.floor((built + lag * HOUR_MS) / HOUR_MS) * HOUR_MS }
  })

const TEN_DAYS = nightlies([5, 6, 5, 7, 6, 5, 6, 6, 5, 6])
const due = (buildId: string, earlier = TEN_DAYS) => {
  const time = appearanceDue(buildId, earlier)
  return time === null ? null : isoSeconds(time)
}

test('a build is due when nine of ten earlier builds were seen', () => {
  expect(due('20140116030203')).toBe('2014-01-16T10:02:03Z')
})

test('nobody can tell when a build is due', () => {
  expect(due('tryserver-17')).toBeNull()
  expect(due('20141399030203')).toBeNull()
  expect(due('20140116030203', TEN_DAYS.slice(0, 4))).toBeNull()
  // Later builds say nothing of an earlier one.
  expect(due('20140101030203')).toBeNull()
})

import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../data/domain/time.ts'
import { makeIncident } from '../testing/make-incident.ts'
import { isMaterialBuild, materialBuilds, newestBuilds } from './material-builds.ts'

const NOW = Date.UTC(2014, 0, 20, 12)
const built = { channel: 'nightly', buildId: '20140116030203', firstSeen: Date.UTC(2014, 0, 16, 10), bestDayRatio: 0.3 }
const known = { now: NOW, incidents: [] }

describe('a build is material', () => {
  test.each([
    { claim: 'with an id that is a time, and a third of its channel', given: {}, is: true },
    { claim: 'not with an id that is no time', given: { buildId: '20141399030203' }, is: false },
    { claim: 'nor with a day alone', given: { buildId: '20140116' }, is: false },
    { claim: 'nor with an id from the future', given: { buildId: '20150116030203' }, is: false },
    { claim: 'but where build machines are ahead of UTC', given: { buildId: '20140116210000' }, is: true },
    { claim: 'not with a fiftieth of its channel', given: { bestDayRatio: 0.02 }, is: false },
    {
      claim: 'with a fiftieth while it is taken up',
      given: { bestDayRatio: 0.02, firstSeen: NOW - 47 * HOUR_MS },
      is: true,
    },
  ])('$claim', ({ given, is }) => expect(isMaterialBuild({ ...built, ...given }, known)).toBe(is))

  test('with next to nothing where an open incident names it', () => {
    const explanation = { sentence: '', carriers: [], firstBuildId: built.buildId }
    const few = { ...built, bestDayRatio: 0.004 }
    const open = makeIncident({ state: 'open', explanation })
    expect(isMaterialBuild(few, { ...known, incidents: [open] })).toBe(true)
    const over = makeIncident({ state: 'resolved', explanation })
    expect(isMaterialBuild(few, { ...known, incidents: [over] })).toBe(false)
  })
})

test('the newest build of a channel is the newest material one; where none is, the newest', () => {
  const madeUp = { ...built, buildId: '99999999999999', firstSeen: built.firstSeen + DAY_MS, bestDayRatio: 0.02 }
  const beta = [
    { ...madeUp, channel: 'beta', buildId: 'a' },
    { ...madeUp, channel: 'beta', buildId: 'b' },
  ]
  expect(newestBuilds([built, madeUp, ...beta], known).map(({ buildId }) => buildId)).toEqual([built.buildId, 'b'])
  expect(materialBuilds(beta, known)).toEqual(beta)
})

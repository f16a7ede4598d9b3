import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../data/domain/time.ts'
import { makeIncident } from '../testing/make-incident.ts'
import { isMaterialBuild, materialBuilds, newestBuilds, standingBuild } from './material-builds.ts'

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

test('the newest builds of a channel are material ones of a day; where none is material, all count', () => {
  const madeUp = { ...built, buildId: '99999999999999', firstSeen: built.firstSeen + DAY_MS, bestDayRatio: 0.02 }
  const older = { ...built, buildId: '20140115030203', firstSeen: built.firstSeen - 25 * HOUR_MS }
  const mobile = { ...built, buildId: '20140116020101', firstSeen: built.firstSeen - 3 * HOUR_MS }
  const beta = ['a', 'b'].map((buildId) => ({ ...madeUp, channel: 'beta', buildId }))
  const newest = newestBuilds([older, mobile, built, madeUp, ...beta], known)
  expect(newest.map(({ buildId }) => buildId)).toEqual([mobile.buildId, built.buildId, 'a', 'b'])
  expect(materialBuilds(beta, known)).toEqual(beta)
})

test.each([
  { claim: 'the newest', builds: 'a pass 500, b pass 400', is: 'b' },
  { claim: 'the one that nearly all have', builds: 'a pass 9000, b pass 400', is: 'a' },
  { claim: 'that one also while the newest is young', builds: 'a pass 9000, b wait 40', is: 'a' },
  { claim: 'the newest where it fails', builds: 'a pass 9000, b fail 40', is: 'b' },
  { claim: 'no failing one of another application', builds: 'a fail 9000, b pass 400', is: 'b' },
])('of a day’s builds stands for the channel $claim', ({ builds, is }) => {
  const judged = builds.split(', ').map((text) => {
    const [id = '', verdict, received] = text.split(' ')
    return {
      id,
      verdict: verdict === 'pass' || verdict === 'fail' ? verdict : 'wait',
      build: { received: Number(received) },
    } as const
  })
  expect(standingBuild(judged)?.id).toBe(is)
})

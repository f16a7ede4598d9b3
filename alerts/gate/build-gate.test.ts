import { expect, test } from 'vitest'
import { HOUR_MS } from '../../data/domain/time.ts'
import { makeIncident } from '../testing/make-incident.ts'
import type { Adoption } from './adoption.ts'
import { type GateFacts, gateVerdict } from './build-gate.ts'

const FIRST_SEEN = Date.UTC(2014, 0, 16, 14)

const healthy: GateFacts = {
  channel: 'nightly',
  buildId: '20140116030203',
  seen: { firstSeen: FIRST_SEEN, received: 5000 },
  incidents: [],
  now: FIRST_SEEN + 18.5 * HOUR_MS,
  judgedUpTo: FIRST_SEEN + 18 * HOUR_MS,
  learning: null,
  completeHours: 18,
  adoption: null,
  overdue: null,
}

const usual: Adoption = {
  builds: 14,
  hours: 18,
  received: 5000,
  expected: { low: 4100, middle: 5100, high: 6000 },
  invalid: 40,
  usualInvalidRatio: { low: 0.002, middle: 0.01, high: 0.03 },
  trouble: null,
}
const silent: Adoption = { ...usual, received: 300, trouble: 'not_reporting' }

const said = (changes: Partial<GateFacts>) => {
  const { verdict, reasons } = gateVerdict({ ...healthy, ...changes })
  return `${verdict}: ${reasons.map(({ code }) => code).join(', ')}`
}

const blaming = (first: string) => makeIncident({ explanation: { sentence: '', carriers: [], firstBuildId: first } })

test.each([
  { claim: 'judged long enough, and nothing is wrong', changes: {}, is: 'pass: no_trouble, not_compared' },
  {
    claim: 'an open incident is about it',
    changes: { incidents: [makeIncident({ series: { buildId: '20140116030203' } })] },
    is: 'fail: blamed',
  },
  { claim: 'an incident began with it', changes: { incidents: [blaming('20140116030203')] }, is: 'fail: blamed' },
  {
    claim: 'an incident began with an earlier build',
    changes: { incidents: [blaming('20140115030203')] },
    is: 'fail: blamed',
  },
  {
    claim: 'an incident began with a later build',
    changes: { incidents: [blaming('20140117030203')] },
    is: 'wait: channel_in_trouble',
  },
  {
    claim: 'the channel is in trouble of another cause',
    changes: { incidents: [makeIncident()] },
    is: 'wait: channel_in_trouble',
  },
  {
    claim: 'another channel is in trouble',
    changes: { incidents: [makeIncident({ channels: ['beta'] })] },
    is: 'pass: no_trouble, not_compared',
  },
  {
    claim: 'what was wrong with it is over',
    changes: { incidents: [{ ...blaming('20140116030203'), state: 'resolved' as const }] },
    is: 'pass: no_trouble, not_compared',
  },
  { claim: 'nobody runs it yet', changes: { seen: null }, is: 'wait: not_seen' },
  {
    claim: 'its first hours are not judged yet',
    changes: { judgedUpTo: FIRST_SEEN + 17 * HOUR_MS },
    is: 'wait: too_young',
  },
  {
    claim: 'the judge is behind with hours long past',
    changes: { judgedUpTo: FIRST_SEEN - 90 * HOUR_MS, now: FIRST_SEEN + 264 * HOUR_MS },
    is: 'wait: not_judged',
  },
  { claim: 'nothing is judged yet', changes: { judgedUpTo: null }, is: 'wait: not_judged' },
  { claim: 'hardly anybody runs it', changes: { seen: { firstSeen: FIRST_SEEN, received: 59 } }, is: 'wait: too_few' },
  { claim: 'the judge still learns', changes: { learning: { days: 3, of: 14 } }, is: 'wait: learning' },
  {
    claim: 'earlier builds were taken up as it is',
    changes: { adoption: usual },
    is: 'pass: no_trouble, adopted',
  },
  { claim: 'far fewer use it than used earlier builds', changes: { adoption: silent }, is: 'fail: not_reporting' },
  {
    claim: 'far fewer use it, and it is still young',
    changes: { adoption: silent, judgedUpTo: FIRST_SEEN + 5 * HOUR_MS },
    is: 'fail: not_reporting',
  },
  {
    claim: 'it sends what is invalid',
    changes: { adoption: { ...usual, invalid: 4000, trouble: 'reports_badly' as const } },
    is: 'fail: reports_badly',
  },
  {
    claim: 'it should have been seen for three hours',
    changes: { seen: null, overdue: { since: FIRST_SEEN, completeHours: 3 } },
    is: 'fail: not_reporting',
  },
  {
    claim: 'it should have been seen for two hours',
    changes: { seen: null, overdue: { since: FIRST_SEEN, completeHours: 2 } },
    is: 'wait: not_seen',
  },
  { claim: 'nobody listened for some of its hours', changes: { completeHours: 12 }, is: 'wait: not_listened' },
])('$is where $claim', ({ changes, is }) => expect(said(changes)).toBe(is))

test('only what time alone brings has a time', () => {
  const young = { ...healthy, judgedUpTo: FIRST_SEEN }
  expect(gateVerdict(young).knownAt).toBe(FIRST_SEEN + 18 * HOUR_MS)
  expect(gateVerdict({ ...young, learning: { days: 3, of: 14 } }).knownAt).toBeNull()
})

test('a build that fails beside earlier ones is told with both numbers', () => {
  const { reasons } = gateVerdict({ ...healthy, adoption: silent })
  expect(reasons[0]?.text).toBe(
    "Too few use 20140116030203, or it doesn't report: 300 submissions in its first 18 hours, where 4\u202f100 – 6\u202f000 are usual (nine of ten of 14 earlier builds).",
  )
})

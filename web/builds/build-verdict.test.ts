import { describe, expect, test } from 'vitest'
import { failingRun, judgedBuild, ofExpectedRatio, verdictWords, waitWords } from './build-verdict.ts'
import { buildsSentences } from './builds-sentences.ts'
import { testBuild as build } from './testing/test-build.ts'

const INCIDENTS = [
  { id: 13, group: 'volume' },
  { id: 14, group: 'invalid' },
] as const

test.each([
  { claim: 'pass is healthy', given: build('3'), word: 'healthy' },
  { claim: 'wait is too early', given: build('3', { verdict: 'wait' }), word: 'too early' },
  {
    claim: 'what waits for something else than time',
    given: build('3', { verdict: 'wait', code: 'channel_in_trouble' }),
    word: 'undecided',
  },
  { claim: 'too few', given: build('3', { verdict: 'fail', code: 'not_reporting' }), word: 'not reporting' },
  { claim: 'too many invalid', given: build('3', { verdict: 'fail', code: 'reports_badly' }), word: 'reporting badly' },
  {
    claim: 'blamed for a fall',
    given: build('3', { verdict: 'fail', code: 'blamed', incident: 13 }),
    word: 'not reporting',
  },
  {
    claim: 'blamed for what is invalid',
    given: build('3', { verdict: 'fail', code: 'blamed', incident: 14 }),
    word: 'reporting badly',
  },
  {
    claim: 'blamed by an incident that isn’t known: its own numbers tell',
    given: build('3', { verdict: 'fail', code: 'blamed', incident: 2, invalidRate: 0.97 }),
    word: 'reporting badly',
  },
])('$claim: $word', ({ given, word }) => expect(verdictWords(given, INCIDENTS).word).toBe(word))

test.each([
  { given: { verdict: 'wait', code: 'too_young', knownAt: '2014-01-17T05:00:00Z' }, says: 'known from 5 on' },
  { given: { verdict: 'wait', code: 'too_few' }, says: 'too few submissions' },
  { given: { verdict: 'wait', code: 'not_judged' }, says: 'the judge catches up' },
  { given: { verdict: 'pass' }, says: null },
] as const)('what a verdict waits for: $says', ({ given, says }) => {
  expect(waitWords(build('3', given), (time) => String(new Date(time).getUTCHours()))).toBe(says)
})

describe('the build that stands for its channel', () => {
  test.each([
    {
      claim: 'is the newest that something can be said of',
      builds: [build('4', { verdict: 'wait' }), build('3')],
      is: '3',
    },
    { claim: 'or the newest', builds: [build('4', { verdict: 'wait' }), build('3', { verdict: 'wait' })], is: '4' },
    {
      claim: 'of healthy ones of a day the one that nearly all have',
      builds: [build('4', { received: 20, hour: 5 }), build('3', { received: 2000, hour: 0 })],
      is: '3',
    },
    {
      claim: 'but a failing one has few for a reason',
      builds: [build('4', { verdict: 'fail', received: 20, hour: 5 }), build('3', { received: 2000, hour: 0 })],
      is: '4',
    },
    {
      claim: 'and never one whose id is made up, or that next to nobody has',
      builds: [build('x', { verdict: 'fail', isMaterial: false, hour: 5 }), build('3')],
      is: '3',
    },
    { claim: 'unless all are', builds: [build('x', { isMaterial: false })], is: 'x' },
    {
      claim: 'and one of the day before is older, however many have it',
      builds: [build('4', { received: 20, hour: 25 }), build('3', { received: 2000, hour: 0 })],
      is: '4',
    },
  ])('$claim', ({ builds, is }) => expect(judgedBuild(builds)?.build_id).toBe(is))
  test('is none where there is none', () => expect(judgedBuild([])).toBeNull())
})

test('failing builds in a row end with the first healthy one; young ones don’t part them', () => {
  const fail = { verdict: 'fail' } as const
  const builds = [
    build('7', { ...fail, isMaterial: false }),
    build('6', { verdict: 'wait' }),
    build('5', fail),
    build('4', { verdict: 'wait' }),
    build('3', fail),
  ]
  expect(failingRun([...builds, build('2'), build('1', fail)]).map(({ build_id }) => build_id)).toEqual(['5', '3'])
})

test('what came is told as a ratio of what half of the earlier builds had', () => {
  const expected = { low: 80, middle: 100, high: 130, seen: 41, hours: 18, builds: 9 }
  expect(ofExpectedRatio({ expected })).toBe(0.41)
  expect(ofExpectedRatio({ expected: null })).toBeNull()
})

describe('the sentences', () => {
  const fail = { verdict: 'fail', code: 'not_reporting' } as const
  const bad = { verdict: 'fail', code: 'reports_badly' } as const
  const of = (channel: string, ...builds: ReturnType<typeof build>[]) => ({ channel, builds })
  test.each([
    {
      given: [of('beta', build('3')), of('nightly', build('4'))],
      says: ['The newest builds of beta and nightly are healthy.'],
    },
    { given: [of('beta', build('3'))], says: ['beta: 3 is healthy.'] },
    {
      given: [of('beta', build('3')), of('nightly', build('5', fail), build('4', fail), build('3'))],
      says: ['nightly: builds from 4 on aren’t reporting. The other channel’s is healthy.'],
    },
    {
      given: [
        of('release', build('1')),
        of('beta', build('1')),
        of('aurora', build('5', bad), build('4')),
        of('nightly', build('5', fail), build('4')),
      ],
      says: ['aurora: build 5 reports badly.', 'nightly: build 5 isn’t reporting. The others are healthy.'],
    },
    {
      given: [of('beta', build('3', { verdict: 'wait' })), of('nightly', build('3'))],
      says: ['It is too early to say anything of the builds of beta. The other channel’s is healthy.'],
    },
    { given: [of('beta')], says: ['No new build was seen in the last 60 days.'] },
  ])('$says', ({ given, says }) => expect(buildsSentences(given, INCIDENTS).map(({ text }) => text)).toEqual(says))
})

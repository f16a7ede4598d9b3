import { afterEach, beforeEach, expect, test } from 'vitest'
import { countHours, startTestApi, type TestApi } from '../testing/test-api.ts'
import type { BuildsAnswer, GateAnswer, ProblemsAnswer } from '../types.ts'

let api: TestApi

beforeEach(async () => {
  api = await startTestApi()
})

afterEach(() => api.close())

const get = async (path: string) => JSON.parse(await (await api.get(`/api/v1${path}`)).text())
const RANGE = 'from=2014-01-16T08:00:00Z&to=2014-01-16T14:00:00Z'

test('builds stand beside each other at the same age, with what is not known left open', async () => {
  // Six hours; nobody listened in the fourth of them. The new build begins in the third.
  await countHours(api.context.database, [6, 5, 4, 2, 1], (ago) => [
    { build: '20140101000000', submissions: 900 },
    ...(ago <= 4 ? [{ build: '20140116000000', submissions: 100 }] : []),
    ...(ago === 1 ? [{ build: '20140116000000', submissions: 25, outcome: 'rejected', problem: 'bad_json' }] : []),
  ])
  const answer: BuildsAnswer = await get(`/builds?channel=nightly&${RANGE}&ages=5`)
  expect(answer.ages).toEqual([0, 1, 2, 3, 4])
  expect(answer.builds.map(({ build_id }) => build_id)).toEqual(['20140116000000', '20140101000000'])
  expect(answer.builds[0]).toMatchObject({
    first_seen: '2014-01-16T10:00:00Z',
    received: 325,
    adoption: {
      received: [100, null, 100, 125, null],
      share: [0.1, null, 0.1, 125 / 1025, null],
      invalid_rate: [0, null, 0, 0.2, null],
    },
  })
  expect(answer.completeness).toEqual({
    complete_hours: 5,
    partial: [],
    unknown: [{ from: '2014-01-16T11:00:00Z', to: '2014-01-16T12:00:00Z' }],
  })
})

test('problems are counted once, of what was received of the channels asked for', async () => {
  await countHours(api.context.database, [1, 2], (ago) => [
    { submissions: 90 },
    { submissions: 10, outcome: 'rejected', problem: 'bad_json' },
    ...(ago === 2 ? [{ channel: 'beta', submissions: 5, outcome: 'quarantined', problem: 'invalid_revision' }] : []),
  ])
  const all: ProblemsAnswer = await get(`/problems?${RANGE}`)
  expect(all.received).toBe(205)
  expect(all.problems.map(({ problem, submissions }) => [problem, submissions])).toEqual([
    ['bad_json', 20],
    ['invalid_revision', 5],
  ])
  const beta: ProblemsAnswer = await get(`/problems?${RANGE}&channel=beta`)
  expect(beta.problems).toMatchObject([
    {
      problem: 'invalid_revision',
      rate: 1,
      invalid: 5,
      first_hour: '2014-01-16T12:00:00Z',
      last_hour: '2014-01-16T12:00:00Z',
      channels: [{ value: 'beta', submissions: 5 }],
    },
  ])
})

test('the gate waits for a build that nobody runs, and for one that was not judged for long enough', async () => {
  await countHours(api.context.database, [3, 2, 1], () => [{ build: '20140116000000', submissions: 100 }])
  api.incidents = []
  const unseen: GateAnswer = await get('/gate?channel=nightly&build=20140117000000')
  expect(unseen).toMatchObject({ verdict: 'wait', reasons: [{ code: 'not_seen' }], first_seen: null, volume: null })
  const young: GateAnswer = await get('/gate?channel=nightly&build=20140116000000')
  expect(young).toMatchObject({
    verdict: 'wait',
    reasons: [{ code: 'too_young' }],
    first_seen: '2014-01-16T11:00:00Z',
    known_at: '2014-01-17T05:00:00Z',
    volume: { received: 300, share: 1 },
  })
})

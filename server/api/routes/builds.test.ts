import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeIncident } from '../../../alerts/testing/make-incident.ts'
import { HOUR_MS, SECOND_MS } from '../../../data/domain/time.ts'
import { countHours, startTestApi, TEST_NOW, type TestApi } from '../testing/test-api.ts'
import type { BuildsAnswer, GateAnswer, OverviewAnswer, ProblemsAnswer } from '../types.ts'

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
    ...(ago === 2 ? [{ submissions: 3, outcome: 'rejected', problem: 'bad_json', source: 'winter' }] : []),
  ])
  const all: ProblemsAnswer = await get(`/problems?${RANGE}`)
  expect(all.received).toBe(208)
  expect(all.problems.map(({ problem, submissions, imported }) => [problem, submissions, imported])).toEqual([
    ['bad_json', 23, 3],
    ['invalid_revision', 5, 0],
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

/** A build each day at noon, taken up in a day by all; `sent` is what is sent of what should be, by build. */
async function countBuilds(sent: (build: string) => { submissions: number; isInvalid?: boolean }): Promise<void> {
  const days = Array.from({ length: 13 }, (_, i) => i + 4)
  await countHours(
    api.context.database,
    Array.from({ length: 12 * 24 }, (_, i) => i + 1),
    (ago) => {
      const hour = TEST_NOW - ago * HOUR_MS
      const old = { build: '20131201000000', submissions: 2000 }
      const young = days.flatMap((day) => {
        const build = `201401${String(day).padStart(2, '0')}020000`
        const age = Math.floor((hour - Date.UTC(2014, 0, day, 2)) / HOUR_MS)
        const { submissions, isInvalid = false } = sent(build)
        const count = Math.round((submissions * Math.min(24, age + 1)) / 24)
        const outcome = isInvalid ? { outcome: 'quarantined', problem: 'invalid_revision' } : {}
        return age < 0 || age >= 48 || count === 0 ? [] : [{ build, submissions: count, ...outcome }]
      })
      return [old, ...young]
    },
  )
}

const NEWEST = '20140116020000'
const gateOf = (build: string): Promise<GateAnswer> => get(`/gate?channel=nightly&build=${build}`)

test('a build that is taken up as earlier ones were says so, and what was expected of it', async () => {
  api.incidents = []
  await countBuilds(() => ({ submissions: 1000 }))
  const { verdict, reasons, volume } = await gateOf(NEWEST)
  expect({ verdict, codes: reasons.map(({ code }) => code) }).toEqual({ verdict: 'wait', codes: ['too_young'] })
  expect(volume?.expected).toMatchObject({ hours: 12, seen: volume?.received })
  const old = await gateOf('20140115020000')
  expect(old).toMatchObject({ verdict: 'pass', reasons: [{ code: 'no_trouble' }, { code: 'adopted' }] })
})

test('the overview has verdicts of builds as soon as the judge has caught up', async () => {
  let judged: number | null = null
  await api.close()
  api = await startTestApi({ judgedHour: () => judged })
  api.incidents = []
  await countBuilds(() => ({ submissions: 1000 }))
  const code = async () => {
    api.now += SECOND_MS
    const { channels }: OverviewAnswer = await get('/overview')
    return channels[0]?.newest_build?.reason.code
  }
  expect(await code()).toBe('not_judged')
  judged = Date.UTC(2014, 0, 16, 13)
  await expect.poll(code).toBe('too_young')
})

test('a build that hardly reports fails within its first hours, in the gate and in the list, by the same words', async () => {
  api.incidents = []
  await countBuilds((build) => ({ submissions: build === NEWEST ? 150 : 1000 }))
  const gate = await gateOf(NEWEST)
  expect(gate).toMatchObject({ verdict: 'fail', reasons: [{ code: 'not_reporting' }] })
  const answer: BuildsAnswer = await get('/builds?channel=nightly&from=2014-01-12&to=2014-01-17&ages=24')
  const [newest, ...others] = answer.builds
  expect(newest).toMatchObject({ build_id: NEWEST, verdict: gate.verdict, reason: gate.reasons[0] })
  expect(others.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass', 'pass'])
  expect(answer.envelope?.builds).toBeGreaterThanOrEqual(5)
  expect(answer.envelope?.middle).toHaveLength(24)
  expect(newest?.adoption.share[10]).toBeLessThan((answer.envelope?.low[10] ?? 0) / 2)
  const overview: OverviewAnswer = await get('/overview')
  expect(overview.channels[0]?.newest_build).toMatchObject({ verdict: 'fail', reason: gate.reasons[0] })
})

test('a build of which most is invalid fails', async () => {
  api.incidents = []
  await countBuilds((build) => ({ submissions: 1000, isInvalid: build === NEWEST }))
  expect(await gateOf(NEWEST)).toMatchObject({ verdict: 'fail', reasons: [{ code: 'reports_badly' }] })
})

test('a build that nobody reports although it is due fails, and one that is not due yet waits', async () => {
  api.incidents = []
  await countBuilds((build) => ({ submissions: build === NEWEST ? 0 : 1000 }))
  expect(await gateOf(NEWEST)).toMatchObject({
    verdict: 'fail',
    first_seen: null,
    reasons: [{ code: 'not_reporting' }],
  })
  expect(await gateOf('20140116130000')).toMatchObject({ verdict: 'wait', reasons: [{ code: 'not_seen' }] })
})

test('a build that was blamed is no measure for the next', async () => {
  const start = Date.UTC(2014, 0, 10)
  const blamed = makeIncident({
    start,
    end: Date.UTC(2014, 0, 15),
    state: 'resolved',
    explanation: { sentence: '', carriers: [], firstBuildId: '20140110020000' },
  })
  api.incidents = [blamed]
  await countBuilds((build) => ({ submissions: build >= '20140110' && build < '20140115' ? 60 : 1000 }))
  // 6 to 9 January and the 15th are left to compare with, which are enough.
  expect((await gateOf(NEWEST)).volume?.expected?.low).toBeGreaterThan(2000)
})

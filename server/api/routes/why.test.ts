import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeIncident } from '../../../alerts/testing/make-incident.ts'
import { HOUR_MS, isoSeconds } from '../../../data/domain/time.ts'
import { countHours, startTestApi, TEST_NOW, type TestApi } from '../testing/test-api.ts'
import type { ProblemDetails, VisibilityAnswer, WhyAnswer } from '../types.ts'

let api: TestApi

beforeEach(async () => {
  api = await startTestApi()
  await countHours(api.context.database, [5, 4, 2, 1], (ago) => [
    { submissions: ago === 1 ? 40 : 100 },
    { channel: 'beta', submissions: 900 },
  ])
})

afterEach(() => api.close())

const get = async (path: string) => JSON.parse(await (await api.get(`/api/v1${path}`)).text())
const hourAgo = (ago: number) => isoSeconds(Math.floor(TEST_NOW / HOUR_MS) * HOUR_MS - ago * HOUR_MS)

test('an hour is asked about by any time in it', async () => {
  api.incidents = []
  const why: WhyAnswer = await get(`/why?channel=nightly&hour=${hourAgo(1).replace(':00:00Z', ':20:00Z')}`)
  expect(why).toMatchObject({ channel: 'nightly', hour: hourAgo(1), known: true, seen: 40, expected: null, told: [] })
  expect(why.learning).toMatchObject({ of: 14 })
  expect(why.held_back.map(({ code }) => code)).toEqual(['learning'])
})

test('an hour that nobody listened in is unknown, not lost', async () => {
  api.incidents = []
  const why: WhyAnswer = await get(`/why?channel=nightly&hour=${hourAgo(3)}`)
  expect(why).toMatchObject({ known: false, coverage: 0, seen: null, told: [{ kind: 'gap', channel: '*' }] })
})

test('an incident that went on is named, and what it is', async () => {
  api.incidents = [makeIncident({ start: TEST_NOW - 20 * HOUR_MS })]
  const why: WhyAnswer = await get(`/why?channel=nightly&hour=${hourAgo(1)}`)
  expect(why.incidents).toMatchObject([{ id: 13, kind: 'drop', silenced_by: [] }])
  expect(why.held_back.map(({ code }) => code)).toContain('part_of_incident')
})

describe('is refused, with what there is instead,', () => {
  test.each([
    { claim: 'a channel typed wrongly', query: `channel=nihgtly&hour=${hourAgo(1)}`, says: /use nightly/ },
    { claim: 'an hour to come', query: `channel=nightly&hour=${hourAgo(-5)}`, says: /the newest that is judged$/ },
    {
      claim: 'an hour before all counts',
      query: 'channel=nightly&hour=2013-01-01',
      says: /use an hour from 2014-01-16T/,
    },
    { claim: 'no time at all', query: 'channel=nightly&hour=noon', says: /use a UTC time/ },
  ])('$claim', async ({ query, says }) => {
    const answer = await api.get(`/api/v1/why?${query}`)
    expect(answer.status).toBe(400)
    const problem: ProblemDetails = JSON.parse(await answer.text())
    expect(problem.detail).toMatch(says)
  })
})

test('what can be seen of channels that are still learnt is nothing, and says so', async () => {
  const seen: VisibilityAnswer = await get('/visibility?channel=beta')
  expect(seen.hour).toBe(hourAgo(1))
  const loss = seen.series.find(({ kind, reason }) => kind === 'loss' && reason === null)
  expect(loss).toMatchObject({
    channel: 'beta',
    within_1h: null,
    within_24h: null,
    blind: 'It is still learnt: 0 of 14 days.',
  })
  expect(seen.series.every(({ channel }) => channel === 'beta')).toBe(true)
})

test('hours that many ask about at once are judged in turn, and further ones wait outside', async () => {
  const asked = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      api.get(`/api/v1/why?channel=${index % 2 ? 'beta' : 'nightly'}&hour=${hourAgo(1 + (index >> 1))}`),
    ),
  )
  const statuses = asked.map(({ status }) => status)
  expect(statuses).toContain(503)
  expect(statuses).toContain(200)
})

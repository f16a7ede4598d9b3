import { afterEach, beforeEach, expect, test } from 'vitest'
import { countHours, startTestApi, type TestApi } from '../testing/test-api.ts'
import type { ProblemDetails, SeriesAnswer } from '../types.ts'

let api: TestApi

beforeEach(async () => {
  api = await startTestApi()
})

afterEach(() => api.close())

const DAY = 'from=2014-01-15T14:00:00Z&to=2014-01-16T14:00:00Z'
const lastDay = Array.from({ length: 24 }, (_, index) => index + 1)

async function series(query: string): Promise<SeriesAnswer> {
  const answer = await api.get(`/api/v1/series?${query}`)
  expect(await answer.clone().text()).not.toContain('"detail"')
  return JSON.parse(await answer.text())
}

async function refused(query: string): Promise<ProblemDetails> {
  const answer = await api.get(`/api/v1/series?${query}`)
  expect(answer.status).toBe(400)
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
  return JSON.parse(await answer.text())
}

test('a filter may be given several times, and all filters hold together', async () => {
  await countHours(api.context.database, [1], () => [
    { channel: 'nightly', reason: 'saved-session', submissions: 1 },
    { channel: 'aurora', reason: 'saved-session', submissions: 10 },
    { channel: 'aurora', reason: 'idle-daily', submissions: 100 },
    { channel: 'beta', reason: 'saved-session', submissions: 1000 },
  ])
  const hour = 'from=2014-01-16T13:00:00Z&to=2014-01-16T14:00:00Z'
  const answer = await series(`${hour}&channel=nightly&channel=aurora&reason=saved-session`)
  expect(answer.series).toEqual([{ key: { reason: 'saved-session' }, values: [11] }])
})

test('the largest values stand by name, the rest together', async () => {
  await countHours(api.context.database, [1], () =>
    ['a', 'b', 'c', 'd'].map((build, index) => ({ build, submissions: 10 ** index })),
  )
  const hour = 'from=2014-01-16T13:00:00Z&to=2014-01-16T14:00:00Z'
  const answer = await series(`${hour}&by=build&top=2`)
  expect(answer.series).toEqual([
    { key: { build: 'd' }, values: [1000] },
    { key: { build: 'c' }, values: [100] },
    { key: { build: 'OTHER' }, values: [11], rest_of: 2 },
  ])
})

test('what was folded when it was counted is part of the rest', async () => {
  await countHours(api.context.database, [1], () =>
    ['a', 'b', 'c', 'OTHER'].map((build, index) => ({ build, submissions: 10 ** index })),
  )
  const hour = 'from=2014-01-16T13:00:00Z&to=2014-01-16T14:00:00Z'
  expect((await series(`${hour}&by=build&top=2`)).series).toEqual([
    { key: { build: 'c' }, values: [100] },
    { key: { build: 'OTHER' }, values: [1011], rest_of: 3 },
  ])
})

test('beside each step stands what was counted seven days before', async () => {
  await countHours(api.context.database, [1, 2, 169, 170], (ago) => [{ submissions: ago }])
  const answer = await series('from=2014-01-16T12:00:00Z&to=2014-01-16T14:00:00Z&compare=week')
  expect(answer.series).toEqual([{ key: {}, values: [2, 1], previous: [170, 169] }])
})

test('which hours are complete, partial and unknown stands beside the numbers', async () => {
  await countHours(api.context.database, [0, 1, 3], () => [{ submissions: 5 }])
  const answer = await series('from=2014-01-16T11:00:00Z&to=2014-01-16T16:00:00Z')
  expect(answer.completeness).toEqual(['complete', 'unknown', 'complete', 'partial', 'unknown'])
  expect(answer.series[0]?.values).toEqual([5, null, 5, 5, null])
})

test('what other columns tell as well may be left out; a table keeps its times', async () => {
  await countHours(api.context.database, [1], () => [{ submissions: 5 }])
  const hour = 'from=2014-01-16T13:00:00Z&to=2014-01-16T14:00:00Z'
  const whole = await series(hour)
  expect(await series(`${hour}&leave_out=times&leave_out=completeness`)).toEqual({
    ...whole,
    times: [],
    completeness: [],
  })
  expect(await series(`${hour}&leave_out=times`)).toEqual({ ...whole, times: [] })
  const table = await api.get(`/api/v1/series.csv?${hour}&leave_out=times&leave_out=completeness`)
  expect((await table.text()).split('\n')[1]).toBe('2014-01-16T13:00:00Z,,,,,,,,,,5,,,,,1,')
})

test('the judge’s band comes with one channel’s hours, and with nothing narrower', async () => {
  await countHours(api.context.database, lastDay, () => [{ submissions: 5 }])
  await api.context.database.inTransaction((transaction) =>
    transaction.append('expectations', [[Date.UTC(2014, 0, 16, 13), 'nightly', 4, 16 / 3, 6]]),
  )
  expect((await series(`${DAY}&channel=nightly`)).expected?.mid.at(-1)).toBe(5.333)
  for (const narrower of ['', '&channel=nightly&reason=idle-daily', '&channel=nightly&by=reason']) {
    expect((await series(DAY + narrower)).expected).toBeUndefined()
  }
})

test('the same as a table, by suffix and by Accept, with formulas made harmless', async () => {
  await countHours(api.context.database, [1], () => [{ build: '=1+1', submissions: 3 }])
  const path = '/api/v1/series'
  const query = '?from=2014-01-16T13:00:00Z&to=2014-01-16T14:00:00Z&by=build'
  const bySuffix = await api.get(`${path}.csv${query}`)
  expect(bySuffix.headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
  // With a name, it would win over that of the link on the channel's page.
  expect(bySuffix.headers.get('Content-Disposition')).toBe('attachment')
  const text = await bySuffix.text()
  const head =
    'time,channel,reason,app,version,build,outcome,problem,source,cause,received,week_before,expected_low,expected,expected_high,coverage,completeness\n'
  expect(text).toBe(`${head}2014-01-16T13:00:00Z,,,,,'=1+1,,,,,3,,,,,1,complete\n`)
  // Of what has no series, too, and of what is asked otherwise.
  const empty = await api.get(`${path}.csv?from=2013-01-16T13:00:00Z&to=2013-01-16T14:00:00Z&by=reason&channel=beta`)
  expect((await empty.text()).startsWith(head)).toBe(true)
  expect(await (await api.get(path + query, { Accept: 'text/csv' })).text()).toBe(text)
  const json = await api.get(path + query, { Accept: 'text/csv;q=0.5, application/json' })
  expect(json.headers.get('Content-Type')).toBe('application/json')
})

test.each([
  ['step', `${DAY}&step=fortnight`, 'use one of minute, hour, day, week'],
  ['leave_out', `${DAY}&leave_out=series`, 'use times or completeness'],
  ['metric', `${DAY}&metric=lost`, 'use one of received'],
  ['by', `${DAY}&by=cause`, 'with metric=received use one of channel'],
  ['by', `${DAY}&by=reason&step=minute`, 'with step=minute use one of channel'],
  ['build', `${DAY}&build=1&step=minute`, 'not counted by the minute'],
  ['top', `${DAY}&by=build&top=0`, 'use a whole number from 1 to 100'],
  ['from', 'to=2014-01-16', 'use a UTC time such as'],
  ['from', `${DAY}&from=2014-01-16`, 'give it once'],
  ['to', 'from=2014-01-16&to=2014-01-16', 'use a time after from'],
  ['to', 'from=2000-01-01&to=2199-01-01', 'use at most 20000'],
  ['to', 'from=2004-01-01&to=2014-01-01&step=day&by=build&top=100', 'a smaller top'],
  ['until', `${DAY}&until=2014-01-17`, 'not a parameter of this address; use one of metric, step'],
  ['reason', `${DAY}&metric=discarded&reason=idle-daily`, 'use channel'],
  ['compare', `${DAY}&metric=discarded&compare=week`, 'leave it out'],
])('what is wrong with %s is said, with what is allowed', async (parameter, query, allowed) => {
  const { errors, detail, type } = await refused(query)
  expect(type).toBe('/api#invalid-parameter')
  expect(errors?.map((error) => error.parameter)).toEqual([parameter])
  expect(errors?.[0]?.allowed).toContain(allowed)
  expect(detail).toContain(parameter)
})

test('every parameter that is wrong is named at once', async () => {
  const { errors } = await refused('step=fortnight&from=yesterday')
  expect(errors?.map(({ parameter, value }) => [parameter, value])).toEqual([
    ['step', 'fortnight'],
    ['from', 'yesterday'],
    ['to', null],
  ])
})

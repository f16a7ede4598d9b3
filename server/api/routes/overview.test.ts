import { afterEach, beforeEach, expect, test } from 'vitest'
import { countHours, startTestApi, type TestApi } from '../testing/test-api.ts'

let api: TestApi

beforeEach(async () => {
  api = await startTestApi()
  await countHours(api.context.database, [1], () => [{ channel: 'nightly', submissions: 1 }])
})

afterEach(() => api.close())

const channel = (range: string): Promise<Response> => api.get(`/api/v1/channels/nightly?${range}`)

test('a channel is told of for as long as its series by the day: twenty years, and not for ever', async () => {
  expect((await channel('from=1994-01-17&to=2014-01-16')).status).toBe(400)
  expect((await channel('from=2000-01-15&to=2020-01-15')).status).toBe(200)
  const tooLong = await channel('from=2000-01-15&to=2030-01-15')
  expect(tooLong.status).toBe(400)
  expect(await tooLong.text()).toContain('use at most 175704')
})

test('hours that counts came late for are told, with when the last of them came', async () => {
  const counts =
    "insert into late_hours values ('2014-01-16 09:00:00', '2014-01-16 11:20:00'), ('2014-01-18 09:00:00', '2014-01-18 10:00:00')"
  await api.context.database.inTransaction((transaction) => transaction.run(counts))
  const answer = await (await channel('from=2014-01-16&to=2014-01-17')).json()
  expect(answer).toMatchObject({ late_hours: [{ hour: '2014-01-16T09:00:00Z', added_at: '2014-01-16T11:20:00Z' }] })
})

import { request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../../data/counts/database.ts'
import { DatabaseError } from '../../../data/counts/database-error.ts'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { countHours, startTestApi, TEST_NOW, type TestApi } from '../testing/test-api.ts'
import type { ProblemDetails, SeriesAnswer } from '../types.ts'

let api: TestApi

beforeEach(async () => {
  api = await startTestApi()
  await countHours(api.context.database, [1, 2, 30, 31], () => [{ submissions: 5 }])
})

afterEach(() => api.close())

const FINISHED = '/api/v1/series?from=2014-01-15T07:00:00Z&to=2014-01-15T09:00:00Z'
const RUNNING = '/api/v1/series?from=2014-01-16T12:00:00Z&to=2014-01-16T15:00:00Z'

const valuesOf = async (path: string) => {
  const answer: SeriesAnswer = JSON.parse(await (await api.get(path)).text())
  return answer.series[0]?.values
}

/** Adds to the counts as a merge does, which says so afterwards. */
async function count(hoursAgo: number, submissions: number): Promise<void> {
  await countHours(api.context.database, [hoursAgo], () => [{ submissions }])
}

test('what has not changed since is answered without a body', async () => {
  const first = await api.get(FINISHED)
  const etag = first.headers.get('ETag') ?? ''
  const again = await api.get(FINISHED, { 'If-None-Match': `"other", ${etag}` })
  expect(again.status).toBe(304)
  expect(await again.text()).toBe('')
  expect((await api.get(FINISHED, { 'If-None-Match': '"other"' })).status).toBe(200)
})

test('finished hours may be kept for a minute, running ones are to be asked about again', async () => {
  expect((await api.get(FINISHED)).headers.get('Cache-Control')).toBe('private, max-age=60')
  expect((await api.get(RUNNING)).headers.get('Cache-Control')).toBe('private, no-cache')
})

test('late counts make a kept answer anew, those of other hours don’t', async () => {
  expect(await valuesOf(FINISHED)).toEqual([5, 5])
  await count(31, 2)
  // Nobody said that it changed: this is the kept answer.
  expect(await valuesOf(FINISHED)).toEqual([5, 5])
  api.context.changed.hoursChanged([TEST_NOW - 1 * HOUR_MS])
  expect(await valuesOf(FINISHED)).toEqual([5, 5])
  api.context.changed.hoursChanged([Date.UTC(2014, 0, 15, 7)])
  expect(await valuesOf(FINISHED)).toEqual([7, 5])
})

test('a running hour turns from unknown to zero to complete by the clock alone', async () => {
  expect(await valuesOf(RUNNING)).toEqual([5, 5, null])
  await api.context.database.inTransaction((transaction) =>
    transaction.append('coverage', [['edge-1', Date.UTC(2014, 0, 16, 14), Date.UTC(2014, 0, 16, 15)]]),
  )
  api.context.changed.hoursChanged([Date.UTC(2014, 0, 16, 14)])
  expect(await valuesOf(RUNNING)).toEqual([5, 5, 0])
  const completeness = async (): Promise<unknown> => JSON.parse(await (await api.get(RUNNING)).text()).completeness
  expect(await completeness()).toEqual(['complete', 'complete', 'partial'])
  api.now = Date.UTC(2014, 0, 16, 15, 0, 1)
  expect(await completeness()).toEqual(['complete', 'complete', 'complete'])
})

test('whoever takes gzip gets it, and the same in it; who does not, does not', async () => {
  const path = '/api/v1/series?from=2014-01-01&to=2014-01-16'
  const plain = await raw(path, {})
  const zipped = await raw(path, { 'Accept-Encoding': 'br, gzip;q=0.8' })
  expect(plain.headers['content-encoding']).toBeUndefined()
  expect(zipped.headers['content-encoding']).toBe('gzip')
  expect(zipped.body.byteLength).toBeLessThan(plain.body.byteLength / 5)
  expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true)
  expect((await raw(path, { 'Accept-Encoding': 'gzip;q=0' })).headers['content-encoding']).toBeUndefined()
})

test('an address that is not there, and a method that it does not know', async () => {
  const missing = await api.get('/api/v1/serie')
  expect(missing.status).toBe(404)
  const details: ProblemDetails = JSON.parse(await missing.text())
  expect(details).toMatchObject({ type: '/api#not-found', status: 404, instance: '/api/v1/serie' })
  const broken = await api.get('/api/v1/incidents/%0D%0A%20x')
  expect(JSON.parse(await broken.text()).instance).toBe('/api/v1/incidents/%0D%0A%20x')
  const posted = await fetch(`${api.url}/api/v1/series`, { method: 'POST' })
  expect(posted.status).toBe(405)
  expect(posted.headers.get('Allow')).toBe('GET, HEAD')
})

test('HEAD answers what GET does, without a body', async () => {
  const head = await fetch(`${api.url}${FINISHED}`, { method: 'HEAD' })
  expect(head.status).toBe(200)
  expect(head.headers.get('ETag')).toBe((await api.get(FINISHED)).headers.get('ETag'))
  expect(await head.text()).toBe('')
})

test.each([
  { error: new DatabaseError('timeout', 'could not read: INTERRUPT Error'), status: 504, type: '/api#too-slow' },
  { error: new DatabaseError('closed', 'is closed'), status: 503, type: '/api#busy' },
  { error: new TypeError('secret detail'), status: 500, type: '/api#internal-error' },
])('what fails is told as $type', async ({ error, status, type }) => {
  const broken = { ...(await openDatabase(':memory:')), read: () => Promise.reject(error) }
  const failing = await startTestApi({ database: broken })
  const answer = await failing.get(FINISHED)
  const text = await answer.text()
  await failing.close()
  expect(answer.status).toBe(status)
  expect(JSON.parse(text).type).toBe(type)
  expect(text).not.toContain('secret')
  expect(answer.headers.get('Retry-After')).toBe(status === 503 ? '2' : null)
})

interface RawAnswer {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** As it goes over the wire: `fetch` asks for compression and takes it off by itself. */
function raw(path: string, headers: Record<string, string>): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    request(`${api.url}${path}`, { headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }))
    })
      .on('error', reject)
      .end()
  })
}

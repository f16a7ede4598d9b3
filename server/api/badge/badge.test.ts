import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeIncident } from '../../../alerts/testing/make-incident.ts'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { countHours, startTestApi, TEST_NOW, type TestApi } from '../testing/test-api.ts'
import { badgePicture } from './badge-picture.ts'

let api: TestApi
beforeEach(async () => {
  api = await startTestApi()
  await countHours(api.context.database, [1], () => [{ submissions: 90 }, { channel: 'beta', submissions: 50 }])
  api.incidents = [makeIncident({ start: TEST_NOW - 20 * HOUR_MS })]
})
afterEach(() => api.close())

const badge = async (file: string) => {
  const response = await api.get(`/embed/badge/${file}`)
  const text = await response.text()
  return { response, says: /<title>([^<]*)<\/title>/.exec(text)?.[1], text }
}

test.each([
  { file: 'nightly.svg', says: 'nightly: too low since Wed 15 Jan, 18:20 UTC', status: 200 },
  { file: 'beta.svg', says: 'beta: well', status: 200 },
  { file: 'nigthly.svg', says: 'nigthly: no such channel', status: 404 },
])('$file says “$says”', async ({ file, says, status }) => {
  const found = await badge(file)
  expect([found.says, found.response.status]).toEqual([says, status])
  expect(found.response.headers.get('Content-Type')).toBe('image/svg+xml')
})

test('other sites may show it once one may frame charts', async () => {
  const policy = async () => (await badge('nightly.svg')).response.headers.get('Cross-Origin-Resource-Policy')
  expect(await policy()).toBe('same-origin')
  api.frameAncestors = ['https://wiki.example.org']
  expect(await policy()).toBe('cross-origin')
})

test('counts that stopped tell nothing of now', async () => {
  const stopped = await startTestApi({
    freshness: () => ({
      ...api.context.freshness(),
      counted_up_to: '2014-01-16T14:00:00Z',
      now: '2014-01-16T14:20:00Z',
    }),
  })
  await countHours(stopped.context.database, [1], () => [{ submissions: 90 }])
  const text = await (await stopped.get('/embed/badge/nightly.svg')).text()
  await stopped.close()
  expect(text).toContain('nightly: nothing counted since Thu 16 Jan, 14:00 UTC')
})

test('what a name contains is text', () => {
  const picture = badgePicture({ channel: '"><script>', state: 'well', text: 'a & b' })
  expect(picture).not.toContain('<script>')
  expect(picture).toContain('a &#38; b')
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './testing/test-api.ts'

let api: TestApi

beforeEach(async () => {
  api = await startTestApi()
})

afterEach(() => api.close())

/** What a browser goes by when a page elsewhere wants to show `path` in a frame. */
async function framing(
  path: string,
): Promise<{ readonly ancestors: string | undefined; readonly older: string | null }> {
  const { headers } = await api.get(path)
  const policy = headers.get('Content-Security-Policy') ?? ''
  const ancestors = /frame-ancestors ([^;]+)/.exec(policy)?.[1]
  return { ancestors, older: headers.get('X-Frame-Options') }
}

describe('who may frame what', () => {
  test('by default nobody may frame a chart', async () => {
    expect(await framing('/embed/channel/nightly')).toEqual({ ancestors: "'none'", older: 'DENY' })
  })

  test('the origins of the setting may frame a chart, from the moment they stand there', async () => {
    api.frameAncestors = ['https://wiki.example.org', 'https://*.example.com']
    expect(await framing('/embed/channel/nightly?theme=dark')).toEqual({
      ancestors: 'https://wiki.example.org https://*.example.com',
      older: null,
    })
  })

  test.each([
    '/',
    '/incident/12',
    '/embedded',
    '/embed',
    '/embed/../incident/12',
    '/embed/%2e%2e/mail',
    '/api/v1/incidents',
    '/api',
  ])('%s stays the dashboard’s own, whoever may frame charts', async (path) => {
    api.frameAncestors = ['https://wiki.example.org']
    expect(await framing(path)).toEqual({ ancestors: "'self'", older: 'SAMEORIGIN' })
  })

  test('a mail keeps the stricter policy that it is sent with', async () => {
    const { headers } = await api.get('/api/v1/mails/1/html')
    expect(headers.get('Content-Security-Policy')).toContain('sandbox')
  })
})

test('nothing is loaded from elsewhere, also where a chart may be framed', async () => {
  api.frameAncestors = ['https://wiki.example.org']
  const { headers } = await api.get('/embed/channel/nightly')
  expect(headers.get('Content-Security-Policy')).toContain("default-src 'self'; style-src 'self' 'unsafe-inline'")
  expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { startTestApi, TEST_NOW, type TestApi } from '../testing/test-api.ts'
import type { AnnotationAnswer, AnnotationsAnswer } from '../types.ts'

let api: TestApi

beforeEach(async () => {
  api = await startTestApi({
    calendar: () => [
      {
        kind: 'holiday',
        text: 'Christmas',
        channels: ['beta'],
        from: Date.UTC(2013, 11, 25),
        to: Date.UTC(2013, 11, 27),
        lossRatio: 0.3,
      },
    ],
  })
})

afterEach(() => api.close())

interface Asking {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

function ask(path: string, { method = 'POST', body, headers = {} }: Asking = {}): Promise<Response> {
  return fetch(`${api.url}/api/v1${path}`, {
    method,
    headers: { Origin: api.url, 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

async function add(body: object): Promise<AnnotationAnswer> {
  const answer = await ask('/annotations', {
    body: { author: 'release-bot', kind: 'release', text: 'a build', ...body },
  })
  expect(answer.status).toBe(200)
  return (await answer.json()) as AnnotationAnswer
}

async function list(query = ''): Promise<readonly string[]> {
  const answer = await api.get(`/api/v1/annotations${query}`)
  return ((await answer.json()) as AnnotationsAnswer).annotations.map(({ text }) => text)
}

describe('an annotation', () => {
  test('is listed as it was made, until it is changed or removed', async () => {
    const made = await add({
      text: '  Firefox 29\n begins ',
      channels: ['nightly'],
      from: '2014-01-16T11:30:00Z',
      build_id: '20140116030203',
      link: 'https://example.org/29',
    })
    expect(made).toEqual({
      id: 1,
      source: 'people',
      kind: 'release',
      text: 'Firefox 29 begins',
      channels: ['nightly'],
      from: '2014-01-16T11:30:00Z',
      to: null,
      build_id: '20140116030203',
      link: 'https://example.org/29',
      author: 'release-bot',
      created_at: '2014-01-16T14:20:00Z',
      changed_at: null,
    })
    api.now = TEST_NOW + HOUR_MS
    const changed = await ask('/annotations/1', {
      method: 'PATCH',
      body: { text: 'Firefox 29', to: '2014-01-17', author: 'Roberto' },
    })
    expect(await changed.json()).toEqual({
      ...made,
      text: 'Firefox 29',
      to: '2014-01-17T00:00:00Z',
      changed_at: '2014-01-16T15:20:00Z',
    })
    expect(await list('?from=2014-01-16')).toEqual(['Firefox 29'])
    expect((await ask('/annotations/1?author=Roberto', { method: 'DELETE' })).status).toBe(200)
    expect(await list('?from=2014-01-16')).toEqual([])
    expect((await ask('/annotations/1?author=Roberto', { method: 'DELETE' })).status).toBe(409)
  })

  test('keeps its number for itself: the next one has another, also after it was removed', async () => {
    await add({})
    await ask('/annotations/1?author=Roberto', { method: 'DELETE' })
    expect((await add({})).id).toBe(2)
  })

  test('is found by channel, range and kind, together with what the calendar knows', async () => {
    await add({ text: 'nightly only', channels: ['nightly'], from: '2014-01-10', to: '2014-01-12' })
    await add({ text: 'all channels', kind: 'note', from: '2014-01-11' })
    expect(await list()).toEqual(['Christmas', 'nightly only', 'all channels'])
    expect(await list('?channel=beta')).toEqual(['Christmas', 'all channels'])
    expect(await list('?channel=nightly')).toEqual(['nightly only', 'all channels'])
    expect(await list('?kind=holiday')).toEqual(['Christmas'])
    expect(await list('?from=2014-01-12')).toEqual([])
    expect(await list('?from=2014-01-11T12:00:00Z')).toEqual(['nightly only'])
    expect(await list('?to=2014-01-11')).toEqual(['Christmas', 'nightly only'])
    expect(await list('?limit=1')).toEqual(['all channels'])
  })

  test('that comes as a script is text, and in a table is no formula', async () => {
    await add({ text: '=cmd()"<script>' })
    const table = await (await api.get('/api/v1/annotations.csv?from=2014-01-16')).text()
    expect(table).toContain(`"'=cmd()""<script>"`)
  })
})

describe('what is refused, and says why', () => {
  const whole = { kind: 'release', text: 'a build', author: 'release-bot' }

  test.each<{ claim: string; body: unknown; status: number; says: string }>([
    {
      claim: 'a kind that is none',
      body: { ...whole, kind: 'party' },
      status: 400,
      says: 'kind is "party": use one of',
    },
    {
      claim: 'holidays, which stand in the calendar',
      body: { ...whole, kind: 'holiday' },
      status: 400,
      says: 'kind is',
    },
    { claim: 'no text', body: { ...whole, text: ' \n ' }, status: 400, says: 'use a text of 1 to 500 characters' },
    { claim: 'a long text', body: { ...whole, text: 'x'.repeat(501) }, status: 400, says: '1 to 500 characters' },
    { claim: 'nobody', body: { kind: 'note', text: 'x' }, status: 400, says: 'author is missing: use a name' },
    { claim: 'a time that is none', body: { ...whole, from: '2014-02-30' }, status: 400, says: 'from is "2014-02-30"' },
    { claim: 'a script as a link', body: { ...whole, link: 'javascript:alert(1)' }, status: 400, says: 'https://' },
    { claim: 'a name that is none of ours', body: { ...whole, colour: 'red' }, status: 400, says: 'colour is "red"' },
    { claim: 'channels as one text', body: { ...whole, channels: 'nightly' }, status: 400, says: 'a list of channels' },
    {
      claim: 'an end before the beginning',
      body: { ...whole, from: '2014-01-16', to: '2014-01-15' },
      status: 409,
      says: 'use a time after from',
    },
    {
      claim: 'a maintenance without an end',
      body: { ...whole, kind: 'maintenance' },
      status: 409,
      says: 'needs an end',
    },
    {
      claim: 'a maintenance of a month',
      body: { ...whole, kind: 'maintenance', from: '2014-01-16', to: '2014-02-16' },
      status: 409,
      says: '14 days at most',
    },
    { claim: 'no JSON', body: '{', status: 415, says: 'the body is no JSON' },
    { claim: 'a list', body: [], status: 415, says: 'use a JSON object' },
    {
      claim: 'more than anybody writes',
      body: { ...whole, text: 'x'.repeat(20_000) },
      status: 413,
      says: '16384 bytes',
    },
  ])('$claim', async ({ body, status, says }) => {
    const answer = await ask('/annotations', { body })
    const { detail } = (await answer.json()) as { detail: string }
    expect(answer.status, detail).toBe(status)
    expect(detail).toContain(says)
    expect(await list('?from=2014-01-01')).toEqual([])
  })

  test.each<{ claim: string; headers: Readonly<Record<string, string>>; status: number }>([
    { claim: 'a page elsewhere', headers: { Origin: 'https://elsewhere.example' }, status: 403 },
    { claim: 'a page that hides where it is', headers: { Origin: 'null' }, status: 403 },
    { claim: 'a form', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, status: 415 },
    { claim: 'a plain text', headers: { 'Content-Type': 'text/plain' }, status: 415 },
  ])('a change by $claim', async ({ headers, status }) => {
    expect((await ask('/annotations', { body: whole, headers })).status).toBe(status)
    expect(await list('?from=2014-01-01')).toEqual([])
  })

  test('a change by whoever names no origin', async () => {
    const answer = await fetch(`${api.url}/api/v1/annotations`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(whole),
    })
    expect(answer.status).toBe(403)
    expect(((await answer.json()) as { detail: string }).detail).toContain(api.url)
  })

  test('another method, with those that there are', async () => {
    const answer = await ask('/annotations', { method: 'PUT', body: whole })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('Allow')).toBe('GET, HEAD, POST')
  })
})

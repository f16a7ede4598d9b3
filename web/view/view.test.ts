import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BREAK_DOWNS, channelView, LAST_DAYS, STEPS, urlOfView, type View, viewFromUrl } from './view.ts'

const MINUTE_MS = 60_000
const time = fc.integer({ min: 0, max: 40_000_000 }).map((minutes) => minutes * MINUTE_MS)
const range = fc.oneof(
  fc.constantFrom(...LAST_DAYS).map((days) => ({ kind: 'last' as const, days })),
  fc.tuple(time, fc.integer({ min: 1, max: 600_000 })).map(([from, minutes]) => {
    return { kind: 'fixed' as const, from, to: from + minutes * MINUTE_MS }
  }),
)
const channel = fc.record({
  page: fc.constant('channel' as const),
  // `.` and `..` can't be part of any address: browsers walk along them.
  channel: fc.string({ unit: 'grapheme', minLength: 0, maxLength: 20 }).filter((name) => name !== '.' && name !== '..'),
  range,
  step: fc.constantFrom(...STEPS),
  by: fc.constantFrom(...BREAK_DOWNS),
  ghost: fc.boolean(),
  log: fc.boolean(),
  table: fc.boolean(),
  zone: fc.constantFrom('utc' as const, 'local' as const),
})
const id = fc.nat({ max: 1_000_000 })
const views: fc.Arbitrary<View> = fc.oneof(
  fc.constant({ page: 'overview' as const }),
  fc.constant({ page: 'incidents' as const }),
  channel,
  id.map((number) => ({ page: 'incident' as const, id: number })),
  fc.option(id).map((number) => ({ page: 'mail' as const, id: number })),
)

function read(url: string): View {
  // As the browser would take it apart.
  const { pathname, search } = new URL(url, 'http://127.0.0.1')
  return viewFromUrl(pathname, search)
}

test('what a view says in the address bar is read back as the same view', () => {
  fc.assert(
    fc.property(views, (view) => {
      expect(read(urlOfView(view))).toEqual(view)
    }),
  )
})

test('any address is a view, and its address stays the same view', () => {
  fc.assert(
    fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
      const view = viewFromUrl(path, query)
      if (view.page !== 'unknown') expect(read(urlOfView(view))).toEqual(view)
    }),
  )
})

test.each([
  ['/', { page: 'overview' }],
  ['/channel/nightly', channelView('nightly')],
  ['/channel/nightly?last=60d&ghost=week', channelView('nightly', { range: { kind: 'last', days: 60 }, ghost: true })],
  [
    '/channel/a%2Fb?from=2014-01-14T00:00Z&to=2014-01-21T00:00Z',
    channelView('a/b', { range: { kind: 'fixed', from: Date.UTC(2014, 0, 14), to: Date.UTC(2014, 0, 21) } }),
  ],
  ['/incident/13', { page: 'incident', id: 13 }],
  ['/incident/latest', { page: 'unknown', path: '/incident/latest' }],
  ['/mail/7', { page: 'mail', id: 7 }],
  ['/builds', { page: 'unknown', path: '/builds' }],
])('%s', (url, view) => {
  expect(read(url)).toEqual(view)
})

test('a range that ends before it starts, or isn’t one, falls back to the last week', () => {
  expect(read('/channel/x?from=2014-01-21T00:00Z&to=2014-01-14T00:00Z')).toEqual(channelView('x'))
  expect(read('/channel/x?from=yesterday&to=now')).toEqual(channelView('x'))
})

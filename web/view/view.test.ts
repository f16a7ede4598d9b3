import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildsView } from './builds-view.ts'
import {
  BREAK_DOWNS,
  channelView,
  LAST_DAYS,
  MEASURES,
  PARTS_FORMS,
  RANGE_LIMITS,
  STEPS,
  TOPS,
} from './channel-view.ts'
import { EMBED_THEMES } from './embed-view.ts'
import { FILTER_LABELS, FILTER_SEVERITIES, FILTER_STATES, incidentsView } from './incidents-view.ts'
import { invalidView } from './invalid-view.ts'
import { type Page, urlOfView, type ViewOf, viewFromUrl, zoneFromUrl } from './view.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const time = fc.integer({ min: 0, max: 40_000_000 }).map((minutes) => minutes * MINUTE_MS)
const range = fc.oneof(
  fc.constantFrom(...LAST_DAYS).map((days) => ({ kind: 'last' as const, days })),
  fc
    .tuple(
      fc.integer({ min: RANGE_LIMITS.earliest / MINUTE_MS, max: 40_000_000 }).map((minutes) => minutes * MINUTE_MS),
      fc.integer({ min: 1, max: 600_000 }),
    )
    .map(([from, minutes]) => {
      return { kind: 'fixed' as const, from, to: from + minutes * MINUTE_MS }
    }),
)
/** `.` and `..` can't be part of any address: browsers walk along them. */
const part = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((name) => name !== '.' && name !== '..')
const series = {
  range,
  step: fc.constantFrom('auto' as const, ...STEPS),
  measure: fc.constantFrom(...MEASURES),
  by: fc.constantFrom(...BREAK_DOWNS),
  parts: fc.constantFrom(...PARTS_FORMS),
  top: fc.constantFrom(...TOPS),
  ghost: fc.boolean(),
  log: fc.boolean(),
  table: fc.boolean(),
}
const id = fc.nat({ max: 1_000_000 })

/** A page whose views aren't here doesn't compile. */
const VIEWS: { readonly [P in Page]: fc.Arbitrary<ViewOf<P>> } = {
  overview: fc.constant({ page: 'overview' }),
  pipeline: fc.constantFrom({ page: 'pipeline' as const }, { page: 'pipeline' as const, table: true as const }),
  channel: fc.record({
    page: fc.constant('channel' as const),
    channel: fc.oneof(fc.constant(''), part),
    ...series,
  }),
  embed: fc.record({
    page: fc.constant('embed' as const),
    channel: part,
    theme: fc.constantFrom(...EMBED_THEMES),
    ...series,
  }),
  incidents: fc.record({
    page: fc.constant('incidents' as const),
    state: fc.option(fc.constantFrom(...FILTER_STATES)),
    kind: fc.option(part),
    channel: fc.option(part),
    severity: fc.option(fc.constantFrom(...FILTER_SEVERITIES)),
    label: fc.option(fc.constantFrom(...FILTER_LABELS)),
    text: fc.string(),
  }),
  incident: id.map((number) => ({ page: 'incident', id: number })),
  mail: fc.option(id).map((number) => ({ page: 'mail', id: number })),
  annotations: fc.tuple(fc.option(part), fc.option(time)).map(([of, at]) => ({ page: 'annotations', channel: of, at })),
  builds: fc
    .tuple(fc.oneof(fc.constant([null, null]), fc.tuple(part, fc.option(part))), fc.boolean())
    .map(([[of = null, build = null], table]) => buildsView(of, build, { table })),
  invalid: fc
    .record({ of: fc.option(part), range, problem: fc.option(part), table: fc.boolean() })
    .map(({ of, ...changes }) => invalidView(of, changes)),
  why: fc.tuple(part, time).map(([of, at]) => ({ page: 'why', channel: of, hour: Math.floor(at / HOUR_MS) * HOUR_MS })),
  search: fc.string({ unit: 'grapheme' }).map((q) => ({ page: 'search', q })),
  submission: part.map((documentId) => ({ page: 'submission', id: documentId })),
}

function read(url: string): ReturnType<typeof viewFromUrl> {
  // As the browser would take it apart.
  const { pathname, search } = new URL(url, 'http://127.0.0.1')
  return viewFromUrl(pathname, search)
}

test.each(Object.entries(VIEWS))(
  'what a view of %s says in the address bar is read back as the same view',
  (_, views) => {
    fc.assert(
      fc.property(views, fc.constantFrom('utc', 'local'), (view, zone) => {
        const { pathname, search } = new URL(urlOfView(view, zone), 'http://127.0.0.1')
        expect(viewFromUrl(pathname, search)).toEqual(view)
        expect(zoneFromUrl(search)).toBe(zone)
      }),
    )
  },
)

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
  ['/builds', buildsView()],
  ['/builds/nightly/20140201?show=table', buildsView('nightly', '20140201', { table: true })],
  ['/invalid/aurora', invalidView('aurora')],
  ['/invalid?last=60d&problem=bad_json', invalidView(null, { range: { kind: 'last', days: 60 }, problem: 'bad_json' })],
  ['/incidents?state=open&severity=none&channel=nightly', incidentsView({ state: 'open', channel: 'nightly' })],
  ['/why/nightly/2014-02-01T14:00Z', { page: 'why', channel: 'nightly', hour: Date.UTC(2014, 1, 1, 14) }],
  [
    '/why/nightly/2014-02-01T14:00Z?show=table',
    { page: 'why', channel: 'nightly', hour: Date.UTC(2014, 1, 1, 14), table: true },
  ],
  ['/why/nightly/then', { page: 'unknown', path: '/why/nightly/then' }],
  ['/search?q=a%20b', { page: 'search', q: 'a b' }],
  ['/overview', { page: 'unknown', path: '/overview' }],
  ['/toString', { page: 'unknown', path: '/toString' }],
  ['/channel/%zz', { page: 'unknown', path: '/channel/%zz' }],
])('%s', (url, view) => {
  expect(read(url)).toEqual(view)
})

test('a range that ends before it starts, or isn’t one, falls back to the last week', () => {
  expect(read('/channel/x?from=2014-01-21T00:00Z&to=2014-01-14T00:00Z')).toEqual(channelView('x'))
  expect(read('/channel/x?from=yesterday&to=now')).toEqual(channelView('x'))
  expect(read('/channel/x?from=1990-01-01&to=1990-02-01')).toEqual(channelView('x'))
  expect(read('/channel/x?from=2001-01-01&to=2031-01-01')).toEqual(channelView('x'))
})

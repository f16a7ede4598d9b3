import fc from 'fast-check'
import { TEST_ID, TEST_REVISION } from './conversion.ts'

/** What the histograms of such payloads are called; `NEW`, `ODD` and `__proto__` are to be undefined. */
export const ANY_SPECIFICATION = JSON.stringify({
  WAIT_MS: { kind: 'linear', low: 10, high: 30, n_buckets: 4 },
  USED: { kind: 'boolean' },
  KEYED: { kind: 'count', keyed: true },
  ODD: { kind: 'linear', high: 'mozilla::Unheard', n_buckets: 4 },
})

/** A JSON value in the making; `number` is given its digits when it is written. */
type Draft =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly whole: boolean }
  | { readonly kind: 'list'; readonly items: readonly Draft[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, Draft])[] }

const text = (value: string): Draft => ({ kind: 'text', text: JSON.stringify(value) })
const object = (members: readonly (readonly [string, Draft])[]): Draft => ({ kind: 'object', members })

const whole: fc.Arbitrary<Draft> = fc.constant({ kind: 'number', whole: true })
const number: fc.Arbitrary<Draft> = fc.constant({ kind: 'number', whole: false })

const anyDraft: fc.Arbitrary<Draft> = fc.letrec<{ draft: Draft }>((tie) => ({
  draft: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    number,
    fc.constant<Draft>({ kind: 'text', text: 'null' }),
    fc.array(tie('draft'), { maxLength: 3 }).map((items): Draft => ({ kind: 'list', items })),
    fc
      .array(fc.tuple(fc.constantFrom('a', 'b', 'info', 'values', '__proto__'), tie('draft')), { maxLength: 3 })
      .map(object),
  ),
})).draft

const optional = (arbitrary: fc.Arbitrary<Draft>) =>
  fc.oneof({ weight: 6, arbitrary }, { weight: 1, arbitrary: anyDraft })

/** Members of these names, some of them missing, in any order. */
function members(
  fields: Readonly<Record<string, fc.Arbitrary<Draft>>>,
): fc.Arbitrary<readonly (readonly [string, Draft])[]> {
  const each = Object.entries(fields).map(([name, value]) => value.map((draft) => [name, draft] as const))
  return fc.tuple(...each).chain((all) => fc.shuffledSubarray(all, { minLength: Math.max(0, all.length - 2) }))
}

const histogram = members({
  values: fc
    .uniqueArray(fc.tuple(fc.constantFrom('0', '1', '2', '10', '20', '30'), whole), {
      selector: ([key]) => key,
      maxLength: 3,
    })
    .map(object),
  sum: number,
  log_sum: number,
  sum_squares_hi: number,
}).chain((own) =>
  fc
    .array(fc.tuple(fc.constantFrom('range', 'histogram_type', 'median', 'sum', 'values'), anyDraft), { maxLength: 1 })
    .map((more) => object([...own, ...more])),
)

const compact = fc.tuple(fc.constantFrom(3, 4), fc.array(number, { minLength: 5, maxLength: 5 })).map(
  ([buckets, summary]): Draft => ({
    kind: 'list',
    items: [...Array<Draft>(buckets).fill({ kind: 'number', whole: true }), ...summary],
  }),
)

const eitherForm = fc.oneof(
  { weight: 3, arbitrary: histogram },
  { weight: 3, arbitrary: compact },
  { weight: 1, arbitrary: anyDraft },
)
const histograms = fc
  .array(fc.tuple(fc.constantFrom('USED', 'WAIT_MS', 'STARTUP_USED', 'ODD', 'NEW', '__proto__'), eitherForm), {
    maxLength: 4,
  })
  .map(object)
const keyedHistograms = fc
  .array(
    fc.tuple(
      fc.constantFrom('KEYED', 'USED', 'NEW'),
      optional(fc.array(fc.tuple(fc.constantFrom('a', 'b', ''), eitherForm), { maxLength: 3 }).map(object)),
    ),
    { maxLength: 3 },
  )
  .map(object)

const words = (...values: readonly string[]) => fc.constantFrom(...values).map(text)
const revision = words(TEST_REVISION, TEST_REVISION, TEST_REVISION, '/rev/', '')
const os = words('WINNT', 'Windows_NT', 'Linux')

const info = members({
  reason: words('idle-daily', 'saved-session'),
  appName: optional(words('Firefox')),
  appUpdateChannel: words('nightly', 'a/b', '..'),
  revision,
  OS: os,
  locale: number,
}).map(object)

const application = members({
  name: words('Firefox'),
  version: words('39.0a1'),
  channel: optional(words('nightly')),
  buildId: words('20150324030207'),
  vendor: number,
}).map(object)

const environment = members({
  build: fc.constant(object([['buildId', text('1')]])),
  system: members({
    os: members({ name: os, version: number }).map(object),
    memoryMB: number,
    gfx: fc
      .array(members({ RAM: number, GPUActive: number, vendorID: number }).map(object), { maxLength: 3 })
      .map((items) => {
        return object([['adapters', { kind: 'list', items }]])
      }),
  }).map(object),
}).map(object)

/** Members beside those that a version has, under names that are hard to tell from its own. */
const extras = fc.array(
  fc.tuple(
    fc.constantFrom(
      'x',
      'y',
      'payload.x',
      'payload.ver',
      'payload.payload',
      'clientID',
      'clientId',
      'id',
      'ver',
      'addonHistograms',
    ),
    anyDraft,
  ),
  { maxLength: 3 },
)

const sessionPayload = members({
  info: optional(info),
  histograms: optional(histograms),
  keyedHistograms,
  ver: number,
}).chain((own) => extras.map((more) => object([...own, ...more])))

const numbered = (...names: readonly string[]) => fc.constantFrom(...names)

const classic = members({
  histograms: optional(histograms),
  keyedHistograms: optional(keyedHistograms),
  info: optional(info),
})
const firefoxOs = members({
  pingID: words(TEST_ID, 'another'),
  'deviceinfo.update_channel': optional(words('nightly')),
  'deviceinfo.platform_version': words('31.0a1'),
  'deviceinfo.platform_build_id': words('20140325104133'),
  info: optional(info),
})
const unified = members({
  type: words('main', 'saved-session', 'saved-session', 'activation'),
  application: optional(application),
  environment: optional(environment),
  clientId: number,
  payload: optional(sessionPayload),
})
const unifiedConverted = members({ type: words('main'), application, histograms, info, payload: sessionPayload })

const versions = fc.oneof(
  fc.tuple(numbered('"ver":1', '"ver":2', '"version":1.0'), classic),
  fc.tuple(numbered('"ver":3'), firefoxOs),
  fc.tuple(numbered('"version":4', '"version":4', '"ver":4'), unified),
  fc.tuple(numbered('"version":5', '"ver":5'), unifiedConverted),
)

/**
 * Payloads of all versions as text, as clients would write them and as they never should: parts missing, of another
 * kind, twice, under names that conversion itself uses. Every number is another one, so that a test can tell whether it
 * was lost.
 */
export const anyPayload: fc.Arbitrary<string> = fc
  .tuple(versions, extras, fc.nat({ max: 5 }), fc.constantFrom('', ' ', '\n  '))
  .map(([[version, own], more, place, space]) => {
    const writer = new Writer(space)
    const written = [...own, ...more].map(([name, value]) => writer.member(name, value))
    written.splice(Math.min(place, written.length), 0, version)
    return `{${space}${written.join(`,${space}`)}${space}}`
  })

/** Writes drafts, each number other than all before. */
class Writer {
  readonly #space: string
  #numbers = 0

  constructor(space: string) {
    this.#space = space
  }

  member(name: string, value: Draft): string {
    return `${JSON.stringify(name)}:${this.#space}${this.value(value)}`
  }

  value(draft: Draft): string {
    switch (draft.kind) {
      case 'text':
        return draft.text
      case 'number':
        return `${9_007_199_254_741_000n + BigInt(++this.#numbers)}${draft.whole ? '' : '.50'}`
      case 'list':
        return `[${draft.items.map((item) => this.value(item)).join(',')}]`
      case 'object':
        return `{${draft.members.map(([name, value]) => this.member(name, value)).join(',')}}`
    }
  }
}

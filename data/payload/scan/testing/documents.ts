import fc from 'fast-check'
import { type HistogramSpecification, parseSpecification } from '../../../histograms/specification.ts'

export const REVISION = 'http://hg.mozilla.org/mozilla-central/rev/0123456789ab'

export const SPECIFICATION = readable(
  JSON.stringify({
    FLAG: { kind: 'flag' },
    FLAG_2: { kind: 'boolean' },
    ENUMERATED: { kind: 'enumerated', n_values: 20 },
    LINEAR: { kind: 'linear', high: 1000, n_buckets: 30 },
    EXPONENTIAL: { kind: 'exponential', high: 100_000, n_buckets: 50 },
    // Bounds that stand there twice, and bounds above what the scanner reads.
    NARROW: { kind: 'linear', high: 5, n_buckets: 12 },
    HIGH: { kind: 'exponential', high: 3_000_000_000, n_buckets: 10 },
    UNREADABLE: { kind: 'linear', high: 'NOT_A_CONSTANT', n_buckets: 10 },
    __proto__: { kind: 'flag' },
  }),
)

function readable(text: string): HistogramSpecification {
  const specification = parseSpecification(text)
  if (specification === null) throw new Error('the specification must be readable')
  return specification
}

const count = fc.oneof(fc.nat(9), fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER)).map(String)
const number = fc.oneof(count, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String))

/** As clients write it: buckets that have something in them, and numbers in their order. */
function histogram(name: string) {
  const bounds = SPECIFICATION.layouts.get(name.replace(/^STARTUP_/, ''))?.bounds ?? [0, 1, 2]
  return fc
    .record({
      places: fc.subarray(bounds.map((_, place) => place)),
      counts: fc.array(count, { minLength: bounds.length, maxLength: bounds.length }),
      sums: fc.array(number, { minLength: 5, maxLength: 5 }),
      kinds: fc.constantFrom(
        [],
        ['sum'],
        ['sum', 'log_sum', 'log_sum_squares'],
        ['sum', 'sum_squares_lo', 'sum_squares_hi'],
      ),
    })
    .map(({ places, counts, sums, kinds }) => {
      const values = places.map((place) => `"${bounds[place]}":${counts[place]}`)
      const summary = kinds.map((kind, place) => `,"${kind}":${sums[place]}`)
      const head = `"range":[1,${bounds.at(-1)}],"bucket_count":${bounds.length},"histogram_type":0`
      return `"${name}":{${head},"values":{${values.join(',')}}${summary.join('')}}`
    })
}

const KNOWN = ['FLAG', 'FLAG_2', 'STARTUP_FLAG', 'ENUMERATED', 'LINEAR', 'STARTUP_LINEAR', 'EXPONENTIAL']
const OTHERS = ['NARROW', 'HIGH', 'UNREADABLE', 'UNHEARD_OF', '__proto__']

/** Members that are long enough to be handed on unread, but for the last. */
const LONG = [
  `"slowSQL":{"mainThread":{"SELECT ${'x'.repeat(100)}":[7,875]},"otherThreads":{}}`,
  `"list":[${Array.from({ length: 60 }, (_, place) => place / 8)}]`,
  `"like a placeholder":{"":{"":{}},"more":"${'{}'.repeat(60)}"}`,
  `"deep":{"a":{"b":{"c":{"d":"${'y'.repeat(100)}"}}}},`,
].join(',')

function documentWith(names: fc.Arbitrary<string[]>): fc.Arbitrary<string> {
  return names.chain((names) =>
    fc
      .record({
        histograms: fc.tuple(...names.map(histogram)),
        before: fc.constantFrom(
          '',
          '"simpleMeasurements":{"uptime":12,"js":{"x":0}},',
          '"text":"ä€","a":[1,null],',
          LONG,
        ),
        behind: fc.constantFrom(
          '"slowSQL":{"mainThread":{}}',
          `"ä":"€",${LONG}"x":1`,
          `${LONG}"text":"${'ä€'.repeat(50)}"`,
        ),
        os: fc.constantFrom('WINNT', 'Windows_NT'),
        infoFirst: fc.boolean(),
      })
      .map(({ histograms, before, behind, os, infoFirst }) => {
        const info = `"info":{"reason":"idle-daily","OS":"${os}","revision":"${REVISION}","appName":"Firefox"}`
        const member = `"histograms":{${histograms.join(',')}}`
        const parts = infoFirst ? [info, member] : [member, behind, info]
        return `{"ver":1,${before}${parts.join(',')}}`
      }),
  )
}

/** As clients write them. */
export const plain = documentWith(fc.shuffledSubarray(KNOWN, { minLength: 1 }))
/** With histograms that take the complete conversion, or that nobody knows. */
export const odd = documentWith(fc.shuffledSubarray([...KNOWN, ...OTHERS], { minLength: 1 }))

const WAYS = ['alter', 'alter', 'alter', 'replace', 'remove', 'insert', 'repeat', 'swap'] as const

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\],:]|\s+|[a-z]+/g

/** What a token may turn into, whatever it was. */
const ODD_TOKENS = [
  ...[
    '',
    ' ',
    '  ',
    '\n',
    ',',
    ':',
    '{',
    '}',
    '[',
    ']',
    'null',
    'true',
    '-',
    '0',
    '00',
    '007',
    '-1',
    '-0',
    '1.5',
    '1e3',
  ],
  ...[
    '12345678901234567890',
    '1e999',
    '0.',
    '.5',
    '+1',
    '""',
    '"0"',
    '"1"',
    '"01"',
    '"-1"',
    '"1.0"',
    '"x"',
    '"\\u0030"',
  ],
  ...['"values"', '"v\\u0061lues"', '"sum"', '"log_sum"', '"range"', '"histograms"', '"info"', '"revision"', '"ver"'],
  ...['"FLAG"', '"STARTUP_FLAG"', '"HIGH"', '"UNHEARD_OF"', '"__proto__"', '{}', '[]', '{"0":1}', '{"values":{}}'],
  ...['"ä"', '"\ud800"', '"\u0000"', '"http://hg.mozilla.org/mozilla-central/rev/ba9876543210"', `"${REVISION}"`],
]

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  // Without bias: else most would begin at the first brace.
  at: fc.noBias(fc.nat()),
  to: fc.noBias(fc.nat()),
  how: fc.constantFrom(...WAYS),
  token: fc.constantFrom(...ODD_TOKENS),
})

interface Mutation {
  /** Which token, and where to; both from the beginning again where there are fewer. */
  readonly at: number
  readonly to: number
  readonly how: (typeof WAYS)[number]
  readonly token: string
}

/** `text` with one of its tokens changed, taken out, repeated, or in another place. */
export function mutated(text: string, { at, to, how, token }: Mutation): string {
  const tokens = text.match(TOKEN) ?? []
  const from = at % Math.max(1, tokens.length)
  const target = to % Math.max(1, tokens.length)
  const here = tokens[from] ?? ''
  switch (how) {
    case 'replace':
      tokens[from] = token
      break
    case 'alter': {
      const alike = ODD_TOKENS.filter((other) => kindOf(other) === kindOf(here))
      tokens[from] = alike[to % alike.length] ?? here
      break
    }
    case 'remove':
      tokens.splice(from, 1)
      break
    case 'insert':
      tokens.splice(from, 0, token)
      break
    case 'repeat':
      tokens.splice(target, 0, ...tokens.slice(from, from + 1 + (to % 12)))
      break
    case 'swap':
      tokens[from] = tokens[target] ?? ''
      tokens[target] = here
      break
    default:
      how satisfies never
  }
  return tokens.join('')
}

function kindOf(token: string): 'text' | 'number' | 'other' {
  if (token.startsWith('"')) return 'text'
  return /^[-\d]/.test(token) ? 'number' : 'other'
}

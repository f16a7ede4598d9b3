import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readDimensionSchema } from '../domain/dimension-schema.ts'
import { converted, specificationOf, submissionOf, TEST_ID, TEST_REVISION, TEST_RULES } from './testing/conversion.ts'

/** The limits that a service has where nobody sets others. */
const rules = { ...TEST_RULES, maxInflatedBytes: 16 * 1024 ** 2, json: { maxDepth: 100, maxValues: 500_000 } }
const specification = specificationOf('{"USED":{"kind":"boolean"},"KEYED":{"kind":"count"}}')
const FULL_PATH = `/submit/telemetry/${TEST_ID}/idle-daily/Firefox/29.0a1/nightly/20140116030203`
const INFO = `"info":{"reason":"idle-daily","revision":"${TEST_REVISION}"}`

function convert(body: string | Uint8Array, path?: string) {
  return converted(submissionOf(body, path), specification, rules)
}

const nested = (depth: number, open: string, close: string) =>
  `{"ver":1,"x":${open.repeat(depth)}1${close.repeat(depth)}}`
const many = (count: number, member: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => member(at)).join(',')
/** A thousand members of a megabyte each: 1 GiB out of 1 MB. */
const bomb = () => Buffer.concat(Array(1024).fill(gzipSync(Buffer.alloc(1024 ** 2, '['))))
const bytes = (text: string) => Buffer.from(text, 'latin1')

test.each<{ claim: string; body: () => string | Uint8Array; becomes: string; cause?: string }>([
  {
    claim: 'a gigabyte in a megabyte of gzip',
    body: bomb,
    becomes: 'rejected too_large_inflated',
    cause: 'more than 16777216 bytes',
  },
  {
    claim: 'as many bytes uncompressed',
    body: () => Buffer.alloc(17 * 1024 ** 2, ' '),
    becomes: 'rejected too_large_inflated',
  },
  {
    claim: 'gzip within gzip',
    body: () => gzipSync(gzipSync('{"ver":1}')),
    becomes: 'rejected bad_json',
    cause: 'not UTF-8',
  },
  {
    claim: 'lists 10,000 deep',
    body: () => nested(10_000, '[', ']'),
    becomes: 'rejected bad_json',
    cause: 'at most 100 levels',
  },
  { claim: 'objects 10,000 deep', body: () => nested(10_000, '{"x":', '}'), becomes: 'rejected bad_json' },
  {
    claim: 'ten million brackets',
    body: () => '['.repeat(10_000_000),
    becomes: 'rejected bad_json',
    cause: 'at most 100 levels',
  },
  {
    claim: 'ten million closing ones',
    body: () => `{"ver":1,"x":${']'.repeat(10_000_000)}`,
    becomes: 'rejected bad_json',
  },
  {
    claim: 'lists within each other as deep as is allowed',
    body: () => nested(99, '[', ']'),
    becomes: 'accepted none',
  },
  {
    claim: 'more values than are allowed',
    body: () => `{"ver":1,"x":[${many(500_000, () => '1')}]}`,
    becomes: 'rejected bad_json',
  },
  {
    claim: 'a version beyond all numbers',
    body: () => '{"ver":1e999}',
    becomes: 'quarantined unknown_version',
    cause: '1e999',
  },
  {
    claim: 'a version of 400 digits',
    body: () => `{"ver":${'9'.repeat(400)}}`,
    becomes: 'quarantined unknown_version',
  },
  {
    claim: 'half a surrogate in bytes',
    body: () => bytes('{"ver":1,"x":"\xed\xa0\x80"}'),
    becomes: 'rejected bad_json',
    cause: 'not UTF-8',
  },
  {
    claim: 'a zero in more bytes than it needs',
    body: () => bytes('{"ver":1,"x":"\xc0\x80"}'),
    becomes: 'rejected bad_json',
  },
  { claim: 'a character that is cut', body: () => bytes('{"ver":1,"x":"\xe2\x82'), becomes: 'rejected bad_json' },
  { claim: 'UTF-16', body: () => Buffer.from('\ufeff{"ver":1}', 'utf16le'), becomes: 'rejected bad_json' },
  { claim: 'a raw zero byte', body: () => '{"ver":1,"x":"\0"}', becomes: 'rejected bad_json' },
  { claim: 'zero bytes only', body: () => Buffer.alloc(1000), becomes: 'rejected bad_json' },
  { claim: 'two payloads', body: () => '{"ver":1}{"ver":1}', becomes: 'rejected bad_json', cause: 'the end expected' },
  {
    claim: '100,000 histograms that nobody knows',
    body: () => `{"ver":1,"histograms":{${many(100_000, (at) => `"H${at}":{}`)}},${INFO}}`,
    becomes: 'quarantined histograms_lost',
    cause: '100000 of 100000',
  },
  {
    claim: 'one histogram 100,000 times',
    body: () => `{"ver":1,"histograms":{${many(100_000, () => '"USED":{"values":{}}')}},${INFO}}`,
    becomes: 'quarantined histograms_lost',
  },
  {
    claim: '100,000 keys of a histogram',
    body: () =>
      `{"ver":1,"keyedHistograms":{"KEYED":{${many(100_000, (at) => `"k${at}":{"values":{"0":1}}`)}}},${INFO}}`,
    becomes: 'accepted none',
  },
  {
    claim: 'a histogram of 100,000 buckets',
    body: () => `{"ver":1,"histograms":{"USED":{"values":{${many(100_000, (at) => `"${at}":1`)}}}},${INFO}}`,
    becomes: 'quarantined histograms_lost',
    cause: '1 of 1',
  },
  {
    claim: '100,000 members of info',
    body: () => `{"ver":1,"info":{${many(100_000, (at) => `"m${at}":1`)}}}`,
    becomes: 'accepted none',
  },
  {
    claim: 'a session of 100,000 parts',
    body: () =>
      `{"version":4,"type":"saved-session","application":{},"environment":{},"payload":{"histograms":{},"info":{},${many(100_000, (at) => `"m${at % 50_000}":${at}`)}}}`,
    becomes: 'accepted none',
  },
  {
    claim: 'a ping id 100,000 times',
    body: () => `{"ver":3,${many(100_000, () => `"pingID":"x"`)}}`,
    becomes: 'accepted none',
  },
  {
    claim: 'a histogram’s name of a megabyte',
    body: () => `{"ver":1,"histograms":{"${'N'.repeat(1024 ** 2)}":{}},${INFO}}`,
    becomes: 'quarantined histograms_lost',
  },
  {
    claim: 'a revision of a megabyte',
    body: () => `{"ver":1,"histograms":{"USED":{}},"info":{"revision":"${'http://'.repeat(150_000)}"}}`,
    becomes: 'quarantined invalid_revision',
  },
  {
    claim: 'a revision that leaves its folder',
    body: () =>
      `{"ver":1,"histograms":{"USED":{}},"info":{"revision":"http://hg.mozilla.org/../../etc/rev/a55c55edf302"}}`,
    becomes: 'quarantined invalid_revision',
  },
  {
    claim: 'a megabyte of backslashes',
    body: () => `{"ver":1,"x":"${'\\\\'.repeat(524_288)}"}`,
    becomes: 'accepted none',
  },
])('$claim is $becomes', { timeout: 60_000 }, ({ body, becomes, cause }) => {
  const from = body()
  const { record, content } = convert(from)
  expect(`${record.outcome} ${record.problem}`).toBe(becomes)
  if (cause !== undefined) expect(record.causes[0]?.value).toContain(cause)
  if (content.kind === 'raw') expect(Buffer.from(content.body).equals(Buffer.from(from))).toBe(true)
})

describe('what stays comes out as it went in', () => {
  test.each([
    {
      claim: 'names that objects have',
      text: '{"ver":2,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    },
    {
      claim: 'numbers beyond all numbers',
      text: `{"ver":2,"x":[1e999,-1E+400,${'7'.repeat(400)},0.${'0'.repeat(400)}1,-0]}`,
    },
    { claim: 'half a surrogate, escaped', text: '{"ver":2,"\\ud800":"\\udfff\\ud800x","info":{"locale":"\\ud83d"}}' },
    { claim: 'names that nobody reads and that stand twice', text: '{"ver":2,"x":1,"x":2,"info":{"y":1,"y":2}}' },
    { claim: 'characters of all kinds', text: '{"ver":2,"x":"\u202eß😀\\u0000</script>\\r\\n"}' },
  ])('$claim', ({ text }) => {
    expect(convert(text).content).toEqual({ kind: 'converted', payload: text, dropped: '' })
    expect({}).not.toHaveProperty('polluted')
  })

  test('but for a byte order mark', () => {
    const { content } = convert(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{"ver":2}')]))
    expect(content).toEqual({ kind: 'converted', payload: '{"ver":2}', dropped: '' })
  })

  test('a count of 400 digits, and a histogram’s name that is no text', () => {
    const count = '8'.repeat(400)
    const histograms = (used: string) => `"histograms":{"USED":${used}},"keyedHistograms":{"KEYED":{"\\ud800":${used}}}`
    const raw = `{"ver":1,${histograms(`{"values":{"1":${count}},"sum":1e999}`)},${INFO}}`
    expect(convert(raw).content).toMatchObject({
      payload: `{"ver":2,${histograms(`[0,${count},0,1e999,-1,-1,-1,-1]`)},${INFO}}`,
    })
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'a histogram called %s is unknown like others',
    (name) => {
      const good = '"USED":{"values":{}},"STARTUP_USED":{"values":{}}'
      const lenient = { ...rules, lostHistogramsRatio: 1 }
      const text = `{"ver":1,"histograms":{"${name}":{"values":{"${name}":1}},${good}},${INFO}}`
      const { record, content } = converted(submissionOf(text), specification, lenient)
      expect(record).toMatchObject({ outcome: 'salvaged', problems: ['unknown_histogram'] })
      expect(content).toMatchObject({ dropped: `{"histograms":{"${name}":{"values":{"${name}":1}}}}` })
    },
  )
})

describe('a dimension', () => {
  const anything = { ...rules, dimensions: readDimensionSchema({ version: 1, dimensions: [] }) }
  const channelOf = (channel: string, someRules = anything) => {
    const text = `{"ver":1,"info":{"appUpdateChannel":${JSON.stringify(channel)}}}`
    const { record, content } = converted(submissionOf(text), specification, someRules)
    expect(content).toMatchObject({ payload: text.replace('"ver":1', '"ver":2') })
    return record.dimensions.channel
  }

  test.each([
    '..',
    '../../etc/passwd',
    '/',
    'a/b',
    'a b',
    'a_b',
    '<script>alert(1)</script>',
    "'; drop table x",
    '%2e%2e',
    'ß😀',
    '.',
  ])('of %j is a value like any other, where the schema allows any', (channel) => {
    expect(channelOf(channel)).toBe(channel)
    expect(channelOf(channel, rules)).toBe('OTHER')
  })

  test.each([
    { claim: 'a zero', channel: 'night\0ly' },
    { claim: 'a new line', channel: 'nightly\n' },
    { claim: 'characters that turn text around', channel: '\u202enightly' },
    { claim: 'a line separator', channel: 'a\u2028b' },
    { claim: 'half a surrogate', channel: 'a\ud800' },
    { claim: 'a megabyte', channel: 'x'.repeat(1024 ** 2) },
    { claim: 'more than 100 characters', channel: 'x'.repeat(101) },
  ])('with $claim in it is OTHER under any schema, and stands in the payload as it came', ({ channel }) => {
    expect(channelOf(channel)).toBe('OTHER')
  })

  test('that differs from the path’s is shown in 200 characters, however long it is', () => {
    const { record } = convert(`{"ver":1,"info":{"appVersion":"${'\\u0007'.repeat(100_000)}"}}`, FULL_PATH)
    expect(record.problems).toEqual(['dimension_mismatch'])
    expect(record.causes[0]?.field).toBe('info.appVersion')
    expect(record.causes[0]?.value).toMatch(/^payload "(\\u0007){31}$/)
  })
})

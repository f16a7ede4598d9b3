import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_DIMENSION_SCHEMA, readDimensionSchema } from '../domain/dimension-schema.ts'
import { OUTCOME_OF_PROBLEM } from '../domain/outcome.ts'
import { DEFAULT_REVISION_RULES } from '../histograms/revision.ts'
import { layoutNamed, parseSpecification } from '../histograms/specification.ts'
import { decodeSegment } from '../spool/read-segment.ts'
import { convertSubmission, failedConversion, type SpecificationResult } from './convert-submission.ts'
import { type ConversionRules, readSubmission } from './read-submission.ts'
import type { Submission } from './submission.ts'

const rules: ConversionRules = {
  maxInflatedBytes: 100_000,
  json: { maxDepth: 30, maxValues: 10_000 },
  lostHistogramsRatio: 0.1,
  revisions: DEFAULT_REVISION_RULES,
  dimensions: readDimensionSchema(DEFAULT_DIMENSION_SCHEMA),
}

const found = foundIn(
  JSON.stringify({
    WAIT_MS: { kind: 'linear', low: 10, high: 30, n_buckets: 4 },
    USED: { kind: 'boolean' },
    ODD: { kind: 'linear', high: 'mozilla::Unheard', n_buckets: 4 },
  }),
)

function foundIn(text: string): SpecificationResult {
  const specification = parseSpecification(text)
  if (specification === null) throw new Error('the specification must be readable')
  return { kind: 'found', specification }
}

const ID = '17caa68c-25f5-450a-9cce-7d31318846d8'
const FULL_PATH = `/submit/telemetry/${ID}/idle-daily/Firefox/29.0a1/nightly/20140116030203`
const REVISION = 'http://hg.mozilla.org/mozilla-central/rev/a55c55edf302'
const INFO =
  '"reason":"idle-daily","appName":"Firefox","appVersion":"29.0a1","appUpdateChannel":"nightly","appBuildID":"20140116030203"'
const USED = '"USED":{"range":[1,2],"bucket_count":3,"histogram_type":2,"values":{"0":4,"1":6},"sum":6}'
const USED_COMPACT = '"USED":[4,6,0,6,-1,-1,-1,-1]'

/** A payload of version 1; `histograms` is the inside of the object. */
function payload(histograms: string, info = `${INFO},"revision":"${REVISION}","OS":"WINNT"`, ver = '1'): string {
  return `{"ver":${ver},"histograms":{${histograms}},"info":{${info}}}`
}

function submission(body: string | Uint8Array, path = FULL_PATH, headers: Record<string, string> = {}): Submission {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return { frame: 7, receivedAt: 1_389_884_400_000, path, headers, body: bytes }
}

function convert(from: Submission, specification: SpecificationResult = found) {
  return convertSubmission(readSubmission(from, rules), specification, rules)
}

/** A specification of `count` histograms, so that a test can lose a few of many. */
function manySpecified(count: number): { specification: SpecificationResult; names: string[] } {
  const names = Array.from({ length: count }, (_, at) => `H${at}`)
  const definitions = Object.fromEntries(names.map((name) => [name, { kind: 'boolean' }]))
  return { specification: foundIn(JSON.stringify(definitions)), names }
}

const v1Boolean = (name: string, bucket = '0') => `"${name}":{"values":{"${bucket}":1},"sum":1}`

describe('what becomes of a submission', () => {
  test.each<{
    claim: string
    body: string | Uint8Array
    path?: string
    specification?: SpecificationResult
    problems: string[]
    cause?: string
  }>([
    { claim: 'a good one is accepted', body: payload(USED), problems: [] },
    { claim: 'so it is as gzip', body: gzipSync(payload(USED)), problems: [] },
    {
      claim: 'so it is with its id alone in the path',
      body: payload(USED),
      path: `/submit/telemetry/${ID}`,
      problems: [],
    },
    {
      claim: 'a malformed path is no problem where the payload has the dimensions',
      body: payload(USED),
      path: `/submit/telemetry/${ID}/idle-daily`,
      problems: [],
    },
    { claim: 'a path of another kind is none either', body: payload(USED), path: '/elsewhere', problems: [] },
    {
      claim: 'without histograms nothing needs a revision',
      body: payload('', INFO),
      specification: { kind: 'unavailable' },
      problems: [],
    },
    { claim: 'nor is histograms: null a problem', body: `{"ver":1,"histograms":null,"info":{${INFO}}}`, problems: [] },
    { claim: 'a compact one is accepted', body: payload(USED_COMPACT, undefined, '2'), problems: [] },
    {
      claim: 'a number for a dimension is its text',
      body: payload('', INFO.replace('"29.0a1"', '29')),
      path: `/submit/telemetry/${ID}`,
      problems: [],
    },
    {
      claim: 'without any dimensions they are unknown, which is no problem',
      body: '{"ver":1}',
      path: `/submit/telemetry/${ID}`,
      problems: [],
    },
    { claim: 'the path may have the dimensions alone', body: '{"ver":1,"info":{}}', problems: [] },

    {
      claim: 'payload and path disagree',
      body: payload(USED),
      path: FULL_PATH.replace('nightly', 'aurora'),
      problems: ['dimension_mismatch'],
      cause: 'info.appUpdateChannel: payload "nightly", path "aurora"',
    },

    {
      claim: 'histograms without a revision',
      body: payload(USED, INFO),
      problems: ['missing_revision'],
      cause: 'info.revision: absent',
    },
    {
      claim: 'a revision of null',
      body: payload(USED, `${INFO},"revision":null`),
      problems: ['missing_revision'],
      cause: 'info.revision: null',
    },
    { claim: 'an empty revision', body: payload(USED, `${INFO},"revision":""`), problems: ['missing_revision'] },
    { claim: 'histograms without info', body: `{"ver":1,"histograms":{${USED}}}`, problems: ['missing_revision'] },
    {
      claim: 'a revision without repository',
      body: payload(USED, `${INFO},"revision":"/rev/"`),
      problems: ['invalid_revision'],
      cause: 'info.revision: /rev/',
    },
    {
      claim: 'a revision of another host',
      body: payload(USED, `${INFO},"revision":"${REVISION.replace('hg.', 'git.')}"`),
      problems: ['invalid_revision'],
    },
    {
      claim: 'a revision that is a list',
      body: payload(USED, `${INFO},"revision":["${REVISION}"]`),
      problems: ['invalid_revision'],
    },
    {
      claim: 'a revision that a server doesn’t know',
      body: payload(USED),
      specification: { kind: 'unknown' },
      problems: ['unknown_revision'],
      cause: `info.revision: ${REVISION}`,
    },
    {
      claim: 'nobody has its specification',
      body: payload(USED),
      specification: { kind: 'unavailable' },
      problems: ['specification_unavailable'],
    },
    {
      claim: 'its only histogram is unknown',
      body: payload('"NEW":{"values":{}}'),
      problems: ['histograms_lost', 'unknown_histogram'],
      cause: 'histograms: 1 of 1',
    },
    { claim: 'another version', body: payload(USED, undefined, '6'), problems: ['unknown_version'], cause: 'ver: 6' },
    {
      claim: 'another unified one',
      body: '{"version":7,"type":"main"}',
      path: '/submit/telemetry/x/y',
      problems: ['unknown_version'],
      cause: 'ver: 7',
    },
    { claim: 'no version', body: '{}', problems: ['unknown_version'], cause: 'ver: absent' },
    {
      claim: 'a version in quotes',
      body: payload(USED, undefined, '"1"'),
      problems: ['unknown_version'],
      cause: 'ver: "1"',
    },

    { claim: 'no bytes', body: '', problems: ['empty_data'] },
    { claim: 'no bytes within gzip', body: gzipSync(''), problems: ['empty_data'] },
    {
      claim: 'half a gzip',
      body: gzipSync(payload(USED)).subarray(0, 60),
      problems: ['bad_compression'],
      cause: 'body: unexpected end of file',
    },
    {
      claim: 'the beginning of a gzip and nothing else',
      body: Buffer.from([0x1f, 0x8b]),
      problems: ['bad_compression'],
    },
    {
      claim: 'a bomb',
      body: gzipSync(Buffer.alloc(10_000_000, ' ')),
      problems: ['too_large_inflated'],
      cause: 'body: more than 100000 bytes',
    },
    {
      claim: 'no JSON',
      body: 'hello',
      problems: ['bad_json'],
      cause: 'body: a value expected at character 0, found "hello"',
    },
    { claim: 'a raw control character', body: payload(USED).replace('WINNT', 'WIN\u0001NT'), problems: ['bad_json'] },
    {
      claim: 'bytes that aren’t UTF-8',
      body: Buffer.from('{"ver":1,"x":"\xff"}', 'latin1'),
      problems: ['bad_json'],
      cause: 'body: not UTF-8',
    },
    { claim: 'nesting without end', body: `{"ver":1,"x":${'['.repeat(40)}${']'.repeat(40)}}`, problems: ['bad_json'] },
    { claim: 'a list', body: '[]', problems: ['bad_payload'], cause: 'body: array instead of an object' },
    {
      claim: 'a list of histograms',
      body: `{"ver":1,"histograms":[],"info":{${INFO}}}`,
      problems: ['bad_payload'],
      cause: 'histograms: []',
    },
    { claim: 'info that is a text', body: '{"ver":1,"info":"x"}', problems: ['bad_payload'], cause: 'info: "x"' },
    { claim: 'two versions', body: '{"ver":1,"ver":2}', problems: ['bad_payload'], cause: 'ver: stands there twice' },
    { claim: 'two channels', body: payload('', `${INFO},"appUpdateChannel":"beta"`), problems: ['bad_payload'] },
    {
      claim: 'a malformed path, and a payload that can’t help',
      body: '{"ver":1,"info":{"reason":"ftu"}}',
      path: '/submit/telemetry/x/y',
      problems: ['invalid_path'],
      cause: 'parts: the payload has no appName, appVersion, appUpdateChannel, appBuildID either',
    },
    {
      claim: 'a malformed path and no JSON',
      body: '{',
      path: '/submit/telemetry/x/y',
      problems: ['bad_json', 'invalid_path'],
    },
  ])('$claim', ({ body, path, specification, problems, cause }) => {
    const from = submission(body, path)
    const { record, content } = convert(from, specification)
    expect(record.problems).toEqual(problems)
    const first = record.problems[0]
    expect(record.problem).toBe(first ?? 'none')
    expect(record.outcome).toBe(first === undefined ? 'accepted' : OUTCOME_OF_PROBLEM[first])
    expect(record.bytes).toBe(from.body.length)
    expect(content.kind).toBe(['accepted', 'salvaged'].includes(record.outcome) ? 'converted' : 'raw')
    if (content.kind === 'raw') expect(Buffer.from(content.body).equals(from.body)).toBe(true)
    if (cause !== undefined) expect(record.causes.map(({ field, value }) => `${field}: ${value}`)).toContain(cause)
  })
})

describe('a converted payload', () => {
  test('has compact histograms and version 2, and everything else as it came', () => {
    const text = ` {"ver" : 1, "x":[1.0, 12345678901234567890, 0.1e-400],\n"histograms":{${USED}},"info":{${INFO},"revision":"${REVISION}"} }`
    const { content } = convert(submission(text))
    expect(content).toEqual({
      kind: 'converted',
      payload: text.replace('"ver" : 1', '"ver" : 2').replace(USED, USED_COMPACT),
      dropped: '',
    })
  })

  test('keeps the text of every number in a histogram', () => {
    const histogram =
      '"USED":{"values":{"1":9007199254740993},"sum":1e400,"log_sum":82.38320159912110000,"log_sum_squares":null,"sum_squares_lo":-0,"sum_squares_hi":18446744073709551615}'
    const { content } = convert(submission(payload(histogram)))
    expect(content).toMatchObject({
      payload: payload(
        '"USED":[0,9007199254740993,0,1e400,82.38320159912110000,-1,-0,18446744073709551615]',
        undefined,
        '2',
      ),
    })
  })

  test('counts in the buckets of the definition, STARTUP_ ones in those of the name behind', () => {
    const histogram = '"STARTUP_WAIT_MS":{"values":{"10":1,"20":2,"30":3},"sum":7}'
    const { content } = convert(submission(payload(histogram)))
    expect(content).toMatchObject({ payload: payload('"STARTUP_WAIT_MS":[0,1,2,3,7,-1,-1,-1,-1]', undefined, '2') })
  })

  test('of version 2 is the text that came', () => {
    const text = payload(USED_COMPACT, undefined, '2')
    expect(convert(submission(text)).content).toEqual({ kind: 'converted', payload: text, dropped: '' })
  })

  test.each([
    { claim: 'its names in one way', os: 'Windows_NT', becomes: 'WINNT', dropped: '{"info":{"OS":"Windows_NT"}}' },
    { claim: 'other systems as they came', os: 'Linux', becomes: 'Linux', dropped: '' },
  ])('says Windows’ $claim, without losing what was written', ({ os, becomes, dropped }) => {
    const info = (name: string) => `${INFO},"OS":"${name}"`
    const { record, content } = convert(submission(payload('', info(os))))
    expect(content).toEqual({ kind: 'converted', payload: payload('', info(becomes), '2'), dropped })
    expect(record).toMatchObject({ outcome: 'accepted', attributes: { os: becomes } })
  })
})

describe('histograms that can’t be converted', () => {
  const { specification, names } = manySpecified(19)
  const good = names.map((name) => v1Boolean(name))

  test.each([
    {
      claim: 'an unknown name',
      bad: '"NEW":{"values":{"0":1}}',
      problem: 'unknown_histogram',
      cause: 'histograms.NEW: not in the specification',
    },
    {
      claim: 'a name that objects have',
      bad: '"__proto__":{"values":{"0":1}}',
      problem: 'unknown_histogram',
      cause: 'histograms.__proto__: not in the specification',
    },
    {
      claim: 'a bucket of no definition',
      bad: v1Boolean('H0', '3'),
      problem: 'bad_histogram',
      cause: 'histograms.H0.values.3: 1',
    },
    {
      claim: 'a bucket that is no number',
      bad: v1Boolean('H0', 'x'),
      problem: 'bad_histogram',
      cause: 'histograms.H0.values.x: 1',
    },
    {
      claim: 'a bucket in another spelling',
      bad: v1Boolean('H0', '01'),
      problem: 'bad_histogram',
      cause: 'histograms.H0.values.01: 1',
    },
    {
      claim: 'a bucket twice',
      bad: '"H0":{"values":{"0":1,"0":2}}',
      problem: 'bad_histogram',
      cause: 'histograms.H0.values.0: 2',
    },
    {
      claim: 'a fraction for a count',
      bad: '"H0":{"values":{"0":1.5}}',
      problem: 'bad_histogram',
      cause: 'histograms.H0.values.0: 1.5',
    },
    {
      claim: 'a negative count',
      bad: '"H0":{"values":{"0":-1}}',
      problem: 'bad_histogram',
      cause: 'histograms.H0.values.0: -1',
    },
    {
      claim: 'a count in quotes',
      bad: '"H0":{"values":{"0":"1"}}',
      problem: 'bad_histogram',
      cause: 'histograms.H0.values.0: "1"',
    },
    { claim: 'no values', bad: '"H0":{"sum":1}', problem: 'bad_histogram', cause: 'histograms.H0.values: absent' },
    {
      claim: 'values that are a list',
      bad: '"H0":{"values":[1]}',
      problem: 'bad_histogram',
      cause: 'histograms.H0.values: [1]',
    },
    {
      claim: 'a sum in quotes',
      bad: '"H0":{"values":{},"sum":"1"}',
      problem: 'bad_histogram',
      cause: 'histograms.H0.sum: "1"',
    },
    { claim: 'no object', bad: '"H0":7', problem: 'bad_histogram', cause: 'histograms.H0: 7' },
  ])('$claim: taken out, kept verbatim beside the record', ({ bad, problem, cause }) => {
    const others = bad.startsWith('"H0"') ? good.slice(1) : good
    const text = payload([bad, ...others].join(','))
    const { record, content } = convert(submission(text), specification)
    expect(record).toMatchObject({ outcome: 'salvaged', problem, problems: [problem] })
    expect(record.causes.map(({ field, value }) => `${field}: ${value}`)).toEqual([cause])
    if (content.kind !== 'converted') throw new Error('it must be converted')
    expect(content.dropped).toBe(`{"histograms":{${bad}}}`)
    expect(Object.keys(JSON.parse(content.payload).histograms)).toHaveLength(others.length)
  })

  test('in compact form: of another length, or with other things than numbers', () => {
    const compact = names.map((name) => `"${name}":[1,0,0,1,-1,-1,-1,-1]`)
    for (const bad of ['[1,0,0,1]', '[1,0,0.5,1,-1,-1,-1,-1]', '[1,0,0,"1",-1,-1,-1,-1]', '{"values":{"7":1}}']) {
      const text = payload([`"H0":${bad}`, ...compact.slice(1)].join(','), undefined, '2')
      const { record, content } = convert(submission(text), specification)
      expect(record.problems).toEqual(['bad_histogram'])
      expect(content).toMatchObject({ dropped: `{"histograms":{"H0":${bad}}}` })
    }
  })

  test('under one name twice: both are taken out, for nobody knows which is meant', () => {
    const twice = [v1Boolean('H0'), v1Boolean('H0', '1')]
    const text = payload([...twice, ...good.slice(1)].join(','))
    const { record, content } = convert(submission(text), specification)
    expect(record).toMatchObject({ outcome: 'salvaged', problems: ['bad_histogram'] })
    expect(content).toMatchObject({ dropped: `{"histograms":{${twice.join(',')}}}` })
  })

  test('a tenth may be lost, more may not', () => {
    const unknown = (count: number) => Array.from({ length: count }, (_, at) => `"NEW${at}":{}`)
    const tenth = payload([...unknown(2), ...good.slice(0, 18)].join(','))
    expect(convert(submission(tenth), specification).record.outcome).toBe('salvaged')
    const more = convert(submission(payload([...unknown(2), ...good.slice(0, 17)].join(','))), specification)
    expect(more.record).toMatchObject({
      outcome: 'quarantined',
      problem: 'histograms_lost',
      problems: ['histograms_lost', 'unknown_histogram'],
    })
  })

  test('a definition that can’t be read is told as the reason', () => {
    const text = payload([...good, '"ODD":{"values":{}}'].join(','))
    const odd = foundIn(
      JSON.stringify({ ...Object.fromEntries(names.map((name) => [name, { kind: 'flag' }])), ODD: 1 }),
    )
    const { record } = convert(submission(text), odd)
    expect(record.causes).toEqual([
      { problem: 'unknown_histogram', field: 'histograms.ODD', value: 'it is no object with a kind' },
    ])
  })
})

describe('a record', () => {
  test('has its dimensions from the payload, then from the path, by the schema', () => {
    const partly = '{"ver":1,"info":{"appUpdateChannel":"nightly-ux","appVersion":""}}'
    expect(convert(submission(partly, FULL_PATH.replace('Firefox', 'Iceweasel'))).record.dimensions).toEqual({
      reason: 'idle-daily',
      appName: 'OTHER',
      appVersion: '29.0a1',
      channel: 'OTHER',
      buildId: '20140116030203',
    })
    expect(convert(submission('{"ver":1}', `/submit/telemetry/${ID}`)).record.dimensions).toMatchObject({
      reason: 'UNKNOWN',
      channel: 'UNKNOWN',
    })
  })

  test('says which prefix the revision has, allowed or not, and how the path is', () => {
    const secure = payload(USED, `${INFO},"OS":"Darwin","revision":"${REVISION.replace('hg.mozilla', 'git.example')}"`)
    expect(convert(submission(secure, `/submit/telemetry/${ID}`)).record.attributes).toEqual({
      path_form: 'id',
      revision_prefix: 'http://git.example.org',
      os: 'Darwin',
    })
    expect(convert(submission('{', '/submit/telemetry/x/y')).record.attributes).toEqual({ path_form: 'malformed' })
  })

  test('is automation where a source tag says so', () => {
    const tagged = (tags: string) => convert(submission(payload(USED), FULL_PATH, { 'x-source-tags': tags })).record
    expect(tagged('Automation, perf')).toMatchObject({
      automation: true,
      attributes: { source_tag: 'automation,perf' },
    })
    expect(tagged('nightly-automation')).toMatchObject({ automation: false })
  })

  test('has a key that is equal for equal id, reason and body, and for nothing else', () => {
    const key = (from: Submission) => convert(from).record.duplicateKey
    const first = key(submission(payload(USED)))
    expect(first).toMatch(/^[0-9a-f]{32}$/)
    expect(key({ ...submission(payload(USED)), frame: 8, receivedAt: 0 })).toBe(first)
    expect(
      key(submission(payload(USED), FULL_PATH.toUpperCase().replace('/SUBMIT/TELEMETRY/', '/submit/telemetry/'))),
    ).toBe(first)
    expect(key(submission(`${payload(USED)} `))).not.toBe(first)
    expect(key(submission(payload(USED), FULL_PATH.replace('17caa', '27caa')))).not.toBe(first)
    expect(key(submission('{}', FULL_PATH))).not.toBe(key(submission('{}', FULL_PATH.replace('idle-daily', 'ftu'))))
    expect(key(submission('{'))).toBeNull()
    expect(key(submission(payload(USED), '/submit/telemetry/'))).toBeNull()
  })

  test('shows what a client wrote without letting it act', () => {
    const { record } = convert(submission(payload(USED, `${INFO},"revision":"\\u202ex\\r\\n${'y'.repeat(300)}"`)))
    expect(record.causes[0]?.value.startsWith('\\u202ex\\u000d\\u000ayyy')).toBe(true)
    expect(record.causes[0]?.value).toHaveLength(200)
  })

  test('of a submission that our own code failed on keeps it whole', () => {
    const from = submission(payload(USED))
    const { record, content } = failedConversion(from, 'the worker died twice', rules)
    expect(record).toMatchObject({ outcome: 'rejected', problem: 'corrupted_data', duplicateKey: null })
    expect(record.causes).toEqual([{ problem: 'corrupted_data', field: 'conversion', value: 'the worker died twice' }])
    expect(content).toEqual({ kind: 'raw', path: from.path, headers: {}, body: from.body })
  })
})

describe('whatever comes', () => {
  test('numbers that stay keep their text', () => {
    const number = fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.constantFrom('', '.10', 'e5', '.0E-7'),
      )
      .map(([sign, digits, rest]) => `${sign}${digits}${rest}`)
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), fc.bigInt({ min: 0n }), number, (numbers, count, sum) => {
        const used = `"USED":{"values":{"1":${count}},"sum":${sum}}`
        const text = `{"n":[${numbers.join(' , ')}],${payload(used).slice(1)}`
        const { content } = convert(submission(text))
        const expected = `{"n":[${numbers.join(' , ')}],${payload(`"USED":[0,${count},0,${sum},-1,-1,-1,-1]`, undefined, '2').slice(1)}`
        expect(content).toEqual({ kind: 'converted', payload: expected, dropped: '' })
      }),
    )
  })
})

const REAL = '../shared/real'
describe.skipIf(!existsSync(REAL))('the real document of August 2013 in ../shared/real', () => {
  const load = () => {
    const frame = decodeSegment('telemetry1.v1.log', readFileSync(`${REAL}/telemetry1.v1.log`)).frames[0]
    if (frame?.kind !== 'submission') throw new Error('its log must hold a submission')
    const { path, body } = frame
    return {
      from: submission(body, path),
      text: gunzipSync(body).toString(),
      specification: foundIn(readFileSync(`${REAL}/histograms/a55c55edf302.FIREFOX_AURORA_23_BASE.json`, 'utf8')),
    }
  }

  test('is salvaged with 326 of its 328 histograms, the other two verbatim beside it', () => {
    const { from, text, specification } = load()
    const { record, content } = convert(from, specification)
    expect(record).toMatchObject({
      documentId: ID,
      dimensions: {
        reason: 'idle-daily',
        appName: 'Firefox',
        appVersion: '23.0.1',
        channel: 'release',
        buildId: '20130814063812',
      },
      outcome: 'salvaged',
      problems: ['unknown_histogram'],
      attributes: { path_form: 'full', os: 'WINNT', revision_prefix: 'http://hg.mozilla.org' },
      bytes: 18_255,
    })
    if (content.kind !== 'converted') throw new Error('it must be converted')
    const before = JSON.parse(text)
    const after = JSON.parse(content.payload)
    const dropped = JSON.parse(content.dropped).histograms
    expect(Object.keys(after.histograms)).toHaveLength(326)
    expect(dropped).toEqual({
      HTTP_OFFLINE_CACHE_DOCUMENT_LOAD: before.histograms.HTTP_OFFLINE_CACHE_DOCUMENT_LOAD,
      MIXED_CONTENT_PAGE_LOAD: before.histograms.MIXED_CONTENT_PAGE_LOAD,
    })
    expect({ ...after, histograms: 0 }).toEqual({ ...before, ver: 2, histograms: 0 })
    if (specification.kind !== 'found') throw new Error('it must be found')
    for (const [name, compact] of Object.entries<number[]>(after.histograms)) {
      const raw = before.histograms[name]
      const bounds = layoutNamed(specification.specification, name)?.bounds ?? []
      expect(compact.slice(0, -5)).toEqual(bounds.map((bound) => raw.values[bound] ?? 0))
      const summary = ['sum', 'log_sum', 'log_sum_squares', 'sum_squares_lo', 'sum_squares_hi']
      expect(compact.slice(-5)).toEqual(summary.map((field) => raw[field] ?? -1))
    }
  })

  test('waits in the quarantine, whole, where its specification is missing', () => {
    const { from } = load()
    const { record, content } = convert(from, { kind: 'unavailable' })
    expect(record).toMatchObject({ outcome: 'quarantined', problem: 'specification_unavailable' })
    expect(content).toMatchObject({ kind: 'raw', path: from.path, body: from.body })
  })
})

import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { converted, specificationOf, submissionOf, TEST_ID, TEST_REVISION, TEST_RULES } from './testing/conversion.ts'

/** Where the converters of 2013 lost submissions without a word. */
const specification = specificationOf(
  JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`H${at}`, { kind: 'boolean' }]))),
)
const FULL_PATH = `/submit/telemetry/${TEST_ID}/idle-daily/Firefox/29.0a1/nightly/20140116030203`
const histograms = (first: string) =>
  Array.from({ length: 20 }, (_, at) => `"H${at}":{"values":{${at === 0 ? first : '"0":1'}}}`).join(',')
const payload = (first: string, info: string) => `{"ver":1,"histograms":{${histograms(first)}},"info":{${info}}}`
const REVISION = `"revision":"${TEST_REVISION}"`

test('T7: a submission without a readable path has an outcome, a problem and its bytes like any other', () => {
  const body = gzipSync('{"ver":1}')
  const { record, content } = converted(submissionOf(body, '/submit/telemetry/x/y/z'), specification)
  expect(record).toMatchObject({ outcome: 'rejected', problem: 'invalid_path', bytes: body.length })
  expect(content).toMatchObject({ kind: 'raw', path: '/submit/telemetry/x/y/z', body })
})

test('T8: a submission without a revision is kept whole, and converts as it is where it has no histograms', () => {
  const from = submissionOf(payload('"0":1', ''))
  const { record, content } = converted(from, specification)
  expect(record).toMatchObject({ outcome: 'quarantined', problem: 'missing_revision' })
  expect(content).toMatchObject({ kind: 'raw', body: from.body })
  expect(converted(submissionOf('{"ver":1,"info":{}}'), specification).record.outcome).toBe('accepted')
})

test('T10: one bad bucket costs one histogram', () => {
  const { record, content } = converted(submissionOf(payload('"0":1,"3":1', REVISION)), specification)
  expect(record).toMatchObject({ outcome: 'salvaged', problems: ['bad_histogram'] })
  if (content.kind !== 'converted') throw new Error('it must be converted')
  expect(Object.keys(JSON.parse(content.payload).histograms)).toHaveLength(19)
  expect(content.dropped).toBe('{"histograms":{"H0":{"values":{"0":1,"3":1}}}}')
})

test('T11: where path and payload disagree, that is counted and says how', () => {
  const { record } = converted(
    submissionOf(payload('"0":1', `${REVISION},"appVersion":"30.0"`), FULL_PATH),
    specification,
  )
  expect(record).toMatchObject({ outcome: 'salvaged', problem: 'dimension_mismatch' })
  expect(record.dimensions.appVersion).toBe('30.0')
  expect(record.causes).toEqual([
    { problem: 'dimension_mismatch', field: 'info.appVersion', value: 'payload "30.0", path "29.0a1"' },
  ])
})

test('T13, T15: whatever its revision says, a submission is converted or kept whole, and its prefix is watched', () => {
  const prefixes = [
    'http://hg.mozilla.org',
    'https://hg.mozilla.org',
    'ftp://hg.mozilla.org',
    'https://git.example.org',
    '',
    '/',
  ]
  const outcomes = prefixes.map((prefix) => {
    const from = submissionOf(payload('"0":1', `"revision":"${prefix}/mozilla-central/rev/a55c55edf302"`))
    const { record, content } = converted(from, specification, TEST_RULES)
    if (content.kind === 'raw') expect(content.body).toBe(from.body)
    return `${record.outcome} ${record.attributes.revision_prefix}`
  })
  expect(outcomes).toEqual([
    'accepted http://hg.mozilla.org',
    'accepted https://hg.mozilla.org',
    'quarantined ftp://hg.mozilla.org',
    'quarantined https://git.example.org',
    'quarantined none',
    'quarantined none',
  ])
})

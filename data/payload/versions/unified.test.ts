import { expect, test } from 'vitest'
import { converted, specificationOf, submissionOf, TEST_REVISION } from '../testing/conversion.ts'

const specification = specificationOf('{"USED":{"kind":"boolean"}}')

/** A unified submission with all that its type needs, but for what a test takes away or puts in its place. */
function unified(type: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    version: 4,
    type,
    application: { name: 'Firefox', channel: 'nightly' },
    environment: {},
    payload: { info: { revision: TEST_REVISION }, histograms: { USED: { values: { 0: 1 } } } },
    ...changes,
  }
}

const convert = (payload: unknown) => converted(submissionOf(JSON.stringify(payload)), specification)

test.each([
  { claim: 'no type', payload: unified('main', { type: undefined }), field: 'type' },
  { claim: 'an empty type', payload: unified(''), field: 'type' },
  { claim: 'a number for a type', payload: unified('main', { type: 4 }), field: 'type' },
  { claim: 'no application', payload: unified('main', { application: undefined }), field: 'application' },
  { claim: 'a list of applications', payload: unified('activation', { application: [] }), field: 'application' },
  { claim: 'no payload', payload: unified('activation', { payload: undefined }), field: 'payload' },
  { claim: 'of a main, a payload of null', payload: unified('main', { payload: null }), field: 'payload' },
  { claim: 'of a main, no info', payload: unified('main', { payload: { histograms: {} } }), field: 'payload.info' },
  {
    claim: 'of a main, no histograms',
    payload: unified('main', { payload: { info: {} } }),
    field: 'payload.histograms',
  },
  {
    claim: 'of a saved-session, no histograms',
    payload: unified('saved-session', { payload: { info: {} } }),
    field: 'payload.histograms',
  },
  {
    claim: 'of a saved-session, no environment',
    payload: unified('saved-session', { environment: undefined }),
    field: 'environment',
  },
  {
    claim: 'of a saved-session, a list of keyed histograms',
    payload: unified('saved-session', { payload: { info: {}, histograms: {}, keyedHistograms: [] } }),
    field: 'payload.keyedHistograms',
  },
  { claim: 'an info where only converted ones have one', payload: unified('main', { info: {} }), field: 'info' },
])('$claim is no payload, and is kept whole', ({ payload, field }) => {
  const { record, content } = convert(payload)
  expect(record).toMatchObject({ outcome: 'rejected', problem: 'bad_payload' })
  expect(record.causes[0]?.field).toBe(field)
  expect(content.kind).toBe('raw')
})

test.each(['main', 'saved-session'])('a %s without a revision waits, unless it has no histograms', (type) => {
  const without = convert(unified(type, { payload: { info: {}, histograms: { USED: {} } } }))
  expect(without.record).toMatchObject({ outcome: 'quarantined', problem: 'missing_revision' })
  expect(without.record.causes[0]?.field).toBe('payload.info.revision')
  expect(convert(unified(type, { payload: { info: {}, histograms: {} } })).record.outcome).toBe('accepted')
})

test('a main needs no environment, and any type may have a payload of any kind', () => {
  expect(convert(unified('main', { environment: undefined })).record.outcome).toBe('accepted')
  for (const payload of [null, 7, 'x', [1], { histograms: 'x', info: [] }]) {
    const given = unified('deletion', { payload })
    expect(convert(given).content).toEqual({ kind: 'converted', payload: JSON.stringify(given), dropped: '' })
  }
})

test('its reason is its type, as in the path', () => {
  const { record } = convert(unified('main', { payload: { info: { reason: 'daily' }, histograms: {} } }))
  expect(record).toMatchObject({ problems: [], dimensions: { reason: 'main', appName: 'Firefox', channel: 'nightly' } })
})

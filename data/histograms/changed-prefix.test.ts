import fc from 'fast-check'
import { expect, test } from 'vitest'
import { converted, specificationOf, submissionOf, TEST_RULES } from '../payload/testing/conversion.ts'
import { parseRevision } from './revision.ts'

/**
 * In February 2014 builds wrote `https://` where `http://` was expected, and every submission of them was thrown away unseen.
 * Whatever prefix builds will write: either it is read, or the submission is kept whole, counted under a problem of its own, and
 * its prefix is a value of the watched attribute that wasn't there before.
 */

const SPECIFICATION = specificationOf('{"USED":{"kind":"boolean"}}')
const rules = { ...TEST_RULES, revisions: { ...TEST_RULES.revisions, prefixes: ['http://hg.mozilla.org'] } }

function convert(revision: string) {
  const body = JSON.stringify({
    ver: 1,
    info: { reason: 'idle-daily', revision },
    histograms: { USED: { values: { 0: 1 }, sum: 0 } },
  })
  return { body, ...converted(submissionOf(body), SPECIFICATION, rules) }
}

function expectSeen(revision: string): void {
  const { body, record, content } = convert(revision)
  if (parseRevision(revision, rules.revisions) !== null) {
    expect(record).toMatchObject({ outcome: 'accepted', attributes: { revision_prefix: 'http://hg.mozilla.org' } })
    return
  }
  expect(record).toMatchObject({ outcome: 'quarantined', problem: 'invalid_revision' })
  expect(record.causes[0]).toMatchObject({ problem: 'invalid_revision', field: 'info.revision' })
  expect(record.causes[0]?.value).not.toBe('')
  expect(rules.revisions.prefixes).not.toContain(record.attributes.revision_prefix)
  expect(record.attributes.revision_prefix).toMatch(/./)
  if (content.kind !== 'raw') throw new Error('it must be kept as it came')
  expect(Buffer.from(content.body).toString()).toBe(body)
}

test.each([
  'https://hg.mozilla.org/mozilla-central/rev/a55c55edf302',
  'HTTPS://HG.MOZILLA.ORG/mozilla-central/rev/a55c55edf302',
  'http://hg.mozilla.org:8000/mozilla-central/rev/a55c55edf302',
  'http://hg-edge.mozilla.org/mozilla-central/rev/a55c55edf302',
  'http://hg.mozilla.org/hg/mozilla-central/rev/a55c55edf302',
  'http://hg.mozilla.org/unified/rev/a55c55edf302',
  'http://hg.mozilla.org/mozilla-central/changeset/a55c55edf302',
  'https://github.com/mozilla/gecko-dev/commit/a55c55edf302',
  'git@github.com:mozilla/gecko-dev.git@a55c55edf302',
  'a55c55edf302',
  'http://hg.mozilla.org',
  'http://hg.mozilla.org\n',
])('builds that begin to write %s are not lost, and are seen', (revision) => {
  expect(parseRevision(revision, rules.revisions)).toBeNull()
  expectSeen(revision)
})

test('nor are builds that begin to write anything else', () => {
  const scheme = fc.constantFrom('http', 'https', 'HTTP', 'git', 'ssh', 'hg', '')
  const separator = fc.constantFrom('://', ':', '//', '')
  const host = fc.constantFrom('hg.mozilla.org', 'HG.mozilla.org', 'hg.mozilla.com', 'x@hg.mozilla.org', '[::1]', '')
  const port = fc.constantFrom('', ':80', ':443', ':8080')
  const path = fc.constantFrom(
    '/mozilla-central',
    '/hg/mozilla-central',
    '/releases/mozilla-beta',
    '/try',
    '/..',
    '//',
    '',
  )
  const end = fc.constantFrom(
    '/rev/a55c55edf302',
    '/rev/A55C55EDF302/',
    '/rev/tip',
    '/rev/',
    '/raw/a55c55edf302',
    '\n',
    '',
  )
  const built = fc.tuple(scheme, separator, host, port, path, end).map((parts) => parts.join(''))
  const anything = fc.string({ minLength: 1, unit: 'binary' })
  fc.assert(fc.property(fc.oneof({ weight: 5, arbitrary: built }, anything), expectSeen), { numRuns: 1_000 })
}, 60_000)

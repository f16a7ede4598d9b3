import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_REVISION_RULES, parseRevision, revisionPrefix, revisionUrl } from './revision.ts'

const rules = DEFAULT_REVISION_RULES
const read = (url: string) => {
  const revision = parseRevision(url, rules)
  return revision === null ? null : `${revision.prefix} ${revision.repository} ${revision.hex}`
}

describe('revision URLs', () => {
  test.each([
    'mozilla-central',
    'releases/mozilla-release',
    'releases/mozilla-beta',
    'releases/mozilla-aurora',
    'releases/mozilla-esr24',
    'projects/date',
    'projects/elm',
    'projects/ux',
    'integration/b2g-inbound',
    'integration/fx-team',
    'integration/mozilla-inbound',
  ])('of %s are read', (repository) => {
    expect(read(`http://hg.mozilla.org/${repository}/rev/a55c55edf302`)).toBe(
      `http://hg.mozilla.org ${repository} a55c55edf302`,
    )
  })

  test.each([
    { claim: 'no repository', url: '/rev/' },
    { claim: 'no repository, but a revision', url: 'http://hg.mozilla.org/rev/a55c55edf302' },
    { claim: 'a name for a revision', url: 'http://hg.mozilla.org/mozilla-central/rev/tip' },
    { claim: 'a repository that is not allowed', url: 'http://hg.mozilla.org/try/rev/a55c55edf302' },
    { claim: 'another host', url: 'http://hg.example.org/mozilla-central/rev/a55c55edf302' },
    { claim: 'a host that only begins alike', url: 'http://hg.mozilla.org.evil.org/mozilla-central/rev/a55c55edf302' },
    { claim: 'a user before the host', url: 'http://x@hg.mozilla.org/mozilla-central/rev/a55c55edf302' },
    { claim: 'another scheme', url: 'file://hg.mozilla.org/mozilla-central/rev/a55c55edf302' },
    { claim: 'another port', url: 'http://hg.mozilla.org:8080/mozilla-central/rev/a55c55edf302' },
    { claim: 'a way out', url: 'http://hg.mozilla.org/../../etc/rev/abababababab' },
    { claim: 'a way out below an allowed folder', url: 'http://hg.mozilla.org/projects/../rev/abababababab' },
    { claim: 'an encoded way out', url: 'http://hg.mozilla.org/projects/%2e%2e/rev/abababababab' },
    { claim: 'an empty folder', url: 'http://hg.mozilla.org//mozilla-central/rev/abababababab' },
    { claim: 'a query', url: 'http://hg.mozilla.org/mozilla-central/rev/abababababab?x' },
    { claim: 'a second line', url: 'http://hg.mozilla.org/mozilla-central/rev/abababababab\r\nHost: x' },
    { claim: 'a line within', url: 'http://hg.mozilla.org/mozilla-\ncentral/rev/abababababab' },
    { claim: 'too few digits', url: 'http://hg.mozilla.org/mozilla-central/rev/abc' },
    { claim: 'too many digits', url: `http://hg.mozilla.org/mozilla-central/rev/${'a'.repeat(41)}` },
    { claim: 'nothing', url: '' },
    { claim: 'a very long text', url: `http://hg.mozilla.org/${'/rev/'.repeat(100_000)}` },
  ])('with $claim are none', ({ url }) => {
    expect(parseRevision(url, rules)).toBeNull()
  })

  test('mean the same whatever scheme, case of the host, usual port, slash at the end and length of the hex', () => {
    const scheme = fc.constantFrom('http', 'https', 'HTTP', 'Https')
    const host = fc.mixedCase(fc.constant('hg.mozilla.org'))
    const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 6, maxLength: 40 })
    fc.assert(
      fc.property(scheme, host, fc.boolean(), fc.boolean(), hex, (scheme, host, port, slash, hex) => {
        const plain = scheme.toLowerCase()
        const usualPort = port ? (plain === 'http' ? ':80' : ':443') : ''
        const revision = parseRevision(
          `${scheme}://${host}${usualPort}/mozilla-central/rev/${hex}${slash ? '/' : ''}`,
          rules,
        )
        expect(revision).toEqual({
          prefix: `${plain}://hg.mozilla.org`,
          repository: 'mozilla-central',
          hex: hex.toLowerCase(),
        })
      }),
    )
  })

  test('whatever comes in, what comes out is safe in a path', () => {
    const near = fc
      .array(
        fc.constantFrom('http://hg.mozilla.org', '/', 'projects', '..', '%2f', '\r\n', 'rev', 'abcdef12', '~', ' '),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (url) => {
        const revision = parseRevision(url, rules)
        if (revision === null) return
        expect(revision.repository).toMatch(/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/)
        expect(revision.hex).toMatch(/^[0-9a-f]{6,40}$/)
        expect(parseRevision(revisionUrl(revision), rules)).toEqual(revision)
      }),
      { numRuns: 2000 },
    )
  })

  test('a prefix in the settings may have a path, a port and a slash at the end', () => {
    const own = { prefixes: ['https://mirror.example.org:8443/hg/'], repositories: ['*'] }
    expect(parseRevision('https://MIRROR.example.org:8443/hg/x.y/rev/abcdef', own)).toMatchObject({ repository: 'x.y' })
    expect(parseRevision('https://mirror.example.org:8443/x.y/rev/abcdef', own)).toBeNull()
    expect(parseRevision('https://mirror.example.org:8443/hg/x/y/rev/abcdef', own)).toBeNull()
  })
})

test.each([
  { url: 'http://hg.mozilla.org/mozilla-central/rev/a55c55edf302', prefix: 'http://hg.mozilla.org' },
  { url: 'https://HG.mozilla.org:443/mozilla-central/rev/a55c55edf302', prefix: 'https://hg.mozilla.org' },
  { url: 'https://git.example.org/try/rev/x', prefix: 'https://git.example.org' },
  { url: '/rev/', prefix: 'none' },
  { url: 'a55c55edf302', prefix: 'none' },
  { url: `https://${'h'.repeat(300)}/x`, prefix: `https://${'h'.repeat(92)}` },
])('the prefix of $url is $prefix, allowed or not', ({ url, prefix }) => {
  expect(revisionPrefix(url, rules)).toBe(prefix)
})

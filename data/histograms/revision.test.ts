import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_REVISION_RULES, parseRevision, revisionPrefix, revisionUrl } from './revision.ts'

const rules = DEFAULT_REVISION_RULES
/** What revision URLs are made of, and what those who mean ill put there. */
const PIECES =
  'http://hg.mozilla.org http://x@hg.mozilla.org https://[::1]:443 / / /rev/ projects ux mozilla-central .. . %2e%2e %2f \\ abcdef12 ~ ? # @ :80 é ．'
    .split(' ')
    .concat('\r\n', '\0', ' ')

const read = (url: string) => {
  const revision = parseRevision(url, rules)
  return revision === null ? null : `${revision.prefix} ${revision.repository} ${revision.hex}`
}

/** All from which builds came in 2013 and 2014. */
const REPOSITORIES = [
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
]

describe('revision URLs', () => {
  test.each(REPOSITORIES)('of %s are read', (repository) => {
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
    { claim: 'a way out in other letters', url: 'http://hg.mozilla.org/projects/．．/rev/abababababab' },
    { claim: 'a way out with a backslash', url: 'http://hg.mozilla.org/projects\\..\\x/rev/abababababab' },
    { claim: 'an encoded slash', url: 'http://hg.mozilla.org/projects%2fux/rev/abababababab' },
    { claim: 'a NUL', url: 'http://hg.mozilla.org/projects/ux\0/rev/abababababab' },
    { claim: 'a hidden file', url: 'http://hg.mozilla.org/projects/.hg/rev/abababababab' },
    { claim: 'an option for a name', url: 'http://hg.mozilla.org/projects/--config/rev/abababababab' },
    { claim: 'a blank in the host', url: 'http://hg.mozilla.org /mozilla-central/rev/abababababab' },
    { claim: 'a blank before it', url: ' http://hg.mozilla.org/mozilla-central/rev/abababababab' },
    { claim: 'the host as a user', url: 'http://hg.mozilla.org@evil.org/mozilla-central/rev/abababababab' },
    {
      claim: 'the host as a user, with a port',
      url: 'http://hg.mozilla.org:80@evil.org/mozilla-central/rev/abababababab',
    },
    { claim: 'an address of IPv6', url: 'http://[::1]/mozilla-central/rev/abababababab' },
    { claim: 'an address of IPv4 in IPv6', url: 'http://[::ffff:127.0.0.1]:80/mozilla-central/rev/abababababab' },
    { claim: 'a host that reads alike', url: 'http://hg.mozillа.org/mozilla-central/rev/abababababab' },
    { claim: 'digits that aren’t ASCII', url: 'http://hg.mozilla.org/mozilla-central/rev/１２３４５６７８９０１２' },
    { claim: 'an empty folder', url: 'http://hg.mozilla.org//mozilla-central/rev/abababababab' },
    { claim: 'a query', url: 'http://hg.mozilla.org/mozilla-central/rev/abababababab?x' },
    { claim: 'a second line', url: 'http://hg.mozilla.org/mozilla-central/rev/abababababab\r\nHost: x' },
    { claim: 'a line within', url: 'http://hg.mozilla.org/mozilla-\ncentral/rev/abababababab' },
    { claim: 'too few digits', url: 'http://hg.mozilla.org/mozilla-central/rev/abc' },
    { claim: 'too many digits', url: `http://hg.mozilla.org/mozilla-central/rev/${'a'.repeat(41)}` },
    { claim: 'nothing', url: '' },
    { claim: 'a very long text', url: `http://hg.mozilla.org/${'/rev/'.repeat(100_000)}` },
  ])('T16: with $claim are none', ({ url }) => {
    expect(parseRevision(url, rules)).toBeNull()
  })

  test('mean the same whatever scheme, case of the host, usual port, slash at the end and length of the hex', () => {
    const scheme = fc.constantFrom('http', 'https', 'HTTP', 'Https')
    const host = fc.mixedCase(fc.constant('hg.mozilla.org'))
    const port = fc.constantFrom('', ':80', ':443', ':8000', ':8443', ':', ':080')
    const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 6, maxLength: 40 })
    const repository = fc.constantFrom(...REPOSITORIES)
    fc.assert(
      fc.property(scheme, host, port, repository, hex, fc.boolean(), (scheme, host, port, repository, hex, slash) => {
        const plain = scheme.toLowerCase()
        const revision = parseRevision(`${scheme}://${host}${port}/${repository}/rev/${hex}${slash ? '/' : ''}`, rules)
        const isUsual = port === '' || port === (plain === 'http' ? ':80' : ':443')
        expect(revision).toEqual(
          isUsual ? { prefix: `${plain}://hg.mozilla.org`, repository, hex: hex.toLowerCase() } : null,
        )
      }),
      { numRuns: 1000 },
    )
  }, 60_000)

  test('T16: whatever comes in, what comes out is safe in a path', () => {
    const near = fc.array(fc.constantFrom(...PIECES)).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (url) => {
        const revision = parseRevision(url, rules)
        if (revision === null) return
        expect(revision.repository).toMatch(/^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)*$/)
        expect(revision.hex).toMatch(/^[0-9a-f]{6,40}$/)
        expect(parseRevision(revisionUrl(revision), rules)).toEqual(revision)
      }),
      { numRuns: 2000 },
    )
  }, 60_000)

  test('are none with a letter that only becomes one of an allowed host in lower case', () => {
    const own = { prefixes: ['http://hg.kde.org'], repositories: ['*'] }
    expect(parseRevision('http://hg.KDE.org/x/rev/abcdef', own)).not.toBeNull()
    expect(parseRevision('http://hg.\u212ade.org/x/rev/abcdef', own)).toBeNull()
  })

  test('are read by the rules at hand, whatever others made of them before', () => {
    const url = 'https://hg.mozilla.org/mozilla-central/rev/abcdef'
    const strict = { ...rules, prefixes: ['http://hg.mozilla.org'] }
    for (let times = 0; times < 2; times++) {
      expect(parseRevision(url, rules)).not.toBeNull()
      expect(parseRevision(url, strict)).toBeNull()
    }
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
  { url: 'http://hg.mozilla.org/try/rev/a55c55edf302', prefix: 'http://hg.mozilla.org/try' },
  {
    url: 'http://hg.mozilla.org/hg/mozilla-central/rev/a55c55edf302',
    prefix: 'http://hg.mozilla.org/hg/mozilla-central',
  },
  { url: 'http://hg.mozilla.org/mozilla-central/rev/tip', prefix: 'http://hg.mozilla.org/mozilla-central' },
  { url: 'http://hg.mozilla.org/rev/a55c55edf302', prefix: 'http://hg.mozilla.org/rev/' },
  { url: 'http://hg.mozilla.org/', prefix: 'http://hg.mozilla.org/rev/' },
  { url: '/rev/', prefix: 'none' },
  { url: 'a55c55edf302', prefix: 'none' },
  { url: `https://${'h'.repeat(300)}/x`, prefix: `https://${'h'.repeat(92)}` },
])('the prefix of $url is $prefix, allowed or not', ({ url, prefix }) => {
  expect(revisionPrefix(url, rules)).toBe(prefix)
})

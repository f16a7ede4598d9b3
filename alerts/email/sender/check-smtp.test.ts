import type { SMTPServerOptions } from 'smtp-server'
import { afterEach, expect, test } from 'vitest'
import { TEST_CERTIFICATE, TEST_KEY } from '../testing/certificate.ts'
import { startMailServer, type TestMailServer } from '../testing/smtp-server.ts'
import { checkSmtp } from './check-smtp.ts'
import { smtpTrouble } from './smtp-words.ts'

let server: TestMailServer | null = null
afterEach(async () => {
  await server?.close()
  server = null
})

const tls = { key: TEST_KEY, cert: TEST_CERTIFICATE }
const withPassword: SMTPServerOptions = {
  ...tls,
  authOptional: false,
  allowInsecureAuth: false,
  onAuth: ({ username, password }, _session, done) =>
    done(password === 'right' ? null : new Error('wrong password'), { user: username }),
}

async function check(options: SMTPServerOptions, url: (port: number) => string, ca?: string) {
  server = await startMailServer(options)
  return checkSmtp({ url: url(server.port), ...(ca === undefined ? {} : { ca }) })
}

test.each<{ claim: string; options: SMTPServerOptions; url: (port: number) => string; found: object }>([
  {
    claim: 'without encryption',
    options: {},
    url: (port) => `smtp://127.0.0.1:${port}`,
    found: { encryption: 'none', protocol: null, certificateEndsAt: null, user: null },
  },
  {
    claim: 'with STARTTLS and a password',
    options: withPassword,
    url: (port) => `smtp://tide:right@localhost:${port}`,
    found: { encryption: 'STARTTLS', protocol: 'TLSv1.3', user: 'tide' },
  },
  {
    claim: 'with implicit TLS and a password',
    options: { ...withPassword, secure: true },
    url: (port) => `smtps://tide:right@localhost:${port}`,
    found: { encryption: 'implicit TLS', protocol: 'TLSv1.3', user: 'tide' },
  },
])('a server $claim works, and it is said how', async ({ options, url, found }) => {
  const checked = await check(options, url, TEST_CERTIFICATE)
  expect(checked).toMatchObject({ kind: 'works', ...found })
  if (checked.kind === 'works' && checked.encryption !== 'none') {
    expect(new Date(checked.certificateEndsAt ?? 0).getUTCFullYear()).toBe(2126)
  }
})

test.each<{
  claim: string
  options: SMTPServerOptions
  url: (port: number) => string
  ca?: string
  at: string
  says: RegExp
}>([
  {
    claim: 'a certificate that nobody trusts',
    options: withPassword,
    url: (port) => `smtp://tide:right@localhost:${port}`,
    at: 'connecting',
    says: /signed by nobody whom this machine trusts: name its authority's PEM file in smtp\.caFile/,
  },
  {
    claim: 'STARTTLS where TLS is expected at once',
    options: tls,
    url: (port) => `smtps://localhost:${port}`,
    ca: TEST_CERTIFICATE,
    at: 'connecting',
    says: /does not begin with TLS: say smtp:\/\//,
  },
  {
    claim: 'a wrong password',
    options: withPassword,
    url: (port) => `smtp://tide:wrong@localhost:${port}`,
    ca: TEST_CERTIFICATE,
    at: 'signing in',
    says: /doesn't accept user and password of smtp\.url \(.*wrong password/,
  },
  {
    claim: 'nobody there',
    options: {},
    url: () => 'smtp://127.0.0.1:1',
    at: 'connecting',
    says: /^nobody listens on 127\.0\.0\.1:1 \(/,
  },
])('$claim is said in words that help', async ({ options, url, ca, at, says }) => {
  const checked = await check(options, url, ca)
  expect(checked).toMatchObject({ kind: 'trouble', at, error: expect.stringMatching(says) })
  expect(JSON.stringify(checked)).not.toMatch(/right|tide:/)
})

test.each([
  { error: { code: 'ESOCKET', message: 'certificate has expired' }, says: /has expired: its owner must renew it/ },
  {
    error: { code: 'ESOCKET', message: "Hostname/IP does not match certificate's altnames: Host: a." },
    says: /isn't for mail\.example\.org: use in smtp\.url a name that stands in it/,
  },
  { error: { code: 'ESOCKET', message: 'certificate is not yet valid' }, says: /is the clock of this machine right\?/ },
  {
    error: { code: 'EDNS', message: 'getaddrinfo ENOTFOUND mail.example.org' },
    says: /no server named mail\.example\.org/,
  },
  { error: { code: 'ETIMEDOUT', message: 'Connection timeout' }, says: /doesn't answer in time/ },
  { error: { code: 'ETLS', message: 'no STARTTLS' }, says: /a password is never sent in the clear/ },
  {
    error: { code: 'EENVELOPE', responseCode: 550, response: '550 5.1.1 no\r\nsuch user', message: 'Can’t send mail' },
    says: /^550 5\.1\.1 no such user$/,
  },
])('$error.message: $says', ({ error: { message, ...rest }, says }) => {
  const words = smtpTrouble(Object.assign(new Error(message), rest), 'smtp://tide:secret@mail.example.org')
  expect(words).toMatch(says)
  expect(words).not.toContain('secret')
})

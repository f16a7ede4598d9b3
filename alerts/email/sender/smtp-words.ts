import type { NodemailerError } from 'nodemailer'

/**
 * What went wrong with a mail server, for the person who can mend it: what it means and what to look at, then the words of the
 * server or the system in brackets. `url` is the setting `smtp.url`; nothing of its password is said.
 */
export function smtpTrouble(error: unknown, url: string): string {
  if (!(error instanceof Error)) return String(error)
  const { code = '', responseCode = 0, response = '' }: Partial<NodemailerError> = error
  const words = wordsFor(error, { code, responseCode }, new URL(url))
  // The server's own words say more than the library's about them.
  const said = oneLine(response === '' ? error.message : response)
  return words === null ? said : `${words} (${said})`
}

interface Signs {
  readonly code: string
  readonly responseCode: number
}

function wordsFor(error: Error, signs: Signs, server: URL): string | null {
  const { code, responseCode } = signs
  const name = `${server.hostname}:${server.port || (server.protocol === 'smtps:' ? 465 : 587)}`
  const certificate = certificateWords(error, server.hostname)
  if (certificate !== null) return certificate
  if (isWrongKindOfTls(error)) {
    return server.protocol === 'smtps:'
      ? `${name} does not begin with TLS: say smtp:// in smtp.url for STARTTLS, or use the port for implicit TLS, mostly 465`
      : `${name} insists on TLS from the first byte: say smtps:// in smtp.url`
  }
  if (code === 'EDNS' || /ENOTFOUND|EAI_AGAIN/.test(error.message)) return `no server named ${server.hostname} is known`
  if (/ECONNREFUSED/.test(error.message)) return `nobody listens on ${name}`
  if (/EHOSTUNREACH|ENETUNREACH/.test(error.message)) return `${name} can't be reached over the network`
  if (code === 'ETIMEDOUT') return `${name} doesn't answer in time`
  if (code === 'ETLS' || code === 'EREQUIRETLS' || code === 'ETLSSECURITY') {
    return `${name} offers no TLS (STARTTLS) that works, and a password is never sent in the clear`
  }
  if (code === 'EAUTH' && responseCode === 535) return `${name} doesn't accept user and password of smtp.url`
  if (code === 'EAUTH' || code === 'ENOAUTH') return `signing in at ${name} failed`
  if (responseCode === 530 || responseCode === 538) {
    return `${name} wants a user and a password, or TLS, before it takes mail: give them in smtp.url`
  }
  if (/closed unexpectedly|ECONNRESET|socket hang up/i.test(error.message)) return `${name} hung up in the middle`
  return null
}

/** Of TLS libraries; each name is one that Node.js gives. */
function certificateWords(error: Error, host: string): string | null {
  const code = certificateCode(error)
  switch (code) {
    case null:
      return null
    case 'CERT_HAS_EXPIRED':
      return `the certificate of ${host} has expired: its owner must renew it`
    case 'CERT_NOT_YET_VALID':
      return `the certificate of ${host} isn't valid yet: is the clock of this machine right?`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate isn't for ${host}: use in smtp.url a name that stands in it`
    default:
      return `the certificate of ${host} is signed by nobody whom this machine trusts: name its authority's PEM file in smtp.caFile`
  }
}

const CERTIFICATE_CODES = [
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
] as const

/** nodemailer puts a code of its own in the place of Node's, so the words of the message are looked at as well. */
function certificateCode(error: Error): (typeof CERTIFICATE_CODES)[number] | null {
  const cause = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : ''
  const own = 'code' in error ? String(error.code) : ''
  const named = CERTIFICATE_CODES.find((code) => code === cause || code === own)
  if (named !== undefined) return named
  const { message } = error
  if (/certificate has expired/i.test(message)) return 'CERT_HAS_EXPIRED'
  if (/certificate is not yet valid/i.test(message)) return 'CERT_NOT_YET_VALID'
  if (/does not match certificate|altnames/i.test(message)) return 'ERR_TLS_CERT_ALTNAME_INVALID'
  if (/self.signed certificate|unable to (verify|get)/i.test(message)) return 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'
  return null
}

function isWrongKindOfTls(error: Error): boolean {
  return /wrong version number|packet length too long|unknown protocol/i.test(error.message)
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

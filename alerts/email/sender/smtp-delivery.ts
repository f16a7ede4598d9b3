import { createTransport, type NodemailerError } from 'nodemailer'
import type { MimeMessage } from './mime-message.ts'

export interface SmtpSettings {
  /** `smtp://user:password@host:587` or `smtps://…`. */
  readonly url: string
  /** PEM certificates to trust besides the well-known ones. */
  readonly ca?: string
}

/**
 * - `refused`: this recipient, for ever.
 * - `failed`: try again. `isServerWide`: no other mail would have got through either.
 */
export type SmtpOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string; readonly isServerWide: boolean }

const CONNECTION_TIMEOUT_MS = 10_000
const SOCKET_TIMEOUT_MS = 30_000
const SERVER_WIDE: ReadonlySet<string> = new Set([
  'ECONNECTION',
  'EDNS',
  'ESOCKET',
  'ETIMEDOUT',
  'ETLS',
  'ETLSSECURITY',
  'EREQUIRETLS',
  'EAUTH',
  'ENOAUTH',
  'EPROTOCOL',
  'EPROXY',
])

/** Hands the mail to the server. Resolves always: expected trouble is an outcome. */
export async function deliverBySmtp({ bytes, envelope }: MimeMessage, settings: SmtpSettings): Promise<SmtpOutcome> {
  const transport = createTransport({
    url: settings.url,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    greetingTimeout: CONNECTION_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    // STARTTLS may be missing on a relay of one's own machine, but a password never crosses a network in the clear.
    requireTLS: hasPassword(settings.url) && !isLoopback(settings.url),
    ...(settings.ca === undefined ? {} : { tls: { ca: settings.ca } }),
  })
  try {
    await transport.sendMail({ raw: bytes, envelope: { from: envelope.from, to: [...envelope.to] } })
    return { kind: 'sent' }
  } catch (error) {
    return outcomeOf(error)
  } finally {
    transport.close()
  }
}

function outcomeOf(error: unknown): SmtpOutcome {
  if (!(error instanceof Error)) return { kind: 'failed', error: String(error), isServerWide: false }
  const { code = '', responseCode = 0, command = '' }: Partial<NodemailerError> = error
  // A 5xx to MAIL FROM or to the content is our own trouble, and may be mended; to RCPT TO it is the recipient's.
  if (code === 'EENVELOPE' && command === 'RCPT TO' && responseCode >= 500)
    return { kind: 'refused', error: error.message }
  return { kind: 'failed', error: error.message, isServerWide: SERVER_WIDE.has(code) }
}

function hasPassword(url: string): boolean {
  return new URL(url).password !== ''
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

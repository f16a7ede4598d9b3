import { createTransport, type NodemailerError } from 'nodemailer'
import type { HandOver } from './delivery-outcome.ts'
import type { MimeMessage } from './mime-message.ts'
import { type SmtpSettings, smtpOptions } from './smtp-options.ts'
import { smtpTrouble } from './smtp-words.ts'

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
export async function deliverBySmtp({ bytes, envelope }: MimeMessage, settings: SmtpSettings): Promise<HandOver> {
  const transport = createTransport(smtpOptions(settings))
  try {
    await transport.sendMail({ raw: bytes, envelope: { from: envelope.from, to: [...envelope.to] } })
    return { kind: 'sent' }
  } catch (error) {
    return outcomeOf(error, settings)
  } finally {
    transport.close()
  }
}

function outcomeOf(error: unknown, { url }: SmtpSettings): HandOver {
  const words = smtpTrouble(error, url)
  if (!(error instanceof Error)) return { kind: 'failed', error: words, isServerWide: false }
  const { code = '', responseCode = 0, command = '' }: Partial<NodemailerError> = error
  // A 5xx to MAIL FROM or to the content is our own trouble, and may be mended; to RCPT TO it is the recipient's.
  if (code === 'EENVELOPE' && command === 'RCPT TO' && responseCode >= 500) {
    // A server that wants a password or TLS first says so to the first recipient, and means everybody.
    if (responseCode === 530 || responseCode === 538) return { kind: 'failed', error: words, isServerWide: true }
    return { kind: 'refused', error: words }
  }
  const isRefusedContent = code === 'EMESSAGE' && responseCode >= 500
  return { kind: 'failed', error: words, isServerWide: SERVER_WIDE.has(code), isRefusedContent }
}

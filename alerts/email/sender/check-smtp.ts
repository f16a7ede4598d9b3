import { TLSSocket } from 'node:tls'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { EpochMs } from '../../../data/domain/time.ts'
import { type Credentials, credentialsOf, type SmtpSettings, smtpOptions } from './smtp-options.ts'
import { smtpTrouble } from './smtp-words.ts'

/** What a look at the mail server found; nothing is mailed by it. */
export type SmtpCheck =
  | {
      readonly kind: 'works'
      /** `mail.example.org:587` */
      readonly server: string
      readonly encryption: 'implicit TLS' | 'STARTTLS' | 'none'
      /** `TLSv1.3`; null: not encrypted. */
      readonly protocol: string | null
      /** When the server's certificate ends; null: not encrypted. */
      readonly certificateEndsAt: EpochMs | null
      /** Who signed in; null: `smtp.url` names nobody. */
      readonly user: string | null
    }
  | {
      readonly kind: 'trouble'
      readonly server: string
      /** How far it got. */
      readonly at: 'connecting' | 'signing in'
      readonly error: string
    }

/** Connects as a mail would: name, connection, TLS, sign-in. Resolves always. */
export async function checkSmtp(settings: SmtpSettings): Promise<SmtpCheck> {
  const options = smtpOptions(settings)
  const server = `${options.host}:${options.port}`
  const connection = new SMTPConnection(options)
  let at: 'connecting' | 'signing in' = 'connecting'
  try {
    await connected(connection)
    const credentials = credentialsOf(settings)
    if (credentials !== null) {
      at = 'signing in'
      await signedIn(connection, credentials)
    }
    const socket = connection._socket
    const isTls = socket instanceof TLSSocket
    return {
      kind: 'works',
      server,
      encryption: isTls ? (options.secure === true ? 'implicit TLS' : 'STARTTLS') : 'none',
      protocol: isTls ? socket.getProtocol() : null,
      certificateEndsAt: isTls ? endOf(socket) : null,
      user: credentials?.user ?? null,
    }
  } catch (error) {
    return { kind: 'trouble', server, at, error: smtpTrouble(error, settings.url) }
  } finally {
    connection.quit()
    connection.close()
  }
}

function connected(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    // Kept for good: an error after the answer must not end the process.
    connection.on('error', reject)
    connection.connect((error) => (error === undefined || error === null ? resolve() : reject(error)))
  })
}

function signedIn(connection: SMTPConnection, credentials: Credentials): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.on('error', reject)
    connection.login(credentials, (error) => (error === undefined || error === null ? resolve() : reject(error)))
  })
}

function endOf(socket: TLSSocket): EpochMs | null {
  const end = Date.parse(socket.getPeerCertificate().valid_to ?? '')
  return Number.isNaN(end) ? null : end
}

export interface SmtpSettings {
  /** `smtp://user:password@host:587` or `smtps://…`. */
  readonly url: string
  /** PEM certificates to trust besides the well-known ones. */
  readonly ca?: string
}

const CONNECTION_TIMEOUT_MS = 10_000
const SOCKET_TIMEOUT_MS = 30_000

/** How a server is spoken to, whoever speaks to it: what a check finds is what a mail would. */
export function smtpOptions(settings: SmtpSettings) {
  const { url, ca } = settings
  const { protocol, hostname, port, password } = new URL(url)
  const auth = credentialsOf(settings)
  const isSecure = protocol === 'smtps:'
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isSecure ? 465 : 587) : Number(port),
    secure: isSecure,
    ...(auth === null ? {} : { auth }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    greetingTimeout: CONNECTION_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    // STARTTLS may be missing on a relay of one's own machine, but a password never crosses a network in the clear.
    requireTLS: password !== '' && !isLoopback(hostname),
    ...(ca === undefined ? {} : { tls: { ca } }),
  }
}

export interface Credentials {
  readonly user: string
  readonly pass: string
}

/** Null: the address names nobody, and mails are handed over without signing in. */
export function credentialsOf({ url }: SmtpSettings): Credentials | null {
  const { username, password } = new URL(url)
  return username === '' ? null : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

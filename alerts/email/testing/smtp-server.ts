import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface Received {
  readonly recipients: readonly string[]
  readonly bytes: Buffer
  readonly mail: Email
}

/** A real mail server on a port of its own choice (or `port`), that keeps what it accepts. */
export interface TestMailServer {
  readonly port: number
  readonly received: readonly Received[]
  /** Those open now. */
  connections(): readonly { close(): void }[]
  close(): Promise<void>
}

export async function startMailServer(options: SMTPServerOptions = {}, port = 0): Promise<TestMailServer> {
  const received: Received[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.key === undefined ? ['STARTTLS'] : [],
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const recipients = session.envelope.rcptTo.map((each) => each.address)
        PostalMime.parse(bytes).then((mail) => {
          received.push({ recipients, bytes, mail })
          done()
        }, done)
      })
    },
    ...options,
  })
  // Clients that hang up in the middle are the tests' own doing.
  server.on('error', () => undefined)
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  const { port: listening }: Partial<AddressInfo> = Object(server.server.address())
  return {
    port: listening ?? 0,
    received,
    connections: () => [...server.connections].map((connection) => ({ close: () => connection.close() })),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { SECOND_MS } from '../../data/domain/time.ts'
import type { Logger } from '../log.ts'
import { countedResponse } from '../metrics/counted-response.ts'
import type { ReceiveMetrics } from '../metrics/receive-metrics.ts'
import { afterBody, announcesTooMuch, answerFault, answerUnasked, answerUnread } from './answer.ts'
import { answerBrokenRequests } from './broken-requests.ts'
import { CannotListen } from './cannot-listen.ts'
import { headersOverLimit } from './header-limit.ts'
import { LatestRequests } from './latest-requests.ts'
import type { NoteRefused } from './limit.ts'
import { OpenConnections } from './open-connections.ts'
import type { ReceiveOptions } from './options.ts'
import type { SubmissionHandler } from './submissions.ts'
import type { TlsPair } from './tls-pair.ts'
import type { IsTrustedProxy } from './trusted-proxies.ts'

export interface ListenerParts {
  readonly submissions: SubmissionHandler
  readonly others: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>
  readonly isTrustedProxy: IsTrustedProxy
  readonly noteRefused: NoteRefused
  readonly noteAnswered: ReceiveMetrics['answered']
  /** Null: without TLS. */
  readonly tls: TlsPair | null
  readonly log: Logger
}

export interface Listener {
  readonly server: Server
  readonly connections: OpenConnections
  /** Has connections from now on use another certificate. */
  useTls(pair: TlsPair): void
}

/** The HTTP server of a receiver, with all limits on connections and on how requests may look; it doesn't listen yet. */
export function createListener(options: ReceiveOptions, parts: ListenerParts): Listener {
  const { noteRefused, noteAnswered, tls } = parts
  const common = { ...serverOptions(options), ServerResponse: countedResponse(noteAnswered) }
  const tlsServer: TlsServer | null =
    tls === null ? null : createTlsServer({ ...common, ...tls, handshakeTimeout: common.headersTimeout })
  const server: Server = tlsServer ?? createServer(common)
  server.maxConnections = options.maxConnections
  // Node would leave out the headers beyond its own number in silence.
  server.maxHeadersCount = 0
  server.on('drop', () => noteRefused('connections'))

  const connections = new OpenConnections({ max: options.maxConnectionsPerAddress, isExempt: parts.isTrustedProxy })
  const latest = new LatestRequests()
  server.on('connection', (socket: Socket) => {
    if (connections.admit(socket)) return
    noteRefused('connections_per_address')
    socket.destroy()
  })
  const handle = requestHandler(server, options, parts, latest)
  server.on('request', (request, response) => handle(request, response, false))
  server.on('checkContinue', (request, response) => handle(request, response, true))
  // Node would leave the body to come, or not to, and then answer the same request again.
  server.on('checkExpectation', (request, response) => {
    latest.note(request, response)
    answerUnasked(request, response, 417, 'Expectation failed: only 100-continue can be expected\n')
  })
  answerBrokenRequests(server, { latest, noteRefused, noteAnswered })
  return { server, connections, useTls: (pair) => tlsServer?.setSecureContext(pair) }
}

/** Resolves with the port, after it called `onListening` in the very turn in which it listens. Rejects with CannotListen. */
export function listen(server: Server, { host, port, fd }: ReceiveOptions, onListening: () => void): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new CannotListen(`can't listen on ${host}:${port}: ${error.message}`, error.code ?? error.message)),
    )
    server.listen(fd === undefined ? { host, port } : { fd }, () => {
      onListening()
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

/** Longer than browsers and proxies keep an idle connection is of no use to clients that come once a day. */
const KEEP_ALIVE_MS = 5 * SECOND_MS
/** How often connections are looked at that may be too slow. */
const SLOW_CHECK_MS = 500
/**
 * What one reading from a connection brings at most. Where less may lie unread, Node stops reading whenever a body is longer than
 * that, also for the moment until somebody listens, and starts again: two calls of the system for each.
 */
const HIGH_WATER_MARK_BYTES = 64 * 1024
/** How many times the longest allowed path a longer one may be and still be read, so that it gets its 202. */
const READ_PATH_TIMES = 4

function serverOptions(options: ReceiveOptions): ServerOptions & { readonly headersTimeout: number } {
  const headersTimeout = options.headerTimeoutSeconds * SECOND_MS
  return {
    maxHeaderSize: options.maxHeaderBytes + READ_PATH_TIMES * options.maxPathBytes,
    headersTimeout,
    // The whole request, headers among it.
    requestTimeout: Math.max(headersTimeout, options.bodyTimeoutSeconds * SECOND_MS),
    connectionsCheckingInterval: SLOW_CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    highWaterMark: HIGH_WATER_MARK_BYTES,
    // Node would answer it without reading the body, and the client, reset while it sends, wouldn't read the answer.
    requireHostHeader: false,
  }
}

function requestHandler(
  server: Server,
  options: ReceiveOptions,
  { submissions, others, noteRefused, log }: ListenerParts,
  latest: LatestRequests,
) {
  const { maxRequestsPerConnection } = options
  return (request: IncomingMessage, response: ServerResponse, asks: boolean): void => {
    if (request.headers.upgrade !== undefined) refuseUpgrade(server, request, response)
    const number = latest.note(request, response)
    if (number >= maxRequestsPerConnection) {
      // Behind the last answer, which says that it is the last, the connection is closed. What a client sent after that
      // request without waiting gets no answer (Node's own limit would say 503), and comes again on another connection.
      if (number > maxRequestsPerConnection) return
      noteRefused('requests_per_connection')
      response.shouldKeepAlive = false
    }
    const fault = faultOf(request)
    if (fault !== null) {
      answerUnread(request, response, 400, fault, { Connection: 'close' })
      return
    }
    const tooMuch = headersOverLimit(request.rawHeaders, options)
    if (tooMuch !== null) {
      noteRefused('headers')
      if (asks) answerUnasked(request, response, 431, tooMuch)
      else answerUnread(request, response, 431, tooMuch, { Connection: 'close' })
      return
    }
    if (isUnderSubmit(request.url)) {
      submissions(request, response, asks)
      return
    }
    const answerOther = () => {
      others(request, response).catch((error: unknown) => {
        log.error({ error, url: request.url }, 'a request failed')
        answerFault(response)
      })
    }
    // The router answers at once, and may close the connection on a client that is still sending and then reads nothing.
    // One that asked before it sends may do so without waiting, so it is told yes, unless more comes than would be read.
    if (asks && announcesTooMuch(request)) {
      answerOther()
      return
    }
    if (asks) response.writeContinue()
    afterBody(request, answerOther)
  }
}

/**
 * What the parser lets pass and is no request all the same, as a sentence for its client. It takes a line without version,
 * even one that ends without CR, for HTTP/0.9, which had neither headers nor bodies: a proxy in front may read that in
 * another way, so nobody is to read anything into it. And where an upgrade is asked for as well, it takes a body in codings
 * that don't say where it ends for none.
 */
function faultOf({ httpVersion, httpVersionMajor, headers }: IncomingMessage): string | null {
  if (httpVersionMajor !== 1) return `HTTP/1.1 or HTTP/1.0, not HTTP/${httpVersion}\n`
  const coding = headers['transfer-encoding']
  if (coding !== undefined && !/(?:^|,)[ \t]*chunked$/i.test(coding))
    return 'The last transfer coding must be chunked\n'
  return httpVersion === '1.1' && headers.host === undefined ? 'HTTP/1.1 has a Host header\n' : null
}

/**
 * There is nothing here to upgrade to: it is answered as any other request. But Node's parser throws away what came with it in
 * one packet, so the connection ends here. Nor does the parser complain of a body that breaks: the time limit ends that,
 * and here the end of the client's side.
 */
function refuseUpgrade(server: Server, request: IncomingMessage, response: ServerResponse): void {
  response.shouldKeepAlive = false
  request.socket.once('end', () => {
    if (!request.complete) server.emit('clientError', new Error('the body ends too early'), request.socket)
  })
}

/** Submissions don't go through the router: it costs as much as all the rest of receiving one. */
function isUnderSubmit(url = ''): boolean {
  return /^(?:https?:\/\/[^/?#]*)?\/submit(?:[/?#]|$)/i.test(url)
}

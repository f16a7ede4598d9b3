import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { SECOND_MS } from '../../data/domain/time.ts'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import { closeOrphans } from '../../data/spool/orphans.ts'
import type { CreateSegmentFile } from '../../data/spool/segment-file.ts'
import { SpoolWriter } from '../../data/spool/spool-writer.ts'
import type { Logger } from '../log.ts'
import { Admission } from './admission.ts'
import { answer } from './answer.ts'
import { answerBrokenRequests } from './broken-requests.ts'
import { CannotListen } from './cannot-listen.ts'
import { clientAddressBehind } from './client-address.ts'
import type { ReceiveOptions } from './options.ts'
import { PendingBytes } from './pending-bytes.ts'
import { statusApp } from './status-app.ts'
import { submissionHandler } from './submissions.ts'

export interface Receiver {
  /** The port that is listened to. */
  readonly port: number
  /**
   * Takes nothing more, answers what has arrived, closes the last segment. Bodies that are still on their way get half
   * a second.
   */
  stop(): Promise<void>
}

/** What a receiver is given besides its options. */
export interface ReceiverSurroundings {
  readonly log: Logger
  /** Tests make files that fail. */
  readonly createFile?: CreateSegmentFile
}

/**
 * Starts receiving. Resolves when the listener is open and the first heartbeat on its way; rejects with CannotListen
 * where the address can't be had, and with Node's error where the spool's folders can't be made.
 */
export async function startReceiver(
  options: ReceiveOptions,
  { log, createFile }: ReceiverSurroundings,
): Promise<Receiver> {
  const { spool, receiver } = options
  const clientAddress = options.keepClientAddress ? clientAddressBehind(options.trustedProxies) : null
  await makeSpoolFolders(spool)
  const orphans = await closeOrphans(spool)
  if (orphans.length > 0) log.info({ segments: orphans }, 'closed the segments that dead receivers left open')

  const writer = new SpoolWriter({
    spool,
    receiver,
    segmentMaxAgeMs: options.segmentMaxAgeSeconds * SECOND_MS,
    segmentMaxBytes: options.segmentMaxBytes,
    onTrouble: (doing, error) => log.error({ error }, `the spool has trouble with ${doing}`),
    ...(createFile === undefined ? {} : { createFile }),
  })
  const admission = new Admission({
    writer,
    folder: spool,
    minFreeDiskBytes: options.minFreeDiskBytes,
    heartbeatMs: options.heartbeatSeconds * SECOND_MS,
    onChange: (refusal) => {
      if (refusal === null) log.info('submissions are taken again')
      else if (refusal.kind !== 'stopping') log.error({ refusal }, 'submissions are refused')
    },
  })
  const pending = new PendingBytes(options.maxPendingBytes)
  const server = listener(options, {
    submissions: submissionHandler({ ...options, writer, admission, pending, clientAddress }),
    others: getRequestListener(statusApp({ admission, version: options.version }).fetch),
    log,
  })
  // Whoever is beyond maxConnections wasn't heard, and nobody knows what it would have sent.
  server.on('drop', () => admission.noteOverload())

  await admission.prepare()
  // In the same turn as the listener opens, so that a heartbeat is the first frame of all; not before it, because a
  // receiver that never gets its address must not say that it listened.
  const port = await listen(server, options, () => admission.start())
  log.info({ receiver }, 'listening')
  return { port, stop }

  async function stop(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeIdleConnections()
    await admission.stop()
    const cut = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS)
    await closed
    clearTimeout(cut)
    await writer.stop()
    log.info({ receiver }, 'receives no more')
  }
}

const STOP_GRACE_MS = 500
/** Longer than browsers and proxies keep an idle connection is of no use to clients that come once a day. */
const KEEP_ALIVE_MS = 5 * SECOND_MS
/** How often connections are looked at that may be too slow. */
const SLOW_CHECK_MS = 500
/** How many times the longest allowed path a longer one may be and still be read, so that it gets its 202. */
const READ_PATH_TIMES = 4

interface Handlers {
  readonly submissions: ReturnType<typeof submissionHandler>
  readonly others: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>
  readonly log: Logger
}

function listener(options: ReceiveOptions, { submissions, others, log }: Handlers): Server {
  const headersTimeout = options.headerTimeoutSeconds * SECOND_MS
  const server = createServer({
    maxHeaderSize: options.maxHeaderBytes + READ_PATH_TIMES * options.maxPathBytes,
    headersTimeout,
    // The whole request, headers among it.
    requestTimeout: Math.max(headersTimeout, options.bodyTimeoutSeconds * SECOND_MS),
    connectionsCheckingInterval: SLOW_CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  })
  server.maxConnections = options.maxConnections
  const handle = (request: IncomingMessage, response: ServerResponse, asks: boolean) => {
    const handled = isUnderSubmit(request.url) ? submissions(request, response, asks) : others(request, response)
    handled.catch((error: unknown) => {
      log.error({ error, url: request.url }, 'a request failed')
      if (response.headersSent) response.destroy()
      else answer(response, 500, 'Internal error\n', { Connection: 'close' })
    })
  }
  server.on('request', (request, response) => handle(request, response, false))
  server.on('checkContinue', (request, response) => handle(request, response, true))
  answerBrokenRequests(server)
  return server
}

/** Submissions don't go through the router: it costs as much as all the rest of receiving one. */
function isUnderSubmit(url = ''): boolean {
  return /^(?:https?:\/\/[^/?#]*)?\/submit(?:[/?#]|$)/i.test(url)
}

function listen(server: Server, { host, port, fd }: ReceiveOptions, onListening: () => void): Promise<number> {
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

import { promisify } from 'node:util'
import { getRequestListener } from '@hono/node-server'
import { SECOND_MS } from '../../data/domain/time.ts'
import type { CreateSegmentFile } from '../../data/spool/segment-file.ts'
import { SpoolWriter } from '../../data/spool/spool-writer.ts'
import type { Logger } from '../log.ts'
import { NO_RECEIVE_METRICS, type ReceiveMetrics } from '../metrics/receive-metrics.ts'
import { Admission } from './admission.ts'
import { clientAddressBehind } from './client-address.ts'
import type { NoteRefused } from './limit.ts'
import { createListener, listen } from './listener.ts'
import type { ReceiveOptions } from './options.ts'
import { PendingBytes } from './pending-bytes.ts'
import { prepareSpool } from './prepare-spool.ts'
import { statusApp } from './status-app.ts'
import { submissionHandler } from './submissions.ts'
import { readTlsPair, type TlsFiles, type TlsPair, TlsTrouble, validUntil } from './tls-pair.ts'
import { watchTlsPair } from './tls-watch.ts'
import { trustedProxies } from './trusted-proxies.ts'

export interface Receiver {
  /** The port that is listened to. */
  readonly port: number
  /** Looks at once whether the certificate's files have changed, as it does every few seconds. */
  reload(): Promise<void>
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
  readonly noteRefused?: NoteRefused
  readonly metrics?: ReceiveMetrics
  /** Told of each pair that is put to work. */
  readonly onTls?: (pair: TlsPair) => void
  /** The pair that was in force before this receiver was started again; null: none is known. */
  readonly lastTls?: () => Promise<TlsPair | null>
}

/**
 * Starts receiving. Resolves when the listener is open and the first heartbeat on its way; rejects with CannotListen
 * where the address can't be had, and with TlsTrouble where there is no certificate to be used. Where the spool can't be written
 * it starts all the same, and refuses submissions until it can: a process that ended could not say so.
 */
export async function startReceiver(options: ReceiveOptions, surroundings: ReceiverSurroundings): Promise<Receiver> {
  const { log, createFile, metrics = NO_RECEIVE_METRICS, noteRefused = metrics.refused, onTls } = surroundings
  const { spool, receiver } = options
  const isTrustedProxy = trustedProxies(options.trustedProxies)
  const clientAddress = options.keepClientAddress ? clientAddressBehind(isTrustedProxy) : null
  const mend = await prepareSpool(spool, log)

  const writer = new SpoolWriter({
    spool,
    receiver,
    segmentMaxAgeMs: options.segmentMaxAgeSeconds * SECOND_MS,
    segmentMaxBytes: options.segmentMaxBytes,
    onCommit: metrics.committed,
    onTrouble: (doing, error) => log.error({ error }, `the spool has trouble with ${doing}`),
    ...(createFile === undefined ? {} : { createFile }),
  })
  const admission = new Admission({
    writer,
    folder: spool,
    minFreeDiskBytes: options.minFreeDiskBytes,
    heartbeatMs: options.heartbeatSeconds * SECOND_MS,
    mend,
    onChange: (refusal) => {
      if (refusal === null) log.info('submissions are taken again')
      else if (refusal.kind !== 'stopping') log.error({ refusal }, 'submissions are refused')
    },
  })
  const pending = new PendingBytes(options.maxPendingBytes)
  const tls = options.tls === null ? null : await tlsToBeginWith(options.tls, surroundings)
  const { server, connections, useTls } = createListener(options, {
    submissions: submissionHandler({ ...options, writer, admission, pending, clientAddress, noteRefused, log }),
    others: getRequestListener(statusApp({ admission, version: options.version }).fetch),
    isTrustedProxy,
    noteRefused,
    noteAnswered: metrics.answered,
    tls,
    log,
  })
  if (tls !== null) onTls?.(tls)
  const use = (pair: TlsPair) => {
    useTls(pair)
    onTls?.(pair)
  }
  const tlsWatch = options.tls === null ? null : watchTlsPair(options.tls, { inForce: tls, use, log })
  // Whoever is beyond maxConnections wasn't heard, and nobody knows what it would have sent.
  server.on('drop', () => admission.noteOverload())

  metrics.watch({
    connections: promisify(server.getConnections.bind(server)),
    pendingBytes: () => pending.bytes,
    refusal: () => admission.refusal()?.kind ?? null,
  })
  await admission.prepare()
  // In the same turn as the listener opens, so that a heartbeat is the first frame of all; not before it, because a
  // receiver that never gets its address must not say that it listened.
  const port = await listen(server, options, () => admission.start())
  log.info({ receiver }, 'listening')
  return { port, reload: async () => tlsWatch?.look('asked'), stop }

  async function stop(): Promise<void> {
    tlsWatch?.stop()
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeIdleConnections()
    await admission.stop()
    const cut = setTimeout(() => connections.destroyAll(), STOP_GRACE_MS)
    await closed
    clearTimeout(cut)
    await writer.stop()
    log.info({ receiver }, 'receives no more')
  }
}

const STOP_GRACE_MS = 500

/**
 * The pair of the files; where these can't be used and another was in force before, that one, as long as it is valid: who renews a
 * certificate badly must not lose what is sent until somebody sees it.
 */
async function tlsToBeginWith(
  files: TlsFiles,
  { log, lastTls }: Pick<ReceiverSurroundings, 'log' | 'lastTls'>,
): Promise<TlsPair> {
  try {
    return await readTlsPair(files)
  } catch (error) {
    const last = error instanceof TlsTrouble ? await lastTls?.() : null
    if (!(error instanceof TlsTrouble) || !last || validUntil(last).getTime() <= Date.now()) throw error
    const until = validUntil(last).toISOString()
    log.error(`the certificate of before is used again, which is valid until ${until}: ${error.message}`)
    return last
  }
}

import type { Logger } from '../log.ts'
import type { ServiceMetrics } from '../metrics/service-metrics.ts'
import { FIRST_HANDED_FD, type SupervisedChild, superviseChild } from '../process/supervise-child.ts'
import { CannotListen } from './cannot-listen.ts'
import { openListeningSocket } from './listening-socket.ts'
import { type ParentMessage, RELOAD_MESSAGE, receiverMessage } from './messages.ts'
import { seeThatNobodyReceives } from './one-service.ts'
import { RECEIVER_ENVIRONMENT, RECEIVER_NODE_OPTIONS, type ReceiveOptions } from './options.ts'
import { readTlsPair } from './tls-pair.ts'

export interface ReceiversOptions {
  /** What each of them is started with; names and the socket are given here. */
  readonly options: Omit<ReceiveOptions, 'receiver' | 'fd'>
  /** How many processes. */
  readonly count: number
  readonly log: Logger
  /** Told what each of them reports. */
  readonly metrics: ServiceMetrics
}

/** The receiver processes of this machine, on one address. */
export interface Receivers {
  readonly port: number
  /** Resolves when all of them listen; rejects with CannotListen where they can't. */
  readonly listening: Promise<void>
  /** Has each look whether the files of its certificate have changed. */
  reload(): void
  /** Has everybody answer what has arrived, and ends them. */
  stop(): Promise<void>
}

/** The certificate and key, in PEM, that a receiver of this service uses; kept here alone, in memory. */
interface KnownTls {
  inForce: { readonly certificate: string; readonly key: string } | null
}

/** What the receivers of a service are called. */
function receiverNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `local-${index + 1}`)
}

/**
 * Starts receivers; each is started again whenever it dies, and the others go on meanwhile. Rejects with CannotListen where
 * the address can't be had, with TlsTrouble where there is no certificate to be used, and with AlreadyReceiving where others
 * receive into the spool.
 */
export async function startReceivers({ options, count, log, metrics }: ReceiversOptions): Promise<Receivers> {
  if (options.tls !== null) await readTlsPair(options.tls)
  const tls: KnownTls = { inForce: null }
  const names = receiverNames(count)
  await seeThatNobodyReceives(options.spool, names)
  const socket = await openListeningSocket(options)
  const share = { ...options, ...sharedLimits(options, count), fd: FIRST_HANDED_FD }
  const receivers = names.map((receiver) => startOne({ ...share, receiver }, socket.fd, { log, metrics, tls }))
  const listening = Promise.all(receivers.map((receiver) => receiver.listening)).then(() => {
    log.info({ host: options.host, port: socket.port, receivers: names }, 'receiving submissions')
  })
  // Whoever waits for it hears of trouble; that nobody may wait yet is no reason to end.
  listening.catch(() => {})
  return {
    port: socket.port,
    listening,
    reload() {
      for (const { child } of receivers) child.send(RELOAD_MESSAGE)
    },
    async stop() {
      // Before they stop: who comes now is refused, and doesn't wait in a queue that nobody serves any more.
      socket.close()
      await Promise.all(receivers.map(({ child }) => child.stop()))
    },
  }
}

/** What protects the machine, all receivers together may take: each a part of it. */
function sharedLimits({ maxConnections, maxPendingBytes }: ReceiversOptions['options'], count: number) {
  return {
    maxConnections: Math.ceil(maxConnections / count),
    maxPendingBytes: Math.ceil(maxPendingBytes / count),
  }
}

function startOne(
  options: ReceiveOptions,
  fd: number,
  { log, metrics, tls }: Pick<ReceiversOptions, 'log' | 'metrics'> & { readonly tls: KnownTls },
): { readonly child: SupervisedChild; readonly listening: Promise<void> } {
  const { promise: listening, resolve, reject } = withResolvers()
  const answerWantedTls = () => {
    const message: ParentMessage = { kind: 'tls', pair: tls.inForce }
    child.send(message)
  }
  const child = superviseChild({
    name: options.receiver,
    entry: new URL('./main.js', import.meta.url),
    args: [JSON.stringify(options)],
    nodeOptions: RECEIVER_NODE_OPTIONS,
    env: RECEIVER_ENVIRONMENT,
    fds: [fd],
    log,
    onMessage: (sent) => {
      if (metrics.take(options.receiver, sent)) return
      const message = receiverMessage.parse(sent)
      switch (message.kind) {
        case 'listening':
          return resolve()
        case 'tls_in_force':
          tls.inForce = { certificate: message.certificate, key: message.key }
          return
        case 'tls_wanted':
          return answerWantedTls()
        case 'cannot_listen':
          // Two services may bind an address before either listens; then only listening tells.
          return reject(
            new CannotListen(`${options.receiver} can't listen on ${options.host}:${options.port}`, message.code),
          )
      }
    },
  })
  return { child, listening }
}

/** `Promise.withResolvers`, which Node.js 20 hasn't. */
function withResolvers() {
  let resolve = (): void => undefined
  let reject = (_reason: Error): void => undefined
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

import { createLog } from '../log.ts'
import { reportMetrics } from '../metrics/metrics-report.ts'
import { createProcessRegistry } from '../metrics/process-registry.ts'
import { createReceiveMetrics } from '../metrics/receive-metrics.ts'
import { endWithParent } from '../process/end-with-parent.ts'
import { CannotListen } from './cannot-listen.ts'
import { parentMessage, type ReceiverMessage } from './messages.ts'
import { receiveOptions } from './options.ts'
import { startReceiver } from './receiver.ts'
import { type TlsPair, TlsTrouble, tlsPairOf } from './tls-pair.ts'

/**
 * The receiver's process. Its one argument is `ReceiveOptions` as JSON; it tells its parent a `ReceiverMessage` and ends
 * with it, or with exit code 1 where it can't listen.
 */
const PARENT_ANSWERS_WITHIN_MS = 2000
const options = receiveOptions.parse(JSON.parse(process.argv[2] ?? ''))
const log = createLog({ level: options.logLevel, role: 'receiver' })
const registry = createProcessRegistry('receiver', { receiver: options.receiver })
const lastTls = parentsTls()
const starting = startReceiver(options, {
  log,
  metrics: createReceiveMetrics(registry),
  onTls: ({ cert, key }) =>
    tell({ kind: 'tls_in_force', certificate: cert.toString('latin1'), key: key.toString('latin1') }),
  lastTls: () => lastTls.ask(),
})
// Where it couldn't start there is nothing to stop, and below it is said why.
endWithParent(async () => (await starting.catch(() => null))?.stop())
process.on('message', (sent) => {
  const { data: message } = parentMessage.safeParse(sent)
  if (message?.kind === 'reload') void starting.then((receiver) => receiver.reload()).catch(() => {})
  if (message?.kind === 'tls') lastTls.take(message.pair)
})
try {
  const { port } = await starting
  tell({ kind: 'listening', port })
  reportMetrics(registry)
} catch (error) {
  if (error instanceof TlsTrouble) {
    log.error(error.message)
    process.exit(1)
  }
  if (!(error instanceof CannotListen) || process.send === undefined) throw error
  tell({ kind: 'cannot_listen', code: error.code }, () => process.exit(1))
}

function tell(message: ReceiverMessage, done: () => void = () => {}): void {
  process.send?.(message, done)
}

/** Asks the parent for the pair that was in force before; a parent that doesn't answer knows none. */
function parentsTls() {
  let resolve = (_: TlsPair | null): void => undefined
  return {
    take: (pair: { readonly certificate: string; readonly key: string } | null) =>
      resolve(
        pair === null ? null : tlsPairOf(Buffer.from(pair.certificate, 'latin1'), Buffer.from(pair.key, 'latin1')),
      ),
    ask: () =>
      new Promise<TlsPair | null>((answered) => {
        resolve = answered
        setTimeout(() => answered(null), PARENT_ANSWERS_WITHIN_MS).unref()
        tell({ kind: 'tls_wanted' })
      }),
  }
}

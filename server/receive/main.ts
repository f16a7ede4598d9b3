import { createLog } from '../log.ts'
import { reportMetrics } from '../metrics/metrics-report.ts'
import { createProcessRegistry } from '../metrics/process-registry.ts'
import { createReceiveMetrics } from '../metrics/receive-metrics.ts'
import { endWithParent } from '../process/end-with-parent.ts'
import { CannotListen } from './cannot-listen.ts'
import { parentMessage, type ReceiverMessage } from './messages.ts'
import { receiveOptions } from './options.ts'
import { startReceiver } from './receiver.ts'
import { TlsTrouble } from './tls-pair.ts'

/**
 * The receiver's process. Its one argument is `ReceiveOptions` as JSON; it tells its parent a `ReceiverMessage` and ends
 * with it, or with exit code 1 where it can't listen.
 */
const options = receiveOptions.parse(JSON.parse(process.argv[2] ?? ''))
const log = createLog({ level: options.logLevel, role: 'receiver' })
const registry = createProcessRegistry('receiver', { receiver: options.receiver })
const starting = startReceiver(options, { log, metrics: createReceiveMetrics(registry) })
// Where it couldn't start there is nothing to stop, and below it is said why.
endWithParent(async () => (await starting.catch(() => null))?.stop())
process.on('message', (sent) => {
  if (parentMessage.safeParse(sent).success) void starting.then((receiver) => receiver.reload()).catch(() => {})
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

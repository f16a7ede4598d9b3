import { createLog } from '../log.ts'
import { endWithParent } from '../process/end-with-parent.ts'
import { receiveOptions } from './options.ts'
import { startReceiver } from './receiver.ts'

/**
 * The receiver's process. Its one argument is `ReceiveOptions` as JSON; it tells its parent `{kind: 'listening', port}`
 * and ends with it.
 */
const options = receiveOptions.parse(JSON.parse(process.argv[2] ?? ''))
const log = createLog({ level: options.logLevel, role: 'receiver' })
const starting = startReceiver(options, { log })
endWithParent(async () => (await starting).stop())
const { port } = await starting
process.send?.({ kind: 'listening', port })

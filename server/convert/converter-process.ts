import type { Logger } from '../log.ts'
import { convertChildOptions } from '../owner/child-options.ts'
import { stateFolders } from '../owner/state-folders.ts'
import { superviseChild } from '../process/supervise-child.ts'
import type { LiveSettings } from '../settings/live-settings.ts'
import { CONVERTER_NODE_OPTIONS } from './options.ts'

/** The converter's process; with other settings it is another one. */
export interface ConverterProcess {
  /** It ends what it has begun, and isn't started again. */
  stop(): Promise<void>
}

export interface ConverterProcessOptions {
  /** Followed: where a reload changes what concerns the converter, the present process ends what it has begun, and another one begins. */
  readonly settings: LiveSettings
  readonly log: Logger
  /** What the process sends, as it came. */
  readonly onMessage: (sent: unknown) => void
}

/** Starts the converter in a process of its own, and again whenever it dies. */
export function startConverterProcess({ settings, log, onMessage }: ConverterProcessOptions): ConverterProcess {
  const argument = () => JSON.stringify(convertChildOptions(settings.current, stateFolders(settings.current.state)))
  const start = (given: string) =>
    superviseChild({
      name: 'converter',
      entry: new URL('./main.js', import.meta.url),
      args: [given],
      nodeOptions: CONVERTER_NODE_OPTIONS,
      log,
      onMessage,
    })
  let inForce = argument()
  let running = Promise.resolve(start(inForce))
  let isStopping = false
  settings.onChange(() => {
    const given = argument()
    if (given === inForce || isStopping) return
    inForce = given
    running = running.then(async (before) => {
      await before.stop()
      return isStopping ? before : start(given)
    })
  })
  return {
    async stop() {
      isStopping = true
      await (await running).stop()
    },
  }
}

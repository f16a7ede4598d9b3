import { Converter } from './convert/converter.ts'
import { convertOptions } from './convert/options.ts'
import type { Logger } from './log.ts'
import { convertChildOptions, receiveChildOptions } from './owner/child-options.ts'
import { stateFolders } from './owner/state-folders.ts'
import { startReceiver } from './receive/receiver.ts'
import type { Settings } from './settings/schema.ts'

interface RoleSurroundings {
  readonly log: Logger
  readonly stop: AbortSignal
}

/** Receives until `stop`, in this process; leaves its segments to whoever converts. Answers the exit code. */
export async function runReceiver(
  settings: Settings,
  { log, stop, version }: RoleSurroundings & { readonly version: string },
): Promise<number> {
  const options = receiveChildOptions(settings, stateFolders(settings.state), version)
  const receiver = await startReceiver(options, { log })
  log.info({ port: receiver.port }, 'receiving')
  await aborted(stop)
  await receiver.stop()
  return 0
}

/** Converts what is closed until `stop`, in this process; leaves converted files to the owner. Answers the exit code. */
export async function runConverter(settings: Settings, { log, stop }: RoleSurroundings): Promise<number> {
  const options = convertOptions.parse(convertChildOptions(settings, stateFolders(settings.state)))
  const converter = new Converter(options, log, (segment) => log.debug({ segment }, 'converted'))
  await converter.start()
  await aborted(stop)
  await converter.stop()
  return 0
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

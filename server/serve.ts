import { z } from 'zod'
import type { EpochMs } from '../data/domain/time.ts'
import type { Freshness } from './api/types.ts'
import type { Logger } from './log.ts'
import { convertChildOptions, receiveChildOptions } from './owner/child-options.ts'
import { type Owner, startOwner } from './owner/owner.ts'
import { stateFolders } from './owner/state-folders.ts'
import { type SupervisedChild, superviseChild } from './process/supervise-child.ts'
import { httpUrl } from './settings/http-url.ts'
import type { LiveSettings } from './settings/live-settings.ts'

export interface ServiceOptions {
  readonly settings: LiveSettings
  readonly log: Logger
  readonly version: string
  readonly now: () => EpochMs
  readonly mode: Freshness['mode']
  readonly webFolder: string
  /** Whether receiver and converter run beside the owner; without them it merges what others leave. */
  readonly hasChildren: boolean
}

export interface Service {
  readonly dashboardPort: number
  /** The port that submissions are received on; resolves when they are. Null: nobody receives here. */
  readonly receivePort: Promise<number> | null
  /** Stops receiving, converts, counts and archives what was received, and ends. */
  stop(): Promise<void>
}

const listening = z.object({ kind: z.literal('listening'), port: z.int() })

/** All roles in one process tree: the owner here, receiver and converter as its children. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const owner = await startOwner(options)
  if (!options.hasChildren) {
    return { dashboardPort: owner.dashboardPort, receivePort: null, stop: () => owner.stop() }
  }
  const { receiver, receivePort } = startReceiver(options, owner)
  const converter = startConverter(options, owner)
  return {
    dashboardPort: owner.dashboardPort,
    receivePort,
    async stop() {
      // In the order of the flow, so that nothing received waits for the next start.
      await receiver.stop()
      await converter.stop()
      await owner.stop()
    },
  }
}

function startReceiver({ settings, log, version }: ServiceOptions, owner: Owner) {
  const options = receiveChildOptions(settings.current, stateFolders(settings.current.state), version)
  let heardPort = (_port: number): void => undefined
  const receivePort = new Promise<number>((resolve) => {
    heardPort = resolve
  })
  const receiver: SupervisedChild = superviseChild({
    name: 'receiver',
    entry: new URL('./receive/main.js', import.meta.url),
    args: [JSON.stringify(options)],
    log,
    onMessage: (message) => {
      const heard = listening.safeParse(message)
      if (!heard.success) return
      owner.receivesOn(httpUrl(settings.current.receive.listen, heard.data.port))
      heardPort(heard.data.port)
    },
  })
  return { receiver, receivePort }
}

function startConverter({ settings, log }: ServiceOptions, owner: Owner): SupervisedChild {
  const options = convertChildOptions(settings.current, stateFolders(settings.current.state))
  return superviseChild({
    name: 'converter',
    entry: new URL('./convert/main.js', import.meta.url),
    args: [JSON.stringify(options)],
    log,
    onMessage: () => owner.wake(),
  })
}

import type { EpochMs } from '../data/domain/time.ts'
import type { Freshness } from './api/types.ts'
import type { Logger } from './log.ts'
import { convertChildOptions, receiveChildOptions } from './owner/child-options.ts'
import { type Owner, startOwner } from './owner/owner.ts'
import { stateFolders } from './owner/state-folders.ts'
import { type SupervisedChild, superviseChild } from './process/supervise-child.ts'
import { CannotListen } from './receive/cannot-listen.ts'
import { receiverMessage } from './receive/messages.ts'
import { httpUrl } from './settings/http-url.ts'
import { listenTrouble } from './settings/listen-trouble.ts'
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
  /**
   * The port that submissions are received on; resolves when they are, rejects with CannotListen where the address can't
   * be had at the first try: then nobody will receive. Null: nobody receives here.
   */
  readonly receivePort: Promise<number> | null
  /** Stops receiving, converts, counts and archives what was received, and ends. */
  stop(): Promise<void>
}

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
  const { listen } = settings.current.receive
  let heardPort = (_port: number): void => undefined
  let heardTrouble = (_trouble: CannotListen): void => undefined
  const receivePort = new Promise<number>((resolve, reject) => {
    heardPort = resolve
    heardTrouble = reject
  })
  let state: 'starting' | 'listening' | 'in_trouble' = 'starting'
  const receiver: SupervisedChild = superviseChild({
    name: 'receiver',
    entry: new URL('./receive/main.js', import.meta.url),
    args: [JSON.stringify(options)],
    log,
    onMessage: (sent) => {
      const message = receiverMessage.parse(sent)
      if (message.kind === 'listening') {
        state = 'listening'
        owner.receivesOn(httpUrl(listen, message.port))
        heardPort(message.port)
        return
      }
      const trouble = listenTrouble('receive.listen', listen, message.code)
      if (state === 'starting') {
        void receiver.stop()
        heardTrouble(new CannotListen(trouble, message.code))
      } else if (state === 'listening') {
        // Somebody took the address while the receiver was started again: said once, and tried on.
        state = 'in_trouble'
        log.error(trouble)
      }
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

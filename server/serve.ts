import type { EpochMs } from '../data/domain/time.ts'
import type { Freshness } from './api/types.ts'
import { CONVERTER_NODE_OPTIONS } from './convert/options.ts'
import type { Logger } from './log.ts'
import { createOwnerMetrics } from './metrics/owner-metrics.ts'
import { createProcessRegistry } from './metrics/process-registry.ts'
import { ServiceMetrics } from './metrics/service-metrics.ts'
import { convertChildOptions, receiveChildOptions } from './owner/child-options.ts'
import { type Owner, startOwner } from './owner/owner.ts'
import { stateFolders } from './owner/state-folders.ts'
import { superviseChild } from './process/supervise-child.ts'
import { type Receivers, startReceivers } from './receive/receivers.ts'
import { receiveUrl } from './settings/http-url.ts'
import type { LiveSettings } from './settings/live-settings.ts'

export interface ServiceOptions {
  readonly settings: LiveSettings
  readonly log: Logger
  readonly version: string
  readonly now: () => EpochMs
  readonly mode: Freshness['mode']
  readonly webFolder: string
  /** Whether receivers and converter run beside the owner; without them it merges what others leave. */
  readonly hasChildren: boolean
}

export interface Service {
  readonly dashboardPort: number
  /**
   * The port that submissions are received on; resolves when they are, rejects with CannotListen where another service
   * got the address at the same moment. Null: nobody receives here.
   */
  readonly receivePort: Promise<number> | null
  /** Stops receiving, converts, counts and archives what was received, and ends. */
  stop(): Promise<void>
}

/**
 * All roles in one process tree: the owner here, receivers and converter as its children. Throws as startOwner does, and
 * as startReceivers does; then nothing is left running.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const registry = createProcessRegistry('owner')
  const metrics = { owner: createOwnerMetrics(registry, options.version), service: new ServiceMetrics(registry) }
  const owner = await startOwner({ ...options, metrics })
  if (!options.hasChildren) {
    return { dashboardPort: owner.dashboardPort, receivePort: null, stop: () => owner.stop() }
  }
  const receivers = await startReceiving(options, metrics.service).catch(async (error: unknown) => {
    await owner.stop()
    throw error
  })
  owner.receivesOn(receiveUrl(options.settings.current.receive, receivers.port))
  options.settings.onReload(() => receivers.reload())
  const converter = startConverter(options, owner, metrics.service)
  options.settings.onChange(() => converter.reload())
  return {
    dashboardPort: owner.dashboardPort,
    receivePort: receivers.listening.then(() => receivers.port),
    async stop() {
      // In the order of the flow, so that nothing received waits for the next start.
      await receivers.stop()
      await converter.stop()
      await owner.stop()
    },
  }
}

function startReceiving({ settings, log, version }: ServiceOptions, metrics: ServiceMetrics): Promise<Receivers> {
  const options = receiveChildOptions(settings.current, stateFolders(settings.current.state), version)
  return startReceivers({ options, count: settings.current.receive.receivers, log, metrics })
}

/** The converter's process; with other settings it is another one. */
interface ConverterProcess {
  /** Puts the settings to work that concern it; the present process ends what it has begun. */
  reload(): void
  stop(): Promise<void>
}

function startConverter({ settings, log }: ServiceOptions, owner: Owner, metrics: ServiceMetrics): ConverterProcess {
  const argument = () => JSON.stringify(convertChildOptions(settings.current, stateFolders(settings.current.state)))
  const start = (given: string) =>
    superviseChild({
      name: 'converter',
      entry: new URL('./convert/main.js', import.meta.url),
      args: [given],
      nodeOptions: CONVERTER_NODE_OPTIONS,
      log,
      onMessage: (sent) => {
        if (!metrics.take('converter', sent)) owner.wake()
      },
    })
  let inForce = argument()
  let running = Promise.resolve(start(inForce))
  let isStopping = false
  return {
    reload() {
      const given = argument()
      if (given === inForce || isStopping) return
      inForce = given
      running = running.then(async (before) => {
        await before.stop()
        return isStopping ? before : start(given)
      })
    },
    async stop() {
      isStopping = true
      await (await running).stop()
    },
  }
}

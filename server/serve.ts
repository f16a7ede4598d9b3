import type { EpochMs } from '../data/domain/time.ts'
import type { Freshness } from './api/types.ts'
import { startConverterProcess } from './convert/converter-process.ts'
import type { Logger } from './log.ts'
import { createOwnerMetrics } from './metrics/owner-metrics.ts'
import { createProcessRegistry } from './metrics/process-registry.ts'
import { ServiceMetrics } from './metrics/service-metrics.ts'
import { receiveChildOptions } from './owner/child-options.ts'
import { startOwner } from './owner/owner.ts'
import { stateFolders } from './owner/state-folders.ts'
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
  const converter = startConverterProcess({
    settings: options.settings,
    log: options.log,
    onMessage: (sent) => {
      if (!metrics.service.take('converter', sent)) owner.wake()
    },
  })
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

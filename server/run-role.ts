import { makeSpoolFolders } from '../data/spool/folders.ts'
import { startConverterProcess } from './convert/converter-process.ts'
import type { Logger } from './log.ts'
import { adminApp } from './metrics/metrics-routes.ts'
import { createProcessRegistry } from './metrics/process-registry.ts'
import { ServiceMetrics } from './metrics/service-metrics.ts'
import { receiveChildOptions } from './owner/child-options.ts'
import { type RunningServer, serveOn } from './owner/serve-on.ts'
import { stateFolders } from './owner/state-folders.ts'
import { startReceivers } from './receive/receivers.ts'
import type { LiveSettings } from './settings/live-settings.ts'
import type { Settings } from './settings/schema.ts'

interface RoleSurroundings {
  readonly log: Logger
  readonly stop: AbortSignal
}

/**
 * Receives until `stop`, in processes of their own; leaves their segments to whoever converts. Answers the exit code.
 * Throws as startReceivers does, and Node's error where the spool can't be made.
 */
export async function runReceiver(
  live: LiveSettings,
  { log, stop, version }: RoleSurroundings & { readonly version: string },
): Promise<number> {
  const settings = live.current
  const folders = stateFolders(settings.state)
  const metrics = new ServiceMetrics(createProcessRegistry('receiver', { receiver: 'parent' }))
  await makeSpoolFolders(folders.spool)
  const options = receiveChildOptions(settings, folders, version)
  const receivers = await startReceivers({ options, count: settings.receive.receivers, log, metrics })
  const admin = await serveAdmin(settings, metrics)
  live.onReload(() => receivers.reload())
  try {
    await Promise.race([receivers.listening.then(() => aborted(stop)), aborted(stop)])
  } finally {
    await receivers.stop()
    await admin?.stop()
  }
  return 0
}

/**
 * Converts what is closed until `stop`, in a process of its own; leaves converted files to the owner. Answers the exit code. Throws
 * Node's error where the spool can't be made.
 */
export async function runConverter(live: LiveSettings, { log, stop }: RoleSurroundings): Promise<number> {
  const metrics = new ServiceMetrics(createProcessRegistry('converter', { converter: 'parent' }))
  await makeSpoolFolders(stateFolders(live.current.state).spool)
  const admin = await serveAdmin(live.current, metrics)
  const converter = startConverterProcess({
    settings: live,
    log,
    onMessage: (sent) => metrics.take('converter', sent),
  })
  await aborted(stop)
  await converter.stop()
  await admin?.stop()
  return 0
}

/** Null where the settings name no address. Rejects with Node's error where it can't be had. */
async function serveAdmin({ admin, dashboard }: Settings, metrics: ServiceMetrics): Promise<RunningServer | null> {
  if (admin.listen === null) return null
  return serveOn(
    adminApp(metrics, () => dashboard.hostNames),
    admin.listen,
  )
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

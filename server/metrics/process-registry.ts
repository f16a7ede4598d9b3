import { collectDefaultMetrics, Registry } from 'prom-client'

/** Which process of a service a series is about. */
type ProcessName = 'owner' | 'receiver' | 'converter'

/**
 * A registry for one process, with what Node.js tells of it: CPU, memory, event loop, garbage collection. Those series carry
 * `process`; `labels` are carried by every series of the registry, so that two processes' never fall together.
 */
export function createProcessRegistry(name: ProcessName, labels: Readonly<Record<string, string>> = {}): Registry {
  const registry = new Registry()
  registry.setDefaultLabels(labels)
  collectDefaultMetrics({ register: registry, labels: { process: name } })
  return registry
}

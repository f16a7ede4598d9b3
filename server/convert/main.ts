import { createLog } from '../log.ts'
import { createConvertMetrics } from '../metrics/convert-metrics.ts'
import { reportMetrics } from '../metrics/metrics-report.ts'
import { createProcessRegistry } from '../metrics/process-registry.ts'
import { endWithParent } from '../process/end-with-parent.ts'
import { Converter } from './converter.ts'
import { convertOptions } from './options.ts'

/**
 * The converter's process. Its one argument is `ConvertOptions` as JSON. Tells its parent `{kind: 'ready'}`, and
 * `{kind: 'converted', segment}` for each converted file, and its metrics. Asked to stop, it first converts what is closed.
 */
const options = convertOptions.parse(JSON.parse(process.argv[2] ?? '{}'))
const log = createLog({ level: options.logLevel, role: 'converter' })
const registry = createProcessRegistry('converter')
const metrics = createConvertMetrics(registry)
const converter = new Converter(options, {
  log,
  metrics,
  onConverted: (segment) => tell({ kind: 'converted', segment }),
})

endWithParent(() => converter.stop())
await converter.start()
reportMetrics(registry)
tell({ kind: 'ready' })

function tell(message: { kind: string; segment?: string }): void {
  // A parent that is just going doesn't hear it; its successor looks into the folder.
  process.send?.(message, undefined, undefined, () => {})
}

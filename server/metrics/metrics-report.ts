import type { Registry } from 'prom-client'
import { z } from 'zod'
import { SECOND_MS } from '../../data/domain/time.ts'

/** A number that JSON can't hold (the mean of nothing, an infinity) comes as null. */
const value = z
  .number()
  .nullable()
  .transform((given) => given ?? Number.NaN)

const family = z.object({
  name: z.string(),
  help: z.string(),
  type: z.enum(['counter', 'gauge', 'histogram', 'summary']),
  values: z.array(
    z.object({
      value,
      labels: z.record(z.string(), z.union([z.string(), z.number()])),
      metricName: z.string().optional(),
    }),
  ),
})

/** What a child process tells its parent of itself, again and again. */
const metricsReport = z.object({ kind: z.literal('metrics'), families: z.array(family) })

/** One metric with all its series, as one process sees it. */
export type MetricFamily = z.infer<typeof family>

const REPORT_EVERY_MS = SECOND_MS

/** For a child process: reports `registry` to the parent, at once and every second. Nothing where there is no parent. */
export function reportMetrics(registry: Registry): void {
  if (process.send === undefined) return
  const report = async (): Promise<void> => {
    const families: unknown = await registry.getMetricsAsJSON()
    // A parent that is just going doesn't hear it.
    if (process.connected) process.send?.({ kind: 'metrics', families }, undefined, undefined, () => {})
  }
  setInterval(() => void report(), REPORT_EVERY_MS).unref()
  void report()
}

/** The families in a child's message, none where it isn't as it should be; null: it is another message. */
export function readMetricsReport(message: unknown): readonly MetricFamily[] | null {
  const isReport = typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'metrics'
  return isReport ? (metricsReport.safeParse(message).data?.families ?? []) : null
}

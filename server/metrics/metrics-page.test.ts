import { readFile } from 'node:fs/promises'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createConvertMetrics } from './convert-metrics.ts'
import { createOwnerMetrics } from './owner-metrics.ts'
import { createReceiveMetrics } from './receive-metrics.ts'

const page = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8')

/** Names and label names of our own metrics, as the processes register them. */
function registered(): Map<string, readonly string[]> {
  const registry = new Registry()
  createReceiveMetrics(registry)
  createConvertMetrics(registry)
  createOwnerMetrics(registry, '0')
  const labels = (metric: object) =>
    'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames : []
  return new Map(registry.getMetricsAsArray().map((metric) => [metric.name, labels(metric)]))
}

/** The first column of the page's tables: `name{label,label}`. */
function documented(): Map<string, readonly string[]> {
  const rows = page.matchAll(/^\| `(tidewatch_[a-z_]+)(?:\{([a-z_,]+)\})?` \|/gm)
  return new Map([...rows].map(([, name = '', labels = '']) => [name, labels === '' ? [] : labels.split(',')]))
}

test('docs/metrics.md has a row for every metric with its labels, and for no other', () => {
  expect(Object.fromEntries(documented())).toEqual(Object.fromEntries(registered()))
})

test('names end in their unit, and counters in _total', () => {
  const registry = new Registry()
  createReceiveMetrics(registry)
  createConvertMetrics(registry)
  createOwnerMetrics(registry, '0')
  for (const { name, type } of registry.getMetricsAsArray()) {
    expect(`${name} ${String(type)}`).toMatch(
      /(_total counter|_(seconds|bytes|submissions|segments|mails|connections|workers|busy|open|refusing|info) (gauge|histogram))$/,
    )
  }
})

test('every limit is told', async () => {
  const registry = new Registry()
  createReceiveMetrics(registry)
  const refused = await registry.getSingleMetric('tidewatch_receive_refused_total')?.get()
  expect(refused?.values.length).toBeGreaterThan(0)
  for (const { labels } of refused?.values ?? []) expect(page).toContain(`\`${labels.limit}\``)
})

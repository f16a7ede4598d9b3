import { Counter, Gauge, Registry } from 'prom-client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createConvertMetrics } from './convert-metrics.ts'
import { createReceiveMetrics, type ReceiveMetrics } from './receive-metrics.ts'
import { ServiceMetrics } from './service-metrics.ts'

let own: Registry
let service: ServiceMetrics

beforeEach(() => {
  own = new Registry()
  service = new ServiceMetrics(own)
})
afterEach(() => {
  vi.useRealTimers()
})

/** A receiver's process, as its parent hears it: through JSON. */
function receiver(name: string): { metrics: ReceiveMetrics; report: () => Promise<unknown> } {
  const registry = new Registry()
  registry.setDefaultLabels({ receiver: name })
  const metrics = createReceiveMetrics(registry)
  const report = async () =>
    JSON.parse(JSON.stringify({ kind: 'metrics', families: await registry.getMetricsAsJSON() }))
  return { metrics, report }
}

async function linesOf(name: string): Promise<string[]> {
  return (await service.text()).split('\n').filter((line) => line.startsWith(name))
}

test('each process’s series stand side by side under one name, those of the root among them', async () => {
  new Counter({ name: 'tidewatch_merged_segments_total', help: 'x', registers: [own] }).inc(7)
  const [one, other] = [receiver('local-1'), receiver('local-2')]
  one.metrics.committed({ submissions: 3, bytes: 100, seconds: 0.002 })
  other.metrics.committed({ submissions: 4, bytes: 200, seconds: 0.002 })
  expect(service.take('local-1', await one.report())).toBe(true)
  expect(service.take('local-2', await other.report())).toBe(true)
  expect(await linesOf('tidewatch_receive_submissions_total')).toEqual([
    'tidewatch_receive_submissions_total{receiver="local-1"} 3',
    'tidewatch_receive_submissions_total{receiver="local-2"} 4',
  ])
  expect(await linesOf('tidewatch_merged_segments_total')).toEqual(['tidewatch_merged_segments_total 7'])
  expect(await linesOf('# TYPE tidewatch_receive_submissions_total')).toHaveLength(1)
})

test('a child that was started again begins at zero, and the others’ counts stay', async () => {
  const [one, other] = [receiver('local-1'), receiver('local-2')]
  one.metrics.answered(200, 0.001)
  other.metrics.answered(200, 0.001)
  service.take('local-1', await one.report())
  service.take('local-2', await other.report())
  service.take('local-1', await receiver('local-1').report())
  expect(await linesOf('tidewatch_receive_requests_total{status="200"')).toEqual([
    'tidewatch_receive_requests_total{status="200",receiver="local-1"} 0',
    'tidewatch_receive_requests_total{status="200",receiver="local-2"} 1',
  ])
})

test('a child that says nothing any more is left out', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  service.take('local-1', await receiver('local-1').report())
  vi.advanceTimersByTime(9_000)
  expect(service.reported('tidewatch_receive_refusing')).toHaveLength(3)
  vi.advanceTimersByTime(2_000)
  expect(service.reported('tidewatch_receive_refusing')).toEqual([])
  expect(await linesOf('tidewatch')).toEqual([])
})

test('other messages are not taken, and a report that isn’t one says nothing', async () => {
  expect(service.take('converter', { kind: 'converted', segment: 'a' })).toBe(false)
  expect(service.take('converter', null)).toBe(false)
  expect(service.take('converter', { kind: 'metrics', families: [{ name: 7 }] })).toBe(true)
  expect(await service.text()).toBe('\n')
})

test('what JSON can’t hold comes through as not a number', async () => {
  const registry = new Registry()
  new Gauge({ name: 'lag', help: 'x', registers: [registry] }).set(Number.NaN)
  const families: unknown = JSON.parse(JSON.stringify(await registry.getMetricsAsJSON()))
  service.take('converter', { kind: 'metrics', families })
  expect(service.reported('lag').map(({ value }) => value)).toEqual([Number.NaN])
  expect(await linesOf('lag')).toEqual(['lag Nan'])
})

test('every limit and every status is there before it is first met', async () => {
  service.take('local-1', await receiver('local-1').report())
  expect(await linesOf('tidewatch_receive_refused_total')).toHaveLength(10)
  expect(await linesOf('tidewatch_receive_requests_total')).toContain(
    'tidewatch_receive_requests_total{status="507",receiver="local-1"} 0',
  )
})

test('gauges ask when they are read, and are zero for what has not begun', async () => {
  const registry = new Registry()
  const metrics = createReceiveMetrics(registry)
  const connections = async () => (await registry.getSingleMetric('tidewatch_receive_connections')?.get())?.values
  expect(await connections()).toMatchObject([{ value: 0 }])
  metrics.watch({ connections: async () => 5, pendingBytes: () => 9, refusal: () => 'disk_full' })
  expect(await connections()).toMatchObject([{ value: 5 }])
  const refusing = await registry.getSingleMetric('tidewatch_receive_refusing')?.get()
  expect(refusing?.values.filter(({ value }) => value === 1)).toMatchObject([{ labels: { reason: 'disk_full' } }])
})

test('a converter counts submissions by outcome and problem', async () => {
  const metrics = createConvertMetrics(own)
  metrics.converted([{ outcome: 'rejected', problem: 'bad_json', submissions: 2 }], 0.1)
  metrics.converted([{ outcome: 'rejected', problem: 'bad_json', submissions: 3 }], 0.1)
  expect(await linesOf('tidewatch_convert_submissions_total')).toEqual([
    'tidewatch_convert_submissions_total{outcome="rejected",problem="bad_json"} 5',
  ])
})

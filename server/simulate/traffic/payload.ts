import type { BucketLayout } from '../../../data/histograms/specification.ts'
import { normal, type Random } from '../story/random.ts'
import type { HistogramDefinition, SimulatedRevision } from './specification.ts'

/** A submission's payload of version 1, as clients of 2013 wrote it. */
export interface Payload {
  ver: number
  simpleMeasurements: Record<string, number>
  histograms: Record<string, RawHistogram>
  info: PayloadInfo
  slowSQL?: Record<string, [count: number, totalMs: number]>
}

export interface PayloadInfo {
  reason: string
  appName: string
  appVersion: string
  appUpdateChannel: string
  appBuildID: string
  OS: string
  locale: string
  arch: string
  cpucount: number
  memsize: number
  revision?: string
}

/** `values`: counts by a bucket's lower bound. */
export interface RawHistogram {
  range: [number, number]
  bucket_count: number
  histogram_type: number
  values: Record<string, number>
  sum: number
  log_sum?: number
  log_sum_squares?: number
  sum_squares_lo?: number
  sum_squares_hi?: number
}

/** A payload with 20 to 60 of the revision's histograms, one of them measured at start-up as well. */
export function simulatedPayload(info: PayloadInfo, revision: SimulatedRevision, random: Random): Payload {
  const histograms: Record<string, RawHistogram> = {}
  const kept = 0.5 + 0.45 * random()
  for (const [name, definition] of Object.entries(revision.definitions)) {
    const layout = revision.specification.layouts.get(name)
    if (layout === undefined || random() > kept) continue
    const isTimedAtStart = name === 'PAGE_LOAD_MS'
    histograms[name] = simulatedHistogram(definition, layout, random)
    if (isTimedAtStart) histograms[`STARTUP_${name}`] = simulatedHistogram(definition, layout, random)
  }
  const uptime = Math.floor(1 + 600 * random() ** 2)
  const simpleMeasurements = { uptime, start: Math.floor(20 + 80 * random()), main: Math.floor(200 + 2_000 * random()) }
  return { ver: 1, simpleMeasurements, histograms, info }
}

/** The payload with 4,000 to 5,000 slow statements, a text each: somebody forgot to bound a list. */
export function grownPayload(payload: Payload, random: Random): Payload {
  const statements = Array.from({ length: 4_000 + Math.floor(1_000 * random()) }, (_, i) => {
    const text = `SELECT id, url FROM moz_places_${i} WHERE visit_count > :count`
    return [text, [1 + Math.floor(9 * random()), Math.floor(5_000 * random())]] satisfies [string, [number, number]]
  })
  return { ...payload, slowSQL: Object.fromEntries<[number, number]>(statements) }
}

const TYPE_NUMBERS: Readonly<Record<HistogramDefinition['kind'], number>> = {
  exponential: 0,
  linear: 1,
  enumerated: 1,
  boolean: 2,
  flag: 3,
}

function simulatedHistogram({ kind }: HistogramDefinition, { bounds }: BucketLayout, random: Random): RawHistogram {
  const samples = samplesOf(kind, bounds, random)
  const counts = new Map<number, number>()
  let sum = 0
  let logSum = 0
  let logSumSquares = 0
  let sumSquares = 0
  for (const place of samples) {
    const value = bounds[place] ?? 0
    counts.set(place, (counts.get(place) ?? 0) + 1)
    sum += value
    logSum += Math.log(1 + value)
    logSumSquares += Math.log(1 + value) ** 2
    sumSquares += value ** 2
  }
  return {
    range: [bounds[1] ?? 1, bounds.at(-1) ?? 2],
    bucket_count: bounds.length,
    histogram_type: TYPE_NUMBERS[kind],
    values: withNeighbours(counts, bounds),
    sum,
    ...(kind === 'exponential'
      ? { log_sum: logSum, log_sum_squares: logSumSquares }
      : { sum_squares_lo: sumSquares, sum_squares_hi: 0 }),
  }
}

/** Places of the buckets that the measured values fall into. */
function samplesOf(kind: HistogramDefinition['kind'], bounds: readonly number[], random: Random): number[] {
  if (kind === 'flag') return [random() < 0.2 ? 1 : 0]
  const last = kind === 'boolean' ? 1 : bounds.length - 1
  const middle = last * (0.2 + 0.5 * random())
  const count = 1 + Math.floor(40 * random() ** 2)
  return Array.from({ length: count }, () => {
    const place = Math.round(middle + (last / 8) * normal(random))
    return Math.min(last, Math.max(0, place))
  })
}

/** Clients also name the empty buckets beside the filled ones. */
function withNeighbours(counts: ReadonlyMap<number, number>, bounds: readonly number[]): Record<string, number> {
  const named = new Set<number>()
  for (const place of counts.keys()) for (const near of [place - 1, place, place + 1]) named.add(near)
  const values: Record<string, number> = {}
  for (const place of [...named].sort((a, b) => a - b)) {
    const bound = bounds[place]
    if (bound !== undefined) values[String(bound)] = counts.get(place) ?? 0
  }
  return values
}

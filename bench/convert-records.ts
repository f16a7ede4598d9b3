import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { readSegment } from '../data/spool/read-segment.ts'

/** A submission as a client would send it. */
export interface BenchRecord {
  readonly path: string
  /** gzip. */
  readonly body: Buffer
  readonly jsonBytes: number
}

export interface BenchRecords {
  readonly from: string
  /** With the specification of the records' revision. */
  readonly specifications: string
  readonly records: readonly BenchRecord[]
}

const REAL = fileURLToPath(new URL('../../../shared/real', import.meta.url))

const payload = z.looseObject({
  simpleMeasurements: z.record(z.string(), z.unknown()),
  histograms: z.record(
    z.string(),
    z.looseObject({ values: z.record(z.string(), z.number()), sum: z.number().optional() }),
  ),
  info: z.looseObject({ reason: z.string(), revision: z.string() }),
})
type Payload = z.infer<typeof payload>

/** Of each, so many builds report at the same time. */
const BUILDS = 4
/** Channel, version, and how much of the traffic it is. */
const CHANNELS = [
  ['release', '23.0.1', 0.6],
  ['beta', '24.0', 0.25],
  ['aurora', '25.0a2', 0.1],
  ['nightly', '26.0a1', 0.05],
] as const
const REASONS = ['idle-daily', 'saved-session'] as const
/** Share of a submission's histograms that the next one hasn't got. */
const MISSING_RATIO = 0.08

/**
 * So many different submissions: the record of 2013 in ../shared/real where that is, else a made-up one of its shape,
 * each time with other numbers, another id, some histograms missing, of several channels and builds. Many alike would
 * flatter every compressor. `seed` makes them the same on every run.
 */
export async function makeRecords(count: number, folder: string, seed = 1): Promise<BenchRecords> {
  const random = randomNumbers(seed)
  const { from, specifications, template } = existsSync(REAL) ? await realTemplate() : await madeUpTemplate(folder)
  const records = Array.from({ length: count }, () => varied(template, random))
  return { from, specifications, records }
}

async function realTemplate() {
  const { frames } = await readSegment(`${REAL}/telemetry1.v1.log`)
  const [first] = frames
  if (first?.kind !== 'submission') throw new Error(`${REAL}/telemetry1.v1.log: a submission was expected`)
  const template: unknown = JSON.parse(gunzipSync(first.body).toString())
  if (!isPayload(template)) throw new Error(`${REAL}/telemetry1.v1.log: a payload of version 1 was expected`)
  return { from: 'the record of 2013 in ../shared/real', specifications: `${REAL}/histograms`, template }
}

/** Looks only: parsing puts the members into another order than clients do. */
function isPayload(value: unknown): value is Payload {
  return payload.safeParse(value).success
}

const MADE_UP_REVISION = '0123456789ab'

async function madeUpTemplate(folder: string) {
  const specifications = `${folder}/histograms`
  await mkdir(specifications)
  const definitions = Object.fromEntries(
    Array.from({ length: 326 }, (_, number) => [
      `MADE_UP_HISTOGRAM_NUMBER_${number}_MS`,
      number % 3 === 0 ? { kind: 'flag' } : { kind: 'linear', high: 1000 + number, n_buckets: 10 + (number % 60) },
    ]),
  )
  await writeFile(`${specifications}/${MADE_UP_REVISION}.json`, JSON.stringify(definitions))
  const histograms = Object.fromEntries(
    Object.entries(definitions).map(([name, { kind, high, n_buckets }]) => [
      name,
      madeUpHistogram(kind, high, n_buckets),
    ]),
  )
  const template: Payload = {
    ver: 1,
    simpleMeasurements: { uptime: 123, start: 47, main: 1375, firstPaint: 4813, sessionRestored: 4875 },
    histograms,
    slowSQL: { mainThread: { 'SELECT something FROM somewhere': [7, 875] }, otherThreads: {} },
    info: {
      reason: 'idle-daily',
      OS: 'WINNT',
      appName: 'Firefox',
      revision: `http://hg.mozilla.org/mozilla-central/rev/${MADE_UP_REVISION}`,
      adapterDescription: 'a graphics card with a long name, as they have',
    },
  }
  return { from: 'a made-up record (../shared/real is not there)', specifications, template }
}

function madeUpHistogram(kind: string, high = 2, buckets = 3) {
  if (kind === 'flag') {
    const values = { '0': 1, '1': 0 }
    return { range: [1, 2], bucket_count: 3, histogram_type: 3, values, sum: 0, sum_squares_lo: 0, sum_squares_hi: 0 }
  }
  const bounds = Array.from({ length: buckets }, (_, bucket) =>
    bucket === 0 ? 0 : Math.floor((buckets - 1 - bucket + high * (bucket - 1)) / (buckets - 2) + 0.5),
  )
  const values = Object.fromEntries(bounds.slice(0, 9).map((bound, place) => [String(bound), 100 * place]))
  const sums = { sum: 12_345, log_sum: 82.3832015991211, log_sum_squares: 244.2482485671876 }
  return { range: [1, high], bucket_count: buckets, histogram_type: 1, values, ...sums }
}

function varied(template: Payload, random: () => number): BenchRecord {
  const number = (value: number) => changed(value, random)
  const [channel, appVersion] = weighted(random())
  const appBuildID = `201308${10 + Math.floor(random() * BUILDS)}063812`
  const reason = REASONS[Math.floor(random() * REASONS.length)] ?? REASONS[0]
  const info = { ...template.info, reason, appName: 'Firefox', appVersion, appUpdateChannel: channel, appBuildID }
  const histograms = Object.fromEntries(
    Object.entries(template.histograms)
      .filter(() => random() >= MISSING_RATIO)
      .map(([name, histogram]) => [
        name,
        { ...withNumbers(histogram, number), values: counts(histogram.values, number) },
      ]),
  )
  const simpleMeasurements = withNumbers(template.simpleMeasurements, number)
  const json = Buffer.from(JSON.stringify({ ...template, simpleMeasurements, histograms, info }))
  const id = uuid(random)
  return {
    path: `/submit/telemetry/${id}/${reason}/Firefox/${appVersion}/${channel}/${appBuildID}`,
    body: gzipSync(json),
    jsonBytes: json.length,
  }
}

/** The numbers that an object holds itself; what describes the histogram stays. */
function withNumbers(object: Readonly<Record<string, unknown>>, number: (value: number) => number) {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      const varies = typeof value === 'number' && name !== 'bucket_count' && name !== 'histogram_type'
      return [name, varies ? number(value) : value]
    }),
  )
}

function counts(values: Readonly<Record<string, number>>, number: (value: number) => number) {
  return Object.fromEntries(Object.entries(values).map(([bound, count]) => [bound, number(count)]))
}

/** Half as much to one and a half times; nothing stays nothing, a whole number whole. */
function changed(value: number, random: () => number): number {
  const other = value * (0.5 + random())
  return Number.isInteger(value) ? Math.round(other) : other
}

function weighted(random: number): readonly [string, string] {
  let left = random
  for (const [channel, appVersion, share] of CHANNELS) {
    left -= share
    if (left < 0) return [channel, appVersion]
  }
  return [CHANNELS[0][0], CHANNELS[0][1]]
}

function uuid(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** 0 to 1, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

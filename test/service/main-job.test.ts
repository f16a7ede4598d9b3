import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../data/counts/database.ts'
import { HOUR_MS, isoSeconds, startOfHour } from '../../data/domain/time.ts'
import type { OverviewAnswer, SeriesAnswer } from '../../server/api/types.ts'
import { writeSpecifications } from '../../server/simulate/traffic/specification.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

const REAL = new URL('../../../shared/real/', import.meta.url).pathname
const hasReal = existsSync(REAL)

let state: string
let server: TidewatchProcess | null = null

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-service-'))
})

afterEach(async () => {
  await server?.kill()
  server = null
  await removeFolder(state)
})

async function start(environment: Record<string, string>): Promise<TidewatchProcess> {
  server = await startTidewatch({
    state,
    receivePort: await freePort(),
    dashboardPort: await freePort(),
    environment,
  })
  return server
}

async function stopCleanly(): Promise<void> {
  expect(await server?.stop()).toBe(0)
  server = null
}

async function get<T>(path: string): Promise<T> {
  const answer = await fetch(`${server?.dashboardUrl}${path}`)
  expect(answer.status, path).toBe(200)
  // The test's own expectations check what of it matters.
  return answer.json() as Promise<T>
}

async function post(path: string, body: Uint8Array, method = 'POST'): Promise<number> {
  const answer = await fetch(`${server?.receiveUrl}${path}`, { method, body: new Uint8Array(body) })
  await answer.arrayBuffer()
  return answer.status
}

async function countedOn(channel: string): Promise<number> {
  return eventually(`a submission is counted on ${channel}`, async () => {
    const overview = await get<OverviewAnswer>('/api/v1/overview')
    const found = overview.channels.find((row) => row.channel === channel)
    return found === undefined || found.so_far + (found.seen ?? 0) === 0 ? null : found.so_far + (found.seen ?? 0)
  })
}

async function kept(folder: 'archive' | 'quarantine', columns: string): Promise<string[]> {
  const database = await openDatabase(':memory:', { readableFolders: [join(state, folder)] })
  try {
    return await database.read(
      `select (${columns})::varchar as row from read_parquet('${join(state, folder)}/*/*/*.parquet', hive_partitioning = true)`,
      {},
      (row) => row.text('row'),
    )
  } finally {
    await database.close()
  }
}

function submission(info: Record<string, string>, more: object = {}): Buffer {
  return Buffer.from(JSON.stringify({ ver: 1, info, ...more }))
}

const NIGHTLY = {
  reason: 'idle-daily',
  appName: 'Firefox',
  appVersion: '29.0a1',
  appUpdateChannel: 'nightly',
  appBuildID: '20140201030204',
}

test('both URL forms, POST and PUT, plain and gzip: each is counted and archived, Ctrl-C ends it cleanly', async () => {
  await start({})
  const full = `${randomUUID()}/idle-daily/Firefox/29.0a1/nightly/20140201030204`
  expect(await post(`/submit/telemetry/${full}`, gzipSync(submission(NIGHTLY)))).toBe(200)
  expect(await post(`/submit/telemetry/${randomUUID()}`, submission(NIGHTLY), 'PUT')).toBe(200)
  await eventually('both are counted', async () => ((await countedOn('nightly')) >= 2 ? true : null))
  const hour = startOfHour(Date.now())
  const range = `from=${isoSeconds(hour - HOUR_MS)}&to=${isoSeconds(hour + HOUR_MS)}`
  const series = await get<SeriesAnswer>(`/api/v1/series?channel=nightly&by=reason&${range}`)
  expect(series.series.map(({ key }) => key)).toEqual([{ channel: 'nightly', reason: 'idle-daily' }])
  await stopCleanly()
  expect((await kept('archive', "outcome || ' ' || channel || ' ' || build_id")).sort()).toEqual([
    'accepted nightly 20140201030204',
    'accepted nightly 20140201030204',
  ])
})

test('what can’t be read is kept whole in the quarantine, with its problem', async () => {
  await start({})
  const body = Buffer.from('no JSON \x00\xff', 'latin1')
  expect(await post(`/submit/telemetry/${randomUUID()}/idle-daily/Firefox/29.0a1/nightly/2014`, body)).toBe(200)
  await countedOn('nightly')
  await stopCleanly()
  expect(await kept('quarantine', "problem || ' ' || hex(body)")).toEqual([
    `bad_json ${body.toString('hex').toUpperCase()}`,
  ])
})

test('a generated specification folder makes simulated submissions convert', async () => {
  const specifications = join(state, 'specifications')
  await writeSpecifications(specifications)
  await start({ TIDEWATCH_HISTOGRAMS_DIR: specifications })
  const { runTraffic } = await import('../../server/simulate/traffic/run-traffic.ts')
  const { storyRates } = await import('../../server/simulate/story/rates.ts')
  const report = await runTraffic({
    url: new URL(server?.receiveUrl ?? ''),
    rates: storyRates({ events: [], endAt: Date.now() }),
    factor: (perHour) => (40 * 3600) / perHour,
    seed: 1,
    durationMs: 3000,
    stop: new AbortController().signal,
  })
  expect([...report.answers.keys()]).toEqual([200])
  await eventually('all are counted', async () => {
    const { channels } = await get<OverviewAnswer>('/api/v1/overview')
    const counted = channels.reduce((sum, row) => sum + row.so_far + (row.seen ?? 0), 0)
    return counted >= report.sent ? true : null
  })
  await stopCleanly()
  const outcomes = await kept('archive', 'outcome')
  expect(outcomes.filter((outcome) => outcome === 'accepted').length).toBeGreaterThan(report.sent * 0.8)
})

test.skipIf(!hasReal)(
  'the real record of ../shared/real, with its specification: 326 of 328 histograms compact',
  async () => {
    await start({ TIDEWATCH_HISTOGRAMS_DIR: join(REAL, 'histograms') })
    const { path, body } = realRecord()
    expect(await post(`/submit/telemetry/${path}`, body)).toBe(200)
    expect(await countedOn('release')).toBe(1)
    await stopCleanly()
    const [payload = ''] = await kept('archive', 'payload')
    expect(Object.keys(histogramsOf(payload))).toHaveLength(326)
    expect(await kept('archive', "outcome || ' ' || problem")).toEqual(['salvaged unknown_histogram'])
    const [dropped = ''] = await kept('archive', 'dropped')
    expect(Object.keys(histogramsOf(dropped)).sort()).toEqual([
      'HTTP_OFFLINE_CACHE_DOCUMENT_LOAD',
      'MIXED_CONTENT_PAGE_LOAD',
    ])
  },
)

test.skipIf(!hasReal)('the real record of ../shared/real, without its specification: quarantined whole', async () => {
  await start({ TIDEWATCH_CONVERT_SPECIFICATION_WAIT_SECONDS: '0' })
  const { path, body } = realRecord()
  expect(await post(`/submit/telemetry/${path}`, body)).toBe(200)
  await countedOn('release')
  await stopCleanly()
  expect(await kept('quarantine', "problem || ' ' || hex(body)")).toEqual([
    `specification_unavailable ${body.toString('hex').toUpperCase()}`,
  ])
})

/** A `v1` frame: 0x1e, u16 path length, u32 data length, u64 milliseconds, little endian; path, data. */
function realRecord(): { readonly path: string; readonly body: Buffer } {
  const log = readFileSync(join(REAL, 'telemetry1.v1.log'))
  const pathEnd = 15 + log.readUInt16LE(1)
  const body = log.subarray(pathEnd, pathEnd + log.readUInt32LE(3))
  expect(gunzipSync(body).length).toBe(77_740)
  return { path: log.subarray(15, pathEnd).toString('latin1'), body }
}

function histogramsOf(json: string): object {
  const parsed: unknown = JSON.parse(json)
  if (typeof parsed !== 'object' || parsed === null || !('histograms' in parsed)) return {}
  return Object(parsed.histograms)
}

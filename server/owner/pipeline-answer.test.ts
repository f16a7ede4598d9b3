import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { mergeConverted } from '../../data/counts/merge.ts'
import { TEST_HOUR, testIndex } from '../../data/counts/testing/converted-index.ts'
import { DAY_MS, HOUR_MS, isoSeconds, MINUTE_MS, SECOND_MS } from '../../data/domain/time.ts'
import { BacklogMeter } from '../../data/spool/backlog.ts'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import { SEGMENT_ID_BYTES } from '../../data/spool/frame.ts'
import { segmentName } from '../../data/spool/segment-name.ts'
import { createConvertMetrics } from '../metrics/convert-metrics.ts'
import { createReceiveMetrics } from '../metrics/receive-metrics.ts'
import { ServiceMetrics } from '../metrics/service-metrics.ts'
import { createPipeline } from './pipeline.ts'
import { pipelineAnswer } from './pipeline-answer.ts'

const NOW = TEST_HOUR + 30 * MINUTE_MS

let spool: string
let database: Database
let reports: ServiceMetrics

beforeEach(async () => {
  spool = await mkdtemp(join(tmpdir(), 'tidewatch-pipeline-'))
  await makeSpoolFolders(spool)
  database = await openDatabase(':memory:')
  reports = new ServiceMetrics(new Registry())
})

afterEach(async () => {
  await database.close()
  await rm(spool, { recursive: true })
})

/** A segment of `receiver` in `folder`, made `secondsAgo` and of `bytes`. */
async function putSegment(folder: string, receiver: string, secondsAgo: number, bytes: number): Promise<void> {
  const id = String(secondsAgo).padStart(2 * SEGMENT_ID_BYTES, '0')
  const name = segmentName({ receiver, createdAt: NOW - secondsAgo * SECOND_MS, writer: '1.1', id })
  await writeFile(join(spool, folder, folder === 'claimed' ? `${name}~1.1` : name), Buffer.alloc(bytes))
}

async function heard(receiver: string, at: number): Promise<void> {
  const index = testIndex(`segment-${receiver}`, [])
  const coverage = [{ receiver, from: at - 10 * SECOND_MS, to: at }]
  const options = { now: NOW, duplicateWindowMs: DAY_MS, seen: null, coverageToleranceMs: 6000, journal: null }
  await mergeConverted(database, { ...index, coverage }, options)
}

async function ask() {
  const pipeline = await createPipeline({
    spool,
    now: () => NOW,
    mode: 'live',
    hoursUntilFull: () => 9.5,
    judgedHour: () => TEST_HOUR,
  })
  const backlog = new BacklogMeter(spool)
  const forecast = () => ({ at: NOW, freeBytes: 10, minFreeBytes: 4, hoursUntilFull: 9.5 })
  const freshness = () => pipeline.freshness()
  return pipelineAnswer({ database, backlog, freshness, forecast, reports })
}

test('what is being written is no backlog, whoever writes how many; what is closed or claimed is', async () => {
  await putSegment('open', 'local-1', 1, 700)
  await putSegment('open', 'local-1', 2, 700)
  await putSegment('open', 'local-2', 3, 700)
  expect((await ask()).backlog).toEqual({ segments: 0, bytes: 0, oldest_seconds: 0 })
  await putSegment('closed', 'local-1', 40, 1000)
  await putSegment('claimed', 'local-2', 70, 500)
  expect((await ask()).backlog).toEqual({ segments: 2, bytes: 1500, oldest_seconds: 70 })
  const brought = `${'0'.repeat(32)}-0000000000-4-v1.import`
  await writeFile(join(spool, 'import', brought), Buffer.alloc(300))
  await writeFile(join(spool, 'claimed', `${brought.replace('-4-', '-9-')}~1.1`), Buffer.alloc(100))
  expect(await ask()).toMatchObject({
    backlog: { segments: 2, bytes: 1500, oldest_seconds: 70 },
    imports: { segments: 2, bytes: 400 },
  })
})

test('receivers of this service say whether they refuse; of others their last heartbeat is known; old ones are gone', async () => {
  await heard('edge-7', NOW - 5 * MINUTE_MS)
  await heard('retired', NOW - 2 * DAY_MS)
  await heard('local-1', NOW - SECOND_MS)
  await putSegment('open', 'local-2', 1, 10)
  for (const [receiver, refusal] of [
    ['local-1', null],
    ['local-2', 'disk_full'],
  ] as const) {
    const registry = new Registry()
    registry.setDefaultLabels({ receiver })
    const state = { connections: async () => 0, pendingBytes: () => 0, refusal: () => refusal }
    createReceiveMetrics(registry).watch(state)
    reports.take(receiver, { kind: 'metrics', families: await registry.getMetricsAsJSON() })
  }
  expect((await ask()).receivers).toEqual([
    { name: 'edge-7', last_heartbeat: isoSeconds(NOW - 5 * MINUTE_MS), refusing: null, refusal: null },
    { name: 'local-1', last_heartbeat: isoSeconds(NOW - SECOND_MS), refusing: false, refusal: null },
    { name: 'local-2', last_heartbeat: null, refusing: true, refusal: 'disk_full' },
  ])
})

test('threads are known where the converter runs beside it; mails and disk always', async () => {
  expect(await ask()).toMatchObject({
    workers: null,
    judged_up_to: isoSeconds(TEST_HOUR + HOUR_MS),
    outbox: { waiting: 0, oldest: null, last_error: null, refused: [] },
    disk: { free_bytes: 10, min_free_bytes: 4, hours_until_full: 9.5 },
  })
  const registry = new Registry()
  createConvertMetrics(registry).watch(() => ({ total: 3, busy: 1 }))
  reports.take('converter', { kind: 'metrics', families: await registry.getMetricsAsJSON() })
  expect((await ask()).workers).toEqual({ total: 3, busy: 1 })
})

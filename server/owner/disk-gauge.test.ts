import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { readDiskSamples, storeDiskSample } from '../../data/disk/disk-samples.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { type DiskGauge, openDiskGauge } from './disk-gauge.ts'

const NOW = Date.UTC(2014, 0, 16, 12)

let folder: string
let database: Database
let gauge: DiskGauge | null

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-disk-'))
  database = await openDatabase(':memory:')
  gauge = null
})

afterEach(async () => {
  await gauge?.stop()
  await database.close()
  await rm(folder, { recursive: true })
})

/** Opens it at `now` and waits for its first look at the real disk. */
async function open(now: EpochMs): Promise<DiskGauge> {
  const opened = await openDiskGauge({
    database,
    folder,
    minFreeBytes: () => 4096,
    tellWithinHours: () => 24,
    now: () => now,
    onError: (error) => expect.unreachable(String(error)),
  })
  await opened.stop()
  return opened
}

test('it knows the real disk after its first look, and asks the judge once a look', async () => {
  gauge = await open(NOW)
  const forecast = gauge.forecast()
  expect(forecast?.freeBytes).toBeGreaterThan(0)
  expect(forecast).toMatchObject({ at: NOW, minFreeBytes: 4096, hoursUntilFull: null })
  expect(gauge.takeWatch()).toMatchObject({ now: NOW, tellWithinHours: 24, samples: [{ at: NOW }] })
  expect(gauge.takeWatch()).toBeNull()
})

test('what it saw is remembered over a restart, a sample each ten minutes for a day', async () => {
  await open(NOW - 25 * HOUR_MS)
  await open(NOW - 11 * MINUTE_MS)
  await open(NOW - 5 * MINUTE_MS)
  gauge = await open(NOW)
  expect(gauge.takeWatch()?.samples.map(({ at }) => at)).toEqual([NOW - 11 * MINUTE_MS, NOW])
  expect((await readDiskSamples(database, 0)).map(({ at }) => at)).toEqual([NOW - 11 * MINUTE_MS, NOW])
})

test('a disk that was filling before a restart is known to fill after it', async () => {
  const real = await open(NOW)
  const freeBytes = real.forecast()?.freeBytes ?? 0
  // It lost a sixth of what is left in six hours.
  for (let minutes = 360; minutes > 0; minutes -= 10) {
    const sample = { at: NOW + HOUR_MS - minutes * MINUTE_MS, freeBytes: Math.round(freeBytes * (1 + minutes / 1080)) }
    await storeDiskSample(database, sample, 0)
  }
  gauge = await open(NOW + HOUR_MS)
  expect(gauge.forecast()?.hoursUntilFull).toBeGreaterThan(10)
  expect(gauge.forecast()?.hoursUntilFull).toBeLessThan(20)
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { createClockWatches } from './clock-watches.ts'

const NOW = Date.UTC(2014, 0, 16, 14, 7)

let database: Database
beforeEach(async () => {
  database = await openDatabase(':memory:')
})
afterEach(() => database.close())

test.each([
  { claim: 'where the world’s clock is followed', tellAfterMs: 10 * MINUTE_MS, failures: 2, changed: [3, 4] },
  { claim: 'where it isn’t, only what no clock is needed for', tellAfterMs: null, failures: 0, changed: [4] },
])('one watch that fails keeps none of the others from telling, $claim', async ({ tellAfterMs, failures, changed }) => {
  const errors: unknown[] = []
  const watches = createClockWatches({
    database,
    judge: {
      judgedHour: () => NOW - HOUR_MS,
      watchProgress: () => Promise.reject(new Error('progress')),
      watchSpecifications: () => Promise.reject(new Error('specifications')),
      lookAtMinutes: async () => told(3),
      watchDisk: async () => told(4),
      watchArchive: async () => told(5),
    },
    disk: { takeWatch: () => ({ samples: [], minFreeBytes: 1, tellWithinHours: 24, now: NOW }) },
    archive: { take: () => null },
    converted: '/nonexistent',
    pipeline: { watermark: () => NOW, unmerged: () => [] },
    now: () => NOW,
    tellStalledAfterMs: () => tellAfterMs,
    onError: (error) => errors.push(error),
  })
  expect(await watches.look()).toEqual(changed)
  expect(errors).toHaveLength(failures)
})

function told(incident: number) {
  return { judgedHours: [], changedIncidents: [incident], mailsDecided: 0, isBehind: false }
}

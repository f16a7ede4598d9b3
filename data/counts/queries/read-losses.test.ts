import { expect, test } from 'vitest'
import { HOUR_MS } from '../../domain/time.ts'
import { openDatabase } from '../database.ts'
import { TEST_HOUR } from '../testing/converted-index.ts'
import { readLosses } from './read-losses.ts'

test('of imported counts nothing is in the quarantine here; of imported logs it is', async () => {
  const database = await openDatabase(':memory:')
  const row = (source: string, submissions: number, recovered = 0) => [
    ...[TEST_HOUR, 'nightly', 'Firefox', '29.0a1', '20140116030203', 'idle-daily', 'quarantined', 'invalid_revision'],
    ...[source, false, submissions, recovered, 1000],
  ]
  await database.inTransaction(async (transaction) => {
    await transaction.append('hourly_counts', [
      row('live', 1),
      row('logs-of-2013', 20, 5),
      row('counts-of-2013', 300, 100),
    ])
    await transaction.append('imports', [
      ['logs-of-2013', 'raw', TEST_HOUR, 1, TEST_HOUR, TEST_HOUR],
      ['counts-of-2013', 'counts', TEST_HOUR, 1, TEST_HOUR, TEST_HOUR],
    ])
  })
  const range = { from: TEST_HOUR, to: TEST_HOUR + HOUR_MS, channels: ['nightly'], now: TEST_HOUR + HOUR_MS }
  expect(await readLosses(database, range)).toEqual({
    received: 321,
    invalid: 321,
    quarantined: 21,
    recovered: 5,
    quarantinedElsewhere: 200,
  })
  await database.close()
})

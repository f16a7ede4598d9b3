import type { Database } from '../counts/database.ts'
import { time } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'

export interface DiskSampleRow {
  readonly at: EpochMs
  readonly freeBytes: number
}

/** Those of `from` and later, oldest first. */
export function readDiskSamples(database: Pick<Database, 'read'>, from: EpochMs): Promise<DiskSampleRow[]> {
  return database.read(
    'select sampled_at, free_bytes from disk_samples where sampled_at >= $from order by sampled_at',
    { from: time(from) },
    (row) => ({ at: row.number('sampled_at'), freeBytes: row.number('free_bytes') }),
  )
}

/** Adds one, and removes those before `keptFrom`. */
export function storeDiskSample(database: Database, sample: DiskSampleRow, keptFrom: EpochMs): Promise<void> {
  return database.inTransaction(async (transaction) => {
    await transaction.run('delete from disk_samples where sampled_at < $keptFrom', { keptFrom: time(keptFrom) })
    await transaction.append('disk_samples', [[sample.at, sample.freeBytes]])
  })
}

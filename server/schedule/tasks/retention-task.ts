import { type KeepDays, trimArchive } from '../../../data/archive/retention.ts'
import type { Storage } from '../../../data/archive/storage.ts'
import type { Database } from '../../../data/counts/database.ts'
import { type CountsRetention, trimCounts } from '../../../data/counts/retention.ts'
import { everyMinutes } from '../period.ts'
import type { Task } from '../task.ts'

export interface RetentionTaskOptions {
  readonly db: Database
  readonly storage: Storage
  /** Read at each run: clock, watermark and settings. */
  readonly limits: () => CountsRetention & { readonly keepDays: KeepDays }
  readonly onRemoved: (removed: { readonly rows: number; readonly parts: readonly string[] }) => void
}

/** Removes what the settings don't keep any longer, every hour. */
export function createRetentionTask({ db, storage, limits, onRemoved }: RetentionTaskOptions): Task {
  return {
    name: 'retention',
    schedule: everyMinutes(60),
    dependsOn: [],
    backfill: false,
    async run() {
      const { keepDays, ...counts } = limits()
      const rows = await trimCounts(db, counts)
      const parts = await trimArchive(storage, keepDays, counts.now)
      onRemoved({ rows, parts })
    },
  }
}

import { type KeepDays, trimArchive } from '../../../data/archive/retention.ts'
import type { ArchiveTurn } from '../../../data/archive/turn.ts'
import type { WriteOptions } from '../../../data/archive/write-part.ts'
import { type CountsRetention, trimCounts } from '../../../data/counts/retention.ts'
import { everyMinutes } from '../period.ts'
import type { Task } from '../task.ts'

export interface RetentionTaskOptions {
  readonly write: WriteOptions
  readonly turn: ArchiveTurn
  /** Read at each run: clock, watermark and settings. */
  readonly limits: () => CountsRetention & { readonly keepDays: KeepDays }
  readonly onRemoved: (removed: { readonly rows: number; readonly parts: readonly string[] }) => void
}

/** Removes what the settings don't keep any longer, every hour. */
export function createRetentionTask({ write, turn, limits, onRemoved }: RetentionTaskOptions): Task {
  return {
    name: 'retention',
    schedule: everyMinutes(60),
    dependsOn: [],
    backfill: false,
    async run() {
      const { keepDays, ...counts } = limits()
      const rows = await trimCounts(write.db, counts)
      const parts = await turn.take(() => trimArchive(write, keepDays, counts.now))
      onRemoved({ rows, parts })
    },
  }
}

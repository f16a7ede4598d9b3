import { type KeepDays, trimArchive } from '../../../data/archive/retention.ts'
import type { ArchiveTurn } from '../../../data/archive/turn.ts'
import type { WriteOptions } from '../../../data/archive/write-part.ts'
import { type CountsRetention, trimCounts } from '../../../data/counts/retention.ts'
import type { EpochMs } from '../../../data/domain/time.ts'
import type { SeenDocuments } from '../../../data/seen/seen-documents.ts'
import { everyMinutes } from '../period.ts'
import type { Task } from '../task.ts'

export interface RetentionTaskOptions {
  /** The state directory. */
  readonly root: string
  readonly write: WriteOptions
  readonly seen: SeenDocuments
  readonly turn: ArchiveTurn
  /**
   * Read at each run: clock, watermark and settings. What is still to be counted was received after the watermark, and documents
   * are looked for a window before that.
   */
  readonly limits: () => CountsRetention & { readonly keepDays: KeepDays; readonly rememberFrom: EpochMs }
  readonly onRemoved: (removed: {
    readonly rows: number
    readonly documents: number
    readonly parts: readonly string[]
  }) => void
}

/** Removes what the settings don't keep any longer, every hour. */
export function createRetentionTask({ root, write, seen, turn, limits, onRemoved }: RetentionTaskOptions): Task {
  return {
    name: 'retention',
    schedule: everyMinutes(60),
    dependsOn: [],
    backfill: false,
    async run() {
      const { keepDays, rememberFrom, ...counts } = limits()
      const rows = await trimCounts(write.db, counts)
      const documents = await seen.forget(rememberFrom)
      const parts = await turn.take(() => trimArchive(root, keepDays, counts.now, write))
      onRemoved({ rows, documents, parts })
    },
  }
}

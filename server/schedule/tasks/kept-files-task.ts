import type { EpochMs } from '../../../data/domain/time.ts'
import { DAY_MS } from '../../../data/domain/time.ts'
import { trimFolder } from '../../../data/files/trim-folder.ts'
import { trimKept } from '../../../data/spool/raw-keep.ts'
import { everyMinutes } from '../period.ts'
import type { Task } from '../task.ts'

export interface KeptFilesOptions {
  readonly folders: { readonly raw: string; readonly corrupted: string }
  /** Read at each run. `corruptedDays`: null, for ever. */
  readonly limits: () => { readonly now: EpochMs; readonly rawDays: number; readonly corruptedDays: number | null }
  readonly onRemoved: (removed: { readonly raw: number; readonly corrupted: number }) => void
}

/** Removes kept segments and what was set aside when the settings keep them no longer, every hour. */
export function createKeptFilesTask({ folders, limits, onRemoved }: KeptFilesOptions): Task {
  return {
    name: 'kept-files',
    schedule: everyMinutes(60),
    dependsOn: [],
    backfill: false,
    async run() {
      const { now, rawDays, corruptedDays } = limits()
      const raw = await trimKept(folders.raw, now - rawDays * DAY_MS)
      const corrupted = corruptedDays === null ? 0 : await trimFolder(folders.corrupted, now - corruptedDays * DAY_MS)
      if (raw + corrupted > 0) onRemoved({ raw, corrupted })
    },
  }
}

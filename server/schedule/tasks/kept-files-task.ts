import type { EpochMs } from '../../../data/domain/time.ts'
import { DAY_MS } from '../../../data/domain/time.ts'
import { trimFolder } from '../../../data/files/trim-folder.ts'
import { trimKept } from '../../../data/spool/raw-keep.ts'
import { everyMinutes } from '../period.ts'
import type { Task } from '../task.ts'

export interface KeptFilesOptions {
  readonly folders: { readonly raw: string; readonly corrupted: string; readonly mail: string }
  /** Read at each run. Days that are null: for ever. */
  readonly limits: () => {
    readonly now: EpochMs
    readonly rawDays: number
    readonly corruptedDays: number | null
    readonly mailDays: number | null
  }
  readonly onRemoved: (removed: { readonly raw: number; readonly corrupted: number; readonly mail: number }) => void
}

/** Removes kept segments, what was set aside, and copies of mails when the settings keep them no longer, every hour. */
export function createKeptFilesTask({ folders, limits, onRemoved }: KeptFilesOptions): Task {
  return {
    name: 'kept-files',
    schedule: everyMinutes(60),
    dependsOn: [],
    backfill: false,
    async run() {
      const { now, rawDays, corruptedDays, mailDays } = limits()
      const trim = (folder: string, days: number | null) =>
        days === null ? 0 : trimFolder(folder, now - days * DAY_MS)
      const raw = await trimKept(folders.raw, now - rawDays * DAY_MS)
      const corrupted = await trim(folders.corrupted, corruptedDays)
      const mail = await trim(folders.mail, mailDays)
      if (raw + corrupted + mail > 0) onRemoved({ raw, corrupted, mail })
    },
  }
}

import type { ArchiveTurn } from '../../../data/archive/turn.ts'
import { packJournal } from '../../../data/journal/pack-journal.ts'
import { everyMinutes } from '../period.ts'
import type { Task } from '../task.ts'

/** Compresses the journal's past days, every hour. A backup, which copies the journal, waits for it and it for a backup. */
export function createJournalTask({
  folder,
  turn,
  onPacked,
}: {
  readonly folder: string
  readonly turn: ArchiveTurn
  readonly onPacked: (days: number) => void
}): Task {
  return {
    name: 'journal',
    schedule: everyMinutes(60),
    dependsOn: [],
    backfill: false,
    async run(_, signal) {
      const days = await turn.take(() => packJournal(folder, signal))
      if (days > 0) onPacked(days)
    },
  }
}

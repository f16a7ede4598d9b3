import type { ArchiveWork, Compacted } from '../../archive/archive-work.ts'
import { dailyAt } from '../period.ts'
import type { Task } from '../task.ts'

/** Puts the small files of past days together, every night. */
export function createCompactTask(work: Pick<ArchiveWork, 'compact'>, onCompacted: (done: Compacted) => void): Task {
  return {
    name: 'compact',
    schedule: dailyAt('02:30'),
    dependsOn: [],
    backfill: false,
    async run(_period, signal) {
      const compacted = await work.compact({ signal, isDryRun: false })
      if (compacted.done > 0) onCompacted(compacted)
    },
  }
}

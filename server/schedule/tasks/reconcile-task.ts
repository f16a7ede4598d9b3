import type { Verification } from '../../../data/archive/verify/verify-archive.ts'
import type { ArchiveWork } from '../../archive/archive-work.ts'
import { dailyAt } from '../period.ts'
import type { Task } from '../task.ts'

/**
 * Counts what is kept every night: by hour and channel, what was received is what is archived, in quarantine, and kept of what was rejected. Only
 * the columns for that are read, so it is cheap beside the weekly verification. What differs is told and no failure of the task.
 */
export function createReconcileTask(
  work: Pick<ArchiveWork, 'verify'>,
  onReconciled: (verification: Verification) => void,
): Task {
  return {
    name: 'reconcile',
    schedule: dailyAt('01:15'),
    dependsOn: [],
    backfill: false,
    run: async (_period, signal) => onReconciled(await work.verify({ signal, isWhole: false })),
  }
}

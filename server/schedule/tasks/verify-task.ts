import type { Verification } from '../../../data/archive/verify/verify-archive.ts'
import type { ArchiveWork } from '../../archive/archive-work.ts'
import { dailyAt } from '../period.ts'
import type { Task } from '../task.ts'

/**
 * Holds the archive against the counts, every week. What differs is told and no failure of the task: to do it again five minutes later
 * would tell the same.
 */
export function createVerifyTask(
  work: Pick<ArchiveWork, 'verify'>,
  onVerified: (verification: Verification) => void,
): Task {
  return {
    name: 'verify',
    schedule: dailyAt('03:30', 7),
    dependsOn: [],
    backfill: false,
    run: async (_period, signal) => onVerified(await work.verify({ signal })),
  }
}

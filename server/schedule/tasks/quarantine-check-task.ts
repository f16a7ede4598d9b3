import type { Database } from '../../../data/counts/database.ts'
import type { EpochMs } from '../../../data/domain/time.ts'
import { saveQuarantineChecks } from '../../../data/quarantine/quarantine-checks.ts'
import type { Reprocessing } from '../../reprocess/reprocessing.ts'
import { dailyAt } from '../period.ts'
import type { Task } from '../task.ts'

export interface QuarantineCheckOptions {
  readonly db: Database
  readonly reprocessing: Reprocessing
  readonly now: () => EpochMs
  readonly onChecked: (found: { readonly submissions: number; readonly wouldConvert: number }) => void
}

/** Tries every night how much of the quarantine would convert today, and notes it for people. */
export function createQuarantineCheckTask({ db, reprocessing, now, onChecked }: QuarantineCheckOptions): Task {
  return {
    name: 'quarantine-check',
    schedule: dailyAt('03:30'),
    dependsOn: [],
    backfill: false,
    async run(_period, signal) {
      const choice = { problems: [], since: null, until: null, channel: null }
      const keeps = ['quarantine'] as const
      const tally = await reprocessing.run({ choice, keeps, isDryRun: true, signal, onProgress: () => undefined })
      signal.throwIfAborted()
      const checkedAt = now()
      const checks = [...tally].map(([problem, { tried, converted }]) => {
        return { problem, checkedAt, submissions: tried, wouldConvert: converted }
      })
      await saveQuarantineChecks(db, checks)
      onChecked({
        submissions: checks.reduce((sum, { submissions }) => sum + submissions, 0),
        wouldConvert: checks.reduce((sum, { wouldConvert }) => sum + wouldConvert, 0),
      })
    },
  }
}

import type { KeepDays } from '../../data/archive/retention.ts'
import type { Settings } from '../settings/schema.ts'

/** How long archive and quarantine keep what they have. */
export function keepDaysOf({ archive, quarantine }: Settings): KeepDays {
  return {
    archive: daysOrNull(archive.keepDays),
    quarantine: daysOrNull(quarantine.keepDays),
    quarantineByProblem: Object.fromEntries(
      Object.entries(quarantine.keepDaysByProblem).map(([problem, days]) => [problem, daysOrNull(days)]),
    ),
  }
}

/** Null: for ever. */
export function daysOrNull(days: number | 'forever' = 'forever'): number | null {
  return days === 'forever' ? null : days
}

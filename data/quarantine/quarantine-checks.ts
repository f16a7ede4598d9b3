import type { Database } from '../counts/database.ts'
import type { EpochMs } from '../domain/time.ts'

/** What a dry run of reprocessing found of one problem. */
export interface QuarantineCheck {
  readonly problem: string
  readonly checkedAt: EpochMs
  /** So many were tried … */
  readonly submissions: number
  /** … and so many would convert. */
  readonly wouldConvert: number
}

/** By problem. */
export function readQuarantineChecks(db: Pick<Database, 'read'>): Promise<QuarantineCheck[]> {
  return db.read(
    'select problem, checked_at, submissions, would_convert from quarantine_checks order by problem',
    {},
    (row) => ({
      problem: row.text('problem'),
      checkedAt: row.number('checked_at'),
      submissions: row.number('submissions'),
      wouldConvert: row.number('would_convert'),
    }),
  )
}

/** In the place of those before: a problem that isn't there any more has no check either. */
export async function saveQuarantineChecks(db: Database, checks: readonly QuarantineCheck[]): Promise<void> {
  await db.inTransaction(async (transaction) => {
    await transaction.run('delete from quarantine_checks')
    await transaction.append(
      'quarantine_checks',
      checks.map(({ problem, checkedAt, submissions, wouldConvert }) => [
        problem,
        checkedAt,
        submissions,
        wouldConvert,
      ]),
    )
  })
}

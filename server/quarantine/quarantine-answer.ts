import type { Database } from '../../data/counts/database.ts'
import { isoSeconds } from '../../data/domain/time.ts'
import { readQuarantinedProblems } from '../../data/quarantine/list-quarantine.ts'
import { readQuarantineChecks } from '../../data/quarantine/quarantine-checks.ts'
import type { ReadableArchive } from '../../data/quarantine/readable-archive.ts'
import type { QuarantineAnswer } from '../api/types.ts'

export async function readQuarantineAnswer(database: Database, archive: ReadableArchive): Promise<QuarantineAnswer> {
  const checks = new Map((await readQuarantineChecks(database)).map((check) => [check.problem, check]))
  const problems = await readQuarantinedProblems(database, archive)
  return {
    problems: problems.map(({ oldest, ...kept }) => {
      const check = checks.get(kept.problem)
      return {
        ...kept,
        oldest: isoSeconds(oldest),
        would_convert: check?.wouldConvert ?? null,
        checked_at: check === undefined ? null : isoSeconds(check.checkedAt),
      }
    }),
  }
}

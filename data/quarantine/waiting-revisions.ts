import { readParts } from '../archive/read-parts.ts'
import type { Database } from '../counts/database.ts'
import type { EpochMs } from '../domain/time.ts'
import { filesOf, type KeptChoice, OFFENDING_VALUE, rowsOf } from '../reprocess/choice.ts'
import type { ReadableArchive } from './readable-archive.ts'

/** Problems that mend themselves once the specification can be had. */
export const WAITS_FOR_SPECIFICATION = ['unknown_revision', 'specification_unavailable'] as const

/** Addresses of the revisions whose specifications submissions received since then wait for; those that most wait for first. */
export function readWaitingRevisions(db: Database, archive: ReadableArchive, since: EpochMs): Promise<string[]> {
  const choice: KeptChoice = { problems: WAITS_FOR_SPECIFICATION, since, until: null, channel: null }
  const { where, params } = rowsOf(choice, WAITS_FOR_SPECIFICATION)
  return readParts(
    db,
    { ...archive, ...filesOf(choice, 'quarantine', WAITS_FOR_SPECIFICATION) },
    {
      select: `${OFFENDING_VALUE} as revision`,
      rest: `where ${where} and causes <> '' group by revision having revision is not null order by count(*) desc, revision`,
      params,
    },
    (row) => row.text('revision'),
  )
}

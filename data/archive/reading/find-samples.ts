import { type Params, time } from '../../counts/values.ts'
import type { EpochMs } from '../../domain/time.ts'
import { KEEPS } from '../part-name.ts'
import { readParts } from '../read-parts.ts'
import { type ArchiveToSearch, archivedCopy, COPY_COLUMNS, datesOf } from './find-copies.ts'
import type { FoundCopy } from './found-copy.ts'

/** Submissions received from `since` to before `until` with `problem` among theirs; of one channel, or of all (null). */
export interface SampleChoice {
  readonly problem: string
  readonly channel: string | null
  readonly since: EpochMs
  readonly until: EpochMs
  readonly most: number
}

/** The newest such, newest first. Only files that hold the problem are opened, and of those only the columns that tell of it. */
export async function findSamples({ db, ...archive }: ArchiveToSearch, choice: SampleChoice): Promise<FoundCopy[]> {
  const { problem, channel, since, until, most } = choice
  const params: Params = { problem, since: time(since), until: time(until), most }
  const rest = `where list_contains(problems, $problem) and received_at >= $since and received_at < $until
    order by received_at desc limit $most`
  const found: FoundCopy[] = []
  for (const keep of KEEPS) {
    const files = { ...archive, keep, channel, problems: [problem], ...datesOf(since, until) }
    const asked = { select: COPY_COLUMNS, rest, params }
    found.push(...(await readParts(db, files, asked, (row) => archivedCopy(row, keep, archive.root))))
  }
  return found.sort((a, b) => b.receivedAt - a.receivedAt).slice(0, most)
}

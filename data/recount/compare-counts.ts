import { isWhollyKept, type RemovedDays } from '../archive/removed-days.ts'
import type { Database } from '../counts/database.ts'
import type { Row } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'

/**
 * Submissions of one hour that were counted otherwise than they are kept. Builds and versions aren't compared: rare ones were folded
 * when they were counted.
 */
export interface CountDifference {
  readonly hour: EpochMs
  readonly channel: string
  readonly outcome: string
  readonly problem: string
  readonly automation: boolean
  readonly counted: number
  readonly found: number
  /** The same for submissions that were converted later, and for bytes. */
  readonly recovered: { readonly counted: number; readonly found: number }
  readonly bytes: { readonly counted: number; readonly found: number }
}

const KEY = 'hour, channel, outcome, problem, automation'
const SUMS = 'sum(submissions)::bigint as submissions, sum(recovered)::bigint as recovered, sum(bytes)::bigint as bytes'

/** What differs between the tables of `countAgain`, by hour and channel; without what retention removed. */
export async function compareCounts(reader: Database, removed: readonly RemovedDays[]): Promise<CountDifference[]> {
  const differences = await reader.read(
    `with counted as (select ${KEY}, ${SUMS} from counted group by all),
       found as (select ${KEY}, ${SUMS} from found group by all)
     select ${KEY}, ${['submissions', 'recovered', 'bytes']
       .map((sum) => `coalesce(counted.${sum}, 0) as counted_${sum}, coalesce(found.${sum}, 0) as found_${sum}`)
       .join(', ')}
     from counted full join found using (${KEY})
     where (counted_submissions, counted_recovered, counted_bytes) <> (found_submissions, found_recovered, found_bytes)
     order by ${KEY}`,
    {},
    differenceOf,
  )
  return differences.filter(
    ({ hour, problem, outcome }) => outcome === 'duplicate' || isWhollyKept(hour, problem, removed),
  )
}

function differenceOf(row: Row): CountDifference {
  return {
    hour: row.number('hour'),
    channel: row.text('channel'),
    outcome: row.text('outcome'),
    problem: row.text('problem'),
    automation: row.boolean('automation'),
    counted: row.number('counted_submissions'),
    found: row.number('found_submissions'),
    recovered: { counted: row.number('counted_recovered'), found: row.number('found_recovered') },
    bytes: { counted: row.number('counted_bytes'), found: row.number('found_bytes') },
  }
}

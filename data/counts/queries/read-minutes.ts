import { type EpochMs, MINUTE_MS } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'
import { readCoverage } from './read-coverage.ts'

/** What was received minute by minute; index `i` is the minute from `start + i` minutes. */
export interface MinuteCounts {
  readonly start: EpochMs
  readonly minutes: number
  /** Share of each minute in which a receiver listened, 0 to 1; imports know nothing of minutes. */
  readonly coverage: readonly number[]
  /** Submissions by channel; channels without any are not there. */
  readonly received: ReadonlyMap<string, Float64Array>
}

/** From `from` to `to` (exclusive), both whole minutes of the last two days; automation and duplicates left out. */
export async function readMinutes(
  database: Database,
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
): Promise<MinuteCounts> {
  const minutes = (to - from) / MINUTE_MS
  const rows = await database.read(
    `with sums as (
       select channel, minute, sum(submissions) as submissions from minute_counts
       where minute >= $from and minute < $to and outcome <> 'duplicate' group by all)
     select channel, list(date_diff('minute', $from, minute)::integer) as minutes,
       list(submissions::double) as submissions
     from sums group by channel order by channel`,
    { from: time(from), to: time(to) },
    (row) => ({
      channel: row.text('channel'),
      minutes: row.numbers('minutes'),
      submissions: row.numbers('submissions'),
    }),
  )
  const received = rows.map((row): [string, Float64Array] => {
    const counts = new Float64Array(minutes)
    for (const [position, minute] of row.minutes.entries()) counts[minute] = row.submissions[position] ?? 0
    return [row.channel, counts]
  })
  const coverage = await readCoverage(database, from, MINUTE_MS, minutes, { isLiveOnly: true })
  return { start: from, minutes, coverage, received: new Map(received) }
}

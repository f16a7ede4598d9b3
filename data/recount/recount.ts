import type { Readings } from '../archive/readings.ts'
import type { ArchiveTurn } from '../archive/turn.ts'
import type { WriteOptions } from '../archive/write-part.ts'
import type { Database } from '../counts/database.ts'
import { makeFolderDurably } from '../files/durable.ts'
import { type CountDifference, compareCounts } from './compare-counts.ts'
import { type CountAgainOptions, countAgain } from './count-again.ts'
import { mendCounts } from './mend-counts.ts'
import { type HourRange, takeCountedSnapshot } from './take-snapshot.ts'

export interface RecountOptions extends CountAgainOptions, HourRange {
  readonly write: WriteOptions & { readonly readings: Readings }
  readonly turn: ArchiveTurn
  /** A folder that both databases may read and write. */
  readonly exchange: string
  /** Whether counts that differ are put right. */
  readonly isMending: boolean
}

export interface Recount {
  /** In order of hour and channel. */
  readonly differences: readonly CountDifference[]
  readonly files: number
  /** As counted now. */
  readonly submissions: number
  /** Hours that were counted or found. */
  readonly hours: number
  /** Hours that were put right; the judge has been told. */
  readonly mendedHours: number
}

/**
 * Counts once more what is kept of some hours, as it was received live, and holds that against what was counted: files of archive and
 * quarantine, what is converted and waits for its part, and from the journal what no archive holds (copies, damage, what was forgotten). Imports
 * aren't looked at. All that goes on, goes on beside it.
 */
export async function recount(options: RecountOptions): Promise<Recount> {
  const { write, turn, reader, exchange, isMending } = options
  const range = { since: options.since, until: options.until }
  await makeFolderDurably(exchange)
  // What is replaced from here on stays until it is read.
  const end = write.readings.begin()
  try {
    const snapshot = await turn.take(() => takeCountedSnapshot(range, exchange, write))
    await countAgain(range, snapshot, options)
    const differences = await compareCounts(reader, snapshot.removed)
    const mended = isMending ? await mendCounts(differences, { ...options, db: write.db, now: write.now() }) : []
    return { differences, files: snapshot.files.length, mendedHours: mended.length, ...(await readSums(reader)) }
  } finally {
    end()
  }
}

async function readSums(reader: Database): Promise<{ readonly submissions: number; readonly hours: number }> {
  const [sums] = await reader.read(
    `select (select coalesce(sum(submissions), 0)::bigint from found) as submissions,
       (select count(distinct hour) from (select hour from found union all select hour from counted)) as hours`,
    {},
    (row) => ({ submissions: row.number('submissions'), hours: row.number('hours') }),
  )
  return sums ?? { submissions: 0, hours: 0 }
}

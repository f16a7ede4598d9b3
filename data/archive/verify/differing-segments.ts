import { join } from 'node:path'
import type { Database } from '../../counts/database.ts'
import { time } from '../../counts/values.ts'
import { importReceiver } from '../../domain/import-source.ts'
import { DAY_MS, type EpochMs, HOUR_MS, isoDate } from '../../domain/time.ts'
import { readArchiveFiles } from '../archive-files.ts'
import { KEEPS } from '../part-name.ts'
import type { Difference } from './difference.ts'

/** A segment of a receiver lives for seconds; it is looked for so long before the day. */
const OLDEST_SEGMENT_MS = HOUR_MS
/** More are nobody's to look at one by one. */
const MOST_SEGMENTS = 20

/**
 * Of a day whose counts differ from what is kept: the archived segments of receivers that brought another number of submissions than are
 * kept of them. The ledger knows segments for a month. A segment of which documents were forgotten is among them.
 */
export async function findDifferingSegments(
  day: EpochMs,
  { db, reader, root }: { readonly db: Database; readonly reader: Database; readonly root: string },
): Promise<Difference[]> {
  const brought = await db.read(
    `select segment, records - len(duplicate_frames) as submissions from converted_files
     where state in ('archived', 'damaged') and segment_created_at >= $from and segment_created_at < $to
       and not starts_with(receiver, '${importReceiver('')}') order by segment`,
    { from: time(day - OLDEST_SEGMENT_MS), to: time(day + DAY_MS) },
    (row) => ({ segment: row.text('segment'), counted: row.number('submissions') }),
  )
  if (brought.length === 0) return []
  const kept = await readKeptBySegment(day, { db, reader, root })
  return brought
    .map(({ segment, counted }) => ({ kind: 'segment', segment, counted, found: kept.get(segment) ?? 0 }) as const)
    .filter(({ counted, found }) => counted !== found)
    .slice(0, MOST_SEGMENTS)
}

/** At midnight a segment has submissions of two days. */
async function readKeptBySegment(
  day: EpochMs,
  { db, reader, root }: { readonly db: Database; readonly reader: Database; readonly root: string },
): Promise<ReadonlyMap<string, number>> {
  const days = { fromDate: isoDate(day - DAY_MS), toDate: isoDate(day + DAY_MS) }
  const files = (await Promise.all(KEEPS.map((keep) => readArchiveFiles(db, { keep, ...days })))).flat()
  const kept = new Map<string, number>()
  for (const { name } of files) {
    // A file that can't be read has been told of: nothing of it is kept.
    await reader
      .read(
        'select segment, count(*) as submissions from read_parquet($files, hive_partitioning = false) group by segment',
        { files: [join(root, name)] },
        (row) => {
          const segment = row.text('segment')
          kept.set(segment, (kept.get(segment) ?? 0) + row.number('submissions'))
        },
      )
      .catch(() => undefined)
  }
  return kept
}

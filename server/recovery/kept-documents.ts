import { join } from 'node:path'
import { readArchiveFiles } from '../../data/archive/archive-files.ts'
import { KEEPS } from '../../data/archive/part-name.ts'
import { readArchivedDocuments } from '../../data/archive/read-archived-documents.ts'
import { convertedFilePath, readConvertedIndex } from '../../data/converted/converted-file.ts'
import type { Database } from '../../data/counts/database.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import type { RestoredDocument } from '../../data/seen/seen-documents.ts'
import type { StateFolders } from '../owner/state-folders.ts'

/** The documents that are kept and were received or merged at `from` or later: archived, quarantined, or waiting for their part. */
export async function* keptDocuments(
  database: Database,
  folders: StateFolders,
  from: EpochMs,
): AsyncGenerator<readonly RestoredDocument[]> {
  const files = (await Promise.all(KEEPS.map((keep) => readArchiveFiles(database, { keep })))).flat()
  yield* readArchivedDocuments(
    database,
    files.map(({ name }) => join(folders.state, name)),
    from,
  )
  const waiting = await database.read(
    `select segment, merged_at, duplicate_frames from converted_files where state in ('merged', 'planned')`,
    {},
    (row) => ({
      segment: row.text('segment'),
      rememberedAt: row.number('merged_at'),
      duplicates: new Set(row.numbers('duplicate_frames')),
    }),
  )
  for (const { segment, rememberedAt, duplicates } of waiting) {
    const { records } = await readConvertedIndex(convertedFilePath(folders.converted, segment))
    yield records.flatMap(({ frame, duplicateKey, receivedAt }) =>
      duplicateKey === null || duplicates.has(frame) ? [] : [{ duplicateKey, receivedAt, segment, rememberedAt }],
    )
  }
}

import type { Transaction } from '../counts/database.ts'
import { time } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'
import type { RestoredDocument } from '../seen/seen-documents.ts'
import { ARCHIVED_ROWS } from './read-parts.ts'

/**
 * The documents of archive and quarantine that were received or merged at `from` or later, a file's at a time: what later copies are
 * found by. The ledger says when each was merged. `files` are paths.
 */
export async function* readArchivedDocuments(
  database: Pick<Transaction, 'read'>,
  files: readonly string[],
  from: EpochMs,
): AsyncGenerator<readonly RestoredDocument[]> {
  for (const file of files) {
    yield await database.read(
      `select duplicate_key, received_at, segment, greatest(received_at, coalesce(merged_at, received_at)) as remembered_at
       from ${ARCHIVED_ROWS} left join converted_files using (segment)
       where duplicate_key is not null and remembered_at >= $from`,
      { files: [file], from: time(from) },
      (row) => ({
        duplicateKey: row.text('duplicate_key'),
        receivedAt: row.number('received_at'),
        segment: row.text('segment'),
        rememberedAt: row.number('remembered_at'),
      }),
    )
  }
}

import { join } from 'node:path'
import { z } from 'zod'
import type { ArchiveFile } from '../archive/archive-files.ts'
import { ARCHIVED_ROWS } from '../archive/read-parts.ts'
import type { Database } from '../counts/database.ts'
import type { Params, Row } from '../counts/values.ts'
import { SUBMISSION_PREFIX } from '../domain/submission-path.ts'
import { putBack } from '../payload/put-back.ts'
import type { KeptSubmission } from '../spool/reprocess-segment.ts'
import { ALIKE } from './alike.ts'
import { KEPT_COLUMNS, type KeptRow, keptRow } from './kept-row.ts'

/** A kept submission that is being converted once more. */
export interface TriedRow extends KeptRow {
  /** In which file it lies. */
  readonly file: ArchiveFile
  /** Archive only: all that was taken out of it, and what of that stays out, whatever its histograms become. */
  readonly dropped: string
  readonly leftOut: string
  /** Archive only: what it shares with rows that are tried in vain together; see ALIKE. */
  readonly alike: string | null
}

interface RowsOfFile {
  readonly root: string
  readonly file: ArchiveFile
  readonly where: string
  readonly params: Params
  /** Rows that share one of these are left out. */
  readonly exceptAlike?: readonly string[]
}

const headers = z.record(z.string(), z.string())

/** The file's chosen rows in the order of their receipt. Each is told to `onRow` before it is handed over. */
export async function* readTried(
  db: Pick<Database, 'readBatches'>,
  { root, file, where, params, exceptAlike = [] }: RowsOfFile,
  onRow: (row: TriedRow) => void,
): AsyncGenerator<KeptSubmission> {
  const own = file.partition.keep === 'quarantine' ? 'path, headers, body' : `payload, dropped, ${ALIKE} as alike`
  const parse = file.partition.keep === 'quarantine' ? quarantined : salvaged
  const isTried = exceptAlike.length === 0 ? 'true' : `coalesce(not list_contains($exceptAlike, ${ALIKE}), true)`
  const rows = db.readBatches(
    `select ${KEPT_COLUMNS}, ${own} from ${ARCHIVED_ROWS} where ${where} and ${isTried}
     order by received_at, segment, frame`,
    { ...params, ...(exceptAlike.length === 0 ? {} : { exceptAlike }), files: [join(root, file.name)] },
    (row) => parse(row, file),
  )
  for await (const some of rows) {
    for (const { row, submission } of some) {
      onRow(row)
      yield submission
    }
  }
}

interface Tried {
  readonly row: TriedRow
  readonly submission: KeptSubmission
}

function quarantined(row: Row, file: ArchiveFile): Tried {
  const kept = keptRow(row, file.partition.channel)
  return {
    row: { ...kept, file, dropped: '', leftOut: '', alike: null },
    submission: {
      receivedAt: kept.record.receivedAt,
      path: row.text('path'),
      headers: headers.parse(JSON.parse(row.text('headers'))),
      body: row.bytes('body'),
    },
  }
}

/** What was taken out stands in its place again, as it came. */
function salvaged(row: Row, file: ArchiveFile): Tried {
  const kept = keptRow(row, file.partition.channel)
  const dropped = row.text('dropped')
  const { payload, dropped: leftOut } = putBack(row.text('payload'), dropped)
  return {
    row: { ...kept, file, dropped, leftOut, alike: row.textOrNull('alike') },
    submission: {
      receivedAt: kept.record.receivedAt,
      path: pathOf(kept),
      headers: {},
      body: Buffer.from(payload),
    },
  }
}

/** The archive doesn't keep the path; what follows from it is known already. */
function pathOf({ record: { documentId, dimensions } }: KeptRow): string {
  const { reason, appName, appVersion, channel, buildId } = dimensions
  const parts = [documentId || '0', reason, appName, appVersion, channel, buildId]
  return SUBMISSION_PREFIX + parts.map(encodeURIComponent).join('/')
}

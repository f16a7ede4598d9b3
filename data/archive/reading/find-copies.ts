import { join } from 'node:path'
import { DEBUG_ID } from '../../converted/converted-record.ts'
import { problemCauses } from '../../converted/converted-schema.ts'
import type { Database } from '../../counts/database.ts'
import { type Params, type Row, time } from '../../counts/values.ts'
import { type EpochMs, isoDate } from '../../domain/time.ts'
import { KEEPS, type Keep } from '../part-name.ts'
import { type PartsToRead, readParts } from '../read-parts.ts'
import type { FoundCopy, Sought } from './found-copy.ts'

export interface ArchiveToSearch extends Pick<PartsToRead, 'root' | 'readings'> {
  readonly db: Database
}

/** More than this of one id or tag is nobody's question; the newest are answered. */
export const MOST_COPIES = 200

/**
 * Copies in archive and quarantine, newest first. Only the columns asked for are read, and with times only the files of their days: an
 * id says nothing of when its document came.
 */
export async function findArchived({ db, ...archive }: ArchiveToSearch, sought: Sought): Promise<FoundCopy[]> {
  const { since, until } = sought
  const bounds = [
    ...(since === null ? [] : ['received_at >= $since']),
    ...(until === null ? [] : ['received_at < $until']),
  ]
  const params: Params = {
    ...(since === null ? {} : { since: time(since) }),
    ...(until === null ? {} : { until: time(until) }),
    ...(sought.by === 'document' ? { id: sought.documentId } : { tag: sought.debugId }),
  }
  // As text first: to take every row's JSON apart is slow.
  const isSought =
    sought.by === 'document'
      ? 'document_id = $id'
      : `contains(attributes, '"${DEBUG_ID}"') and json_extract_string(attributes, '$."${DEBUG_ID}"') = $tag`
  const found: FoundCopy[] = []
  for (const keep of KEEPS) {
    const choice = { ...archive, keep, ...datesOf(since, until) }
    const rest = `where ${[isSought, ...bounds].join(' and ')} order by received_at desc limit ${MOST_COPIES}`
    const select = COPY_COLUMNS
    found.push(
      ...(await readParts(db, choice, { select, rest, params }, (row) => archivedCopy(row, keep, archive.root))),
    )
  }
  return found.sort((a, b) => b.receivedAt - a.receivedAt).slice(0, MOST_COPIES)
}

/** For `archivedCopy`. */
export const COPY_COLUMNS = `document_id, received_at, reason, app_name, app_version, channel, build_id, outcome, problem, problems, causes,
  automation, duplicate_key, segment, frame, bytes, recovered_at, filename as file`

/** A row of archive or quarantine, which lie under `root`. */
export function archivedCopy(row: Row, keep: Keep, root: string): FoundCopy {
  const file = row.text('file').slice(join(root, 'x').length - 1)
  return { ...copyOf(row), place: { kind: keep, file } }
}

/** First and last day of receipt, as files are chosen by. */
export function datesOf(since: EpochMs | null, until: EpochMs | null) {
  return {
    fromDate: since === null ? null : isoDate(since),
    toDate: until === null ? null : isoDate(until - 1),
  }
}

function copyOf(row: Row): Omit<FoundCopy, 'place'> {
  const causes = row.text('causes')
  return {
    documentId: row.text('document_id'),
    receivedAt: row.number('received_at'),
    dimensions: {
      reason: row.text('reason'),
      appName: row.text('app_name'),
      appVersion: row.text('app_version'),
      channel: row.text('channel'),
      buildId: row.text('build_id'),
    },
    outcome: row.text('outcome'),
    problem: row.text('problem'),
    problems: row.texts('problems'),
    causes: causes === '' ? [] : problemCauses.parse(JSON.parse(causes)),
    automation: row.boolean('automation'),
    duplicateKey: row.textOrNull('duplicate_key'),
    segment: row.text('segment'),
    frame: row.number('frame'),
    bytes: row.number('bytes'),
    recoveredAt: row.numberOrNull('recovered_at'),
  }
}

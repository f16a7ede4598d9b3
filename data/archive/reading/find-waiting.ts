import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { convertedFilePath, readConvertedIndex, segmentOfConvertedFile } from '../../converted/converted-file.ts'
import { type ConvertedRecord, DEBUG_ID } from '../../converted/converted-record.ts'
import type { Database } from '../../counts/database.ts'
import { UNKNOWN } from '../../domain/dimensions.ts'
import { NO_PROBLEM } from '../../domain/outcome.ts'
import { parseSubmissionPath } from '../../domain/submission-path.ts'
import { isNotFound } from '../../files/is-not-found.ts'
import { segmentOfClaim } from '../../spool/claims.ts'
import { filesIn, SPOOL_FOLDERS } from '../../spool/folders.ts'
import { openSegmentReader } from '../../spool/read-segment.ts'
import type { FoundCopy, Sought } from './found-copy.ts'

/**
 * Copies in converted files that wait for their part. Which of them are duplicates is known once their counts are merged;
 * a duplicate isn't archived, so this is the only time when it can be found.
 */
export async function findConverted(db: Pick<Database, 'read'>, folder: string, sought: Sought): Promise<FoundCopy[]> {
  const found: FoundCopy[] = []
  for (const segment of await convertedSegments(folder)) {
    const records = await recordsOf(folder, segment, sought)
    if (records.length === 0) continue
    const [duplicates = []] = await db.read(
      'select duplicate_frames from converted_files where segment = $segment',
      { segment },
      (row) => row.numbers('duplicate_frames'),
    )
    const file = `${basename(folder)}/${basename(convertedFilePath(folder, segment))}`
    for (const record of records) {
      const isDuplicate = duplicates.includes(record.frame)
      const decided = isDuplicate ? { outcome: 'duplicate', problem: NO_PROBLEM } : record
      const { outcome, problem } = decided
      found.push({ ...record, segment, outcome, problem, recoveredAt: null, place: { kind: 'converted', file } })
    }
  }
  return found
}

/** None where the file went to the archive meanwhile, or can't be read: that is told by whoever merges it. */
async function recordsOf(folder: string, segment: string, sought: Sought): Promise<ConvertedRecord[]> {
  try {
    const { records } = await readConvertedIndex(convertedFilePath(folder, segment))
    return records.filter((record) => {
      const isSought =
        sought.by === 'document'
          ? record.documentId === sought.documentId
          : record.attributes[DEBUG_ID] === sought.debugId
      return isSought && isWithin(record.receivedAt, sought)
    })
  } catch {
    return []
  }
}

async function convertedSegments(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).map(segmentOfConvertedFile).filter((segment) => segment !== null)
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

/** Beyond this, what waits in the spool isn't looked into: an answer must come soon. */
const MOST_SPOOL_BYTES = 64 * 1024 * 1024

/** `unread`: segments that weren't looked into. */
export interface SpoolCopies {
  readonly copies: readonly FoundCopy[]
  readonly unread: number
}

/** Copies that were received and aren't converted yet; by document id only, for tags stand in what is converted. */
export async function findInSpool(spool: string, sought: Sought): Promise<SpoolCopies> {
  const copies: FoundCopy[] = []
  let bytes = 0
  let unread = 0
  for (const folder of SPOOL_FOLDERS) {
    for (const name of await filesIn(spool, folder)) {
      const path = join(spool, folder, name)
      const size = await sizeOf(path)
      if (bytes + size > MOST_SPOOL_BYTES) {
        unread++
        continue
      }
      bytes += size
      const place = { kind: 'spool', file: `${basename(spool)}/${folder}/${name}` } as const
      if (sought.by === 'document') copies.push(...(await copiesInSegment(path, segmentOfClaim(name), sought, place)))
    }
  }
  return { copies, unread }
}

async function copiesInSegment(
  path: string,
  segment: string,
  sought: Extract<Sought, { by: 'document' }>,
  place: FoundCopy['place'],
): Promise<FoundCopy[]> {
  const found: FoundCopy[] = []
  try {
    const reader = await openSegmentReader(path)
    try {
      for await (const piece of reader) {
        if (piece.kind !== 'frame' || piece.frame.kind !== 'submission') continue
        const { number, receivedAt, body } = piece.frame
        const parsed = parseSubmissionPath(piece.frame.path)
        if (parsed.kind === 'elsewhere' || parsed.documentId !== sought.documentId) continue
        if (!isWithin(receivedAt, sought)) continue
        const dimensions = parsed.kind === 'full' ? parsed.dimensions : NO_DIMENSIONS
        found.push({
          ...UNDECIDED,
          ...{ documentId: parsed.documentId, receivedAt, dimensions },
          segment,
          frame: number,
          bytes: body.length,
          place,
        })
      }
    } finally {
      await reader.close()
    }
  } catch (error) {
    // It was converted meanwhile.
    if (!isNotFound(error)) throw error
  }
  return found
}

const NO_DIMENSIONS = { reason: UNKNOWN, appName: UNKNOWN, appVersion: UNKNOWN, channel: UNKNOWN, buildId: UNKNOWN }
const UNDECIDED = {
  outcome: null,
  problem: null,
  problems: [],
  causes: [],
  automation: false,
  duplicateKey: null,
  recoveredAt: null,
} as const

function isWithin(receivedAt: number, { since, until }: Sought): boolean {
  return (since === null || receivedAt >= since) && (until === null || receivedAt < until)
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isNotFound(error)) return 0
    throw error
  }
}

import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { convertedFilePath, readConvertedIndex, segmentOfConvertedFile } from '../../converted/converted-file.ts'
import { type ConvertedRecord, DEBUG_ID } from '../../converted/converted-record.ts'
import type { Database } from '../../counts/database.ts'
import { UNKNOWN } from '../../domain/dimensions.ts'
import { NO_PROBLEM } from '../../domain/outcome.ts'
import { parseSubmissionPath } from '../../domain/submission-path.ts'
import { isNotFound } from '../../files/is-not-found.ts'
import { segmentOfClaim } from '../../spool/claims.ts'
import { filesIn, IMPORT_FOLDER } from '../../spool/folders.ts'
import type { Frame } from '../../spool/frame.ts'
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

/** An answer must come soon, however much waits in the spool. */
const SEARCH_MS = 5000

/**
 * Where segments wait, in the flow's order. Not those that are converted once more: what is in them is a copy of what lies in archive
 * or quarantine.
 */
const SEARCHED_FOLDERS = ['open', 'closed', IMPORT_FOLDER, 'claimed'] as const

/** `unread`: segments that weren't looked into, or not to their end. */
export interface SpoolCopies {
  readonly copies: readonly FoundCopy[]
  readonly unread: number
}

/**
 * Copies that were received, or brought in by an import, and aren't converted yet; by document id only, for tags stand in what is
 * converted. `searchMs`: after so long the rest is left unread.
 */
export async function findInSpool(spool: string, sought: Sought, searchMs = SEARCH_MS): Promise<SpoolCopies> {
  const copies: FoundCopy[] = []
  let unread = 0
  if (sought.by !== 'document') return { copies, unread }
  const until = performance.now() + searchMs
  for (const folder of SEARCHED_FOLDERS) {
    for (const name of await filesIn(spool, folder)) {
      const path = join(spool, folder, name)
      const place = { kind: 'spool', file: `${basename(spool)}/${folder}/${name}` } as const
      const add = (copy: CopyInSegment) => copies.push({ ...copy, segment: segmentOfClaim(name), place })
      if (!(await searchSegment(path, sought, until, add))) unread++
    }
  }
  return { copies, unread }
}

type CopyInSegment = Omit<FoundCopy, 'segment' | 'place'>

/** Answers whether it came to the end in time. */
async function searchSegment(
  path: string,
  sought: Extract<Sought, { by: 'document' }>,
  until: number,
  onCopy: (copy: CopyInSegment) => void,
): Promise<boolean> {
  if (performance.now() >= until) return false
  try {
    const reader = await openSegmentReader(path)
    try {
      for await (const piece of reader) {
        if (performance.now() >= until) return false
        const copy = piece.kind === 'frame' ? copyIn(piece.frame, sought) : null
        if (copy !== null) onCopy(copy)
      }
    } finally {
      await reader.close()
    }
  } catch (error) {
    // It was converted meanwhile.
    if (!isNotFound(error)) throw error
  }
  return true
}

function copyIn(frame: Frame, sought: Extract<Sought, { by: 'document' }>): CopyInSegment | null {
  if (frame.kind !== 'submission' || !isWithin(frame.receivedAt, sought)) return null
  const parsed = parseSubmissionPath(frame.path)
  if (parsed.kind === 'elsewhere' || parsed.documentId !== sought.documentId) return null
  return {
    ...UNDECIDED,
    documentId: parsed.documentId,
    receivedAt: frame.receivedAt,
    dimensions: parsed.kind === 'full' ? parsed.dimensions : NO_DIMENSIONS,
    frame: frame.number,
    bytes: frame.body.length,
  }
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

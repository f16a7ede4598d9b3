import type { Database } from '../../counts/database.ts'
import { sourceOfReceiver } from '../../domain/import-source.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { ArchiveFile } from '../archive-files.ts'
import { KEEPS, parsePartFileName, UNKNOWN } from '../part-name.ts'
import type { Readings } from '../readings.ts'
import { isWhollyKept } from '../removed-days.ts'
import type { ArchiveTurn } from '../turn.ts'
import type { WriteOptions } from '../write-part.ts'
import { type DaySnapshot, takeDaySnapshot, WaitingIndexes } from './day-snapshot.ts'
import type { Difference } from './difference.ts'
import { findDifferingSegments } from './differing-segments.ts'
import { findTwice, readWholeFile, type WholeFiles } from './read-whole-files.ts'

export interface VerifyOptions {
  readonly write: WriteOptions & { readonly readings: Readings }
  readonly turn: ArchiveTurn
  readonly root: string
  /** A database of its own in memory, which may read the archive's files. */
  readonly reader: Database
  /** Whether every value of every file is read, or only what counts are compared by. Default: every one. */
  readonly isWhole?: boolean
  readonly signal?: AbortSignal
  /** Told after each day. */
  readonly onDay?: (done: Verification) => void
}

export interface Verification {
  /** The first 1,000. */
  readonly differences: readonly Difference[]
  readonly differenceCount: number
  readonly days: number
  readonly files: number
  readonly rows: number
  readonly bytes: number
  /** Files that were moved out of the archive because the database didn't know them; nobody reads them. */
  readonly setAside: number
}

const MOST_DIFFERENCES = 1000

/**
 * Holds the archive against what the database knows: every file is there, whole, with the rows that were written; there is no other; no
 * frame stands in it twice; and by hour, channel, outcome, problem and source there are as many submissions as were counted, those
 * that wait for their part and those that were to be forgotten reckoned in. Day by day, beside everything else that goes on.
 *
 * Not compared: duplicates, and what a damaged stretch of a segment was counted as, because nothing of them is kept; counts
 * that came from CSV; what retention removed.
 */
export async function verifyArchive(options: VerifyOptions): Promise<Verification> {
  const { write, turn, root, reader, isWhole = true, signal, onDay } = options
  const found: Difference[] = []
  let differenceCount = 0
  let done = { days: 0, files: 0, rows: 0, bytes: 0 }
  const { unknown, setAside, days } = await turn.take(() => lookAround(write))
  const verification = (): Verification => ({ ...done, differences: found, differenceCount, setAside })
  const note = (differences: readonly Difference[]) => {
    differenceCount += differences.length
    found.push(...differences.slice(0, MOST_DIFFERENCES - found.length))
  }
  note(unknown.map((file) => ({ kind: 'unknown', file })))
  const whole: WholeFiles = { reader, root, isWhole, sourceOf: await readSources(write.db) }
  const indexes = new WaitingIndexes()
  for (const day of days) {
    signal?.throwIfAborted()
    // What is replaced from here on stays until it is read.
    const end = write.readings.begin()
    try {
      const snapshot = await turn.take(() => takeDaySnapshot(write.db, write.folders.converted, day, indexes))
      const { files } = snapshot
      note(await verifyDay(day, snapshot, { db: write.db, whole, signal }))
      done = {
        days: done.days + 1,
        files: done.files + files.length,
        rows: done.rows + sum(files, 'rows'),
        bytes: done.bytes + sum(files, 'bytes'),
      }
    } finally {
      end()
    }
    onDay?.(verification())
  }
  return verification()
}

async function verifyDay(
  day: EpochMs,
  { files, book, removed }: DaySnapshot,
  {
    db,
    whole,
    signal,
  }: { readonly db: Database; readonly whole: WholeFiles; readonly signal: AbortSignal | undefined },
): Promise<Difference[]> {
  const differences: Difference[] = []
  const readable: ArchiveFile[] = []
  for (const file of files) {
    signal?.throwIfAborted()
    const wrong = await readWholeFile(file, book, whole)
    if (!wrong.some(({ kind }) => kind === 'missing' || kind === 'unreadable')) readable.push(file)
    differences.push(...wrong)
  }
  const uneven = book.differences(({ problem }) => isWhollyKept(day, problem, removed))
  const { reader, root } = whole
  if (uneven.length > 0) differences.push(...uneven, ...(await findDifferingSegments(day, { db, reader, root })))
  return [...differences, ...(await findTwice(whole.reader, whole.root, readable))]
}

/** The files that nobody knows, and the days that there is something of, in order. */
async function lookAround({ db, storage }: WriteOptions) {
  const known = new Set(await db.read('select name from archive_files', {}, (row) => row.text('name')))
  const unfinished = new Set(
    await db.read(
      `select part from archive_parts where state in ('planned', 'begun')
       union all select part from archive_changes where state = 'planned'`,
      {},
      (row) => row.number('part'),
    ),
  )
  const stored = (await Promise.all(KEEPS.map((keep) => storage.list(keep)))).flat()
  const unknown = stored.filter((name) => !known.has(name) && !unfinished.has(parsePartFileName(name)?.part ?? -1))
  const setAside = (await storage.list(UNKNOWN)).length
  const days = await db.read(
    `select distinct day from (
       select submission_date::date as day from archive_files where state = 'kept'
       union all select hour::date from hourly_counts where source not in (select source from imports where kind <> 'raw'))
     order by day`,
    {},
    (row) => row.number('day'),
  )
  return { unknown, setAside, days }
}

/** Only imports' segments are asked for: all others are live. */
async function readSources(db: Database): Promise<(segment: string) => string> {
  const receivers = new Map(
    await db.read(
      `select segment, receiver from converted_files where ends_with(segment, '.import')`,
      {},
      (row) => [row.text('segment'), row.text('receiver')] as const,
    ),
  )
  return (segment) => sourceOfReceiver(receivers.get(segment) ?? '')
}

function sum(files: readonly ArchiveFile[], what: 'rows' | 'bytes'): number {
  return files.reduce((total, file) => total + file[what], 0)
}

import type { Database, Transaction } from '../counts/database.ts'
import { time } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'

export interface PlanOptions {
  readonly now: EpochMs
  /** A part is due when its oldest file was merged this long ago… */
  readonly maxAgeMs: number
  /** …or when its submissions have this many bytes, as received; it takes no more than fit, but at least one file. */
  readonly maxBytes: number
}

/**
 * Decides which converted files make the next part, and writes that down before anything of it is written: a repeat after a
 * crash makes the same part. Returns its number, or null where none is due.
 */
export function planPart(db: Database, options: PlanOptions): Promise<number | null> {
  return db.inTransaction(async (transaction) => {
    const waiting = await readWaiting(transaction)
    const segments = nextPart(waiting, options)
    if (segments.length === 0) return null
    const [part = 1] = await transaction.read(
      'select coalesce(max(part), 0) + 1 as part from archive_parts',
      {},
      (row) => row.number('part'),
    )
    await transaction.append('archive_parts', [[part, options.now, null, 'planned']])
    await transaction.run(
      `update converted_files set state = 'planned', part = $part where segment in (select unnest($segments))`,
      { part, segments },
    )
    return part
  })
}

interface WaitingFile {
  readonly segment: string
  readonly mergedAt: EpochMs
  readonly bytes: number
}

function readWaiting(transaction: Transaction): Promise<WaitingFile[]> {
  return transaction.read(
    `select segment, merged_at, bytes from converted_files where state = 'merged' order by merged_at, segment`,
    {},
    (row) => ({ segment: row.text('segment'), mergedAt: row.number('merged_at'), bytes: row.number('bytes') }),
  )
}

/** The first files, oldest first, that make a part; none where it isn't due. */
function nextPart(waiting: readonly WaitingFile[], { now, maxAgeMs, maxBytes }: PlanOptions): string[] {
  const oldest = waiting[0]
  if (oldest === undefined) return []
  const total = waiting.reduce((sum, file) => sum + file.bytes, 0)
  if (total < maxBytes && now - oldest.mergedAt < maxAgeMs) return []
  const segments: string[] = []
  let bytes = 0
  for (const file of waiting) {
    if (segments.length > 0 && bytes + file.bytes > maxBytes) break
    segments.push(file.segment)
    bytes += file.bytes
  }
  return segments
}

interface Plan {
  /** An earlier attempt may have put files of the part into the storage. */
  readonly isBegun: boolean
  /** By segment. */
  readonly files: readonly PlannedFile[]
}

/** What a part is made of, as it was planned; null where there is no such part or it is done. */
export async function readPlan(db: Database, part: number): Promise<Plan | null> {
  const [state] = await db.read(
    `select state from archive_parts where part = $part and state in ('planned', 'begun')`,
    { part },
    (row) => row.text('state'),
  )
  if (state === undefined) return null
  const files = await db.read(
    `select segment, duplicate_frames from converted_files where part = $part and state = 'planned' order by segment`,
    { part },
    (row) => ({ segment: row.text('segment'), duplicateFrames: row.numbers('duplicate_frames') }),
  )
  return { isBegun: state === 'begun', files }
}

export interface PlannedFile {
  readonly segment: string
  readonly duplicateFrames: readonly number[]
}

/** Parts that were planned and never finished, in their order. */
export function readUnfinishedParts(db: Database): Promise<number[]> {
  return db.read(`select part from archive_parts where state in ('planned', 'begun') order by part`, {}, (row) =>
    row.number('part'),
  )
}

/** From now on files of the part may be in the storage: whoever repeats it looks for them. */
export async function markBegun(transaction: Transaction, part: number): Promise<void> {
  await transaction.run(`update archive_parts set state = 'begun' where part = $part`, { part })
}

/**
 * Numbers up to `highest` were given out by a database that was lost, or is newer than this one. They are never given out
 * again: neither a file's name nor a journal entry's key may mean two parts.
 */
export async function leaveOutNumbers(db: Database, highest: number, now: EpochMs): Promise<void> {
  await db.inTransaction(async (transaction) => {
    const above = await transaction.read('select part from archive_parts where part >= $highest', { highest }, (row) =>
      row.number('part'),
    )
    if (above.length === 0) await transaction.append('archive_parts', [[highest, now, null, 'foreign']])
  })
}

/** Numbers of the parts that are this database's own. */
export function readOwnParts(db: Database): Promise<number[]> {
  return db.read(`select part from archive_parts where state <> 'foreign' order by part`, {}, (row) =>
    row.number('part'),
  )
}

/** The part is in its place and synced: its converted files are no longer needed. */
export async function markDone(transaction: Transaction, part: number, now: EpochMs): Promise<void> {
  await transaction.run(`update archive_parts set state = 'done', done_at = $now where part = $part`, {
    part,
    now: time(now),
  })
  await transaction.run(`update converted_files set state = 'archived' where part = $part and state = 'planned'`, {
    part,
  })
}

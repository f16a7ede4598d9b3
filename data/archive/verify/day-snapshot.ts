import { convertedFilePath, readConvertedIndex } from '../../converted/converted-file.ts'
import type { ConvertedIndex } from '../../converted/converted-record.ts'
import type { Database, Transaction } from '../../counts/database.ts'
import { tally } from '../../counts/tally.ts'
import { type Row, time } from '../../counts/values.ts'
import { LIVE_SOURCE } from '../../domain/dimensions.ts'
import { sourceOfReceiver } from '../../domain/import-source.ts'
import { DAY_MS, type EpochMs, isoDate } from '../../domain/time.ts'
import { type ArchiveFile, readArchiveFiles } from '../archive-files.ts'
import { KEEPS } from '../part-name.ts'
import { type RemovedDays, readRemovedDays } from '../removed-days.ts'
import { type BookKey, CountBook } from './count-book.ts'

/** A day of the archive at one moment: its files, and a book of what was counted, in which what isn't archived yet is found already. */
export interface DaySnapshot {
  readonly files: readonly ArchiveFile[]
  readonly book: CountBook
  /** What retention had removed by then. */
  readonly removed: readonly RemovedDays[]
}

/** Counts under these were of submissions that are kept; a duplicate isn't, its first copy is. Counts from CSV never were. */
const COUNTED = `outcome <> 'duplicate' and (source = '${LIVE_SOURCE}' or source in (select source from imports where kind = 'raw'))`

/** To be taken in turn (`ArchiveTurn`): what waits to be archived must not move on meanwhile. */
export async function takeDaySnapshot(
  db: Database,
  convertedFolder: string,
  day: EpochMs,
  indexes: WaitingIndexes,
): Promise<DaySnapshot> {
  const book = new CountBook()
  // One transaction, between two merges: counts and ledger fit together.
  const { files, removed, waiting } = await db.inTransaction(async (transaction) => {
    await readCounted(transaction, day, book)
    const date = isoDate(day)
    const files = await Promise.all(
      KEEPS.map((keep) => readArchiveFiles(transaction, { keep, fromDate: date, toDate: date })),
    )
    return { files: files.flat(), removed: await readRemovedDays(transaction), waiting: await readWaiting(transaction) }
  })
  for (const { segment, duplicateFrames } of waiting) {
    addWaiting(await indexes.read(convertedFolder, segment), duplicateFrames, day, book)
  }
  return { files, book, removed }
}

async function readCounted(transaction: Transaction, day: EpochMs, book: CountBook): Promise<void> {
  const params = { from: time(day), to: time(day + DAY_MS) }
  const ofDay = 'hour >= $from and hour < $to'
  const columns = 'hour, channel, outcome, problem, source, automation'
  const sums = 'sum(submissions) as submissions, sum(recovered) as recovered'
  const add = (sign: 1 | -1) => (row: Row) =>
    book.counted(keyOf(row), sign * row.number('submissions'), sign * row.number('recovered'))
  await transaction.read(
    `select ${columns}, ${sums} from hourly_counts where ${ofDay} and ${COUNTED} group by all`,
    params,
    add(1),
  )
  await transaction.read(
    `select ${columns}, ${sums} from forgotten_counts where ${ofDay} group by all`,
    params,
    add(-1),
  )
}

function keyOf(row: Row): BookKey {
  return {
    hour: row.number('hour'),
    channel: row.text('channel'),
    outcome: row.text('outcome'),
    problem: row.text('problem'),
    source: row.text('source'),
    automation: row.boolean('automation'),
  }
}

function readWaiting(transaction: Transaction) {
  return transaction.read(
    `select segment, duplicate_frames from converted_files where state in ('merged', 'planned') order by segment`,
    {},
    (row) => ({ segment: row.text('segment'), duplicateFrames: row.numbers('duplicate_frames') }),
  )
}

function addWaiting(
  index: ConvertedIndex | null,
  duplicateFrames: readonly number[],
  day: EpochMs,
  book: CountBook,
): void {
  if (index === null) return
  const source = sourceOfReceiver(index.receiver)
  const { hourly } = tally({ ...index, damaged: [] }, new Set(duplicateFrames))
  for (const { hour, dimensions, outcome, problem, automation, submissions } of hourly) {
    if (hour < day || hour >= day + DAY_MS || outcome === 'duplicate') continue
    book.found({ hour, channel: dimensions.channel, outcome, problem, source, automation }, submissions, 0)
  }
}

/** Reads each converted file's index once, however many days are looked at. */
export class WaitingIndexes {
  readonly #indexes = new Map<string, Promise<ConvertedIndex | null>>()

  /** Null where it can't be read: then what it holds is missing. */
  read(folder: string, segment: string): Promise<ConvertedIndex | null> {
    const known = this.#indexes.get(segment) ?? readConvertedIndex(convertedFilePath(folder, segment)).catch(() => null)
    this.#indexes.set(segment, known)
    return known
  }
}

import { join } from 'node:path'
import type { Database } from '../counts/database.ts'
import { DAY_MS, type EpochMs, isoDate } from '../domain/time.ts'
import { readOldestOpenStart } from '../incidents/read-incidents.ts'
import { type ArchiveFile, readArchiveFiles, replaceArchiveFiles } from './archive-files.ts'
import { changeArchive } from './change-archive.ts'
import { KEEPS, type Keep } from './part-name.ts'
import { removeReplaced } from './remove-replaced.ts'
import { noteRemovedDays, type RemovedDays, removedDaysEntries } from './removed-days.ts'
import { keepRetiredCounts } from './retired-counts.ts'
import type { WriteOptions } from './write-part.ts'

/** Whole days that are kept besides today, or null: for ever. */
export type KeepDays = Readonly<Record<Keep, number | null>> & {
  /** Problems for which the quarantine has a time of their own. */
  readonly quarantineByProblem?: Readonly<Record<string, number | null>>
}

/** By what a day is over. */
interface RetentionLimits {
  readonly keepDays: KeepDays
  readonly now: EpochMs
  /** What was received from that day on stays, however old: an incident that is still open may refer to it. Null: none is open. */
  readonly openSince: EpochMs | null
}

/** What is kept no longer. */
export interface Overdue {
  /** Files of which nothing is kept. */
  readonly whole: readonly ArchiveFile[]
  /** Files of which only the rows of these problems aren't. */
  readonly partly: readonly { readonly file: ArchiveFile; readonly problems: readonly string[] }[]
}

/** `keepDays` as they hold at `now`, with the incidents of the database. */
export async function readRetentionLimits(
  db: Pick<Database, 'read'>,
  keepDays: KeepDays,
  now: EpochMs,
): Promise<RetentionLimits> {
  return { keepDays, now, openSince: await readOldestOpenStart(db) }
}

/** A day is over for a problem when its days are; a file goes when its day is over for all that it holds. */
export function overdue(files: readonly ArchiveFile[], limits: RetentionLimits): Overdue {
  const whole: ArchiveFile[] = []
  const partly: { file: ArchiveFile; problems: string[] }[] = []
  for (const file of files) {
    const { keep, date } = file.partition
    const isOver = (problem: string) => {
      const first = firstKeptDay(keep, problem, limits)
      return first !== null && date < first
    }
    const problems = file.problems.filter(isOver)
    if (problems.length === 0) continue
    if (problems.length === file.problems.length) whole.push(file)
    else partly.push({ file, problems })
  }
  return { whole, partly }
}

/** Null: none is too old. */
function firstKeptDay(keep: Keep, problem: string, { keepDays, now, openSince }: RetentionLimits): string | null {
  const own = keep === 'quarantine' ? (keepDays.quarantineByProblem ?? {}) : {}
  const days = Object.hasOwn(own, problem) ? (own[problem] ?? null) : keepDays[keep]
  return days === null ? null : isoDate(Math.min(now - days * DAY_MS, openSince ?? now))
}

/** In the archive a submission may have been counted under another problem than it has now. */
function removedDays(keep: Keep, problems: readonly string[], limits: RetentionLimits): RemovedDays[] {
  return [...new Set(problems)].flatMap((problem) => {
    const before = firstKeptDay(keep, problem, limits)
    return before === null ? [] : [{ keep, problem: keep === 'archive' ? null : problem, before }]
  })
}

/**
 * Removes what is kept no longer; to be called in turn (`ArchiveTurn`), `root` being where the storage keeps its names. Files of
 * which something is kept are written anew. Returns the names of those that are gone, these among them.
 */
export async function trimArchive(
  root: string,
  keepDays: KeepDays,
  now: EpochMs,
  options: WriteOptions,
): Promise<string[]> {
  const { db, storage, readings } = options
  const limits = await readRetentionLimits(db, keepDays, now)
  const removed: string[] = []
  for (const keep of KEEPS) {
    const { whole, partly } = overdue(await readArchiveFiles(db, { keep }), limits)
    const names = whole.map(({ name }) => name)
    const gone = removedDays(
      keep,
      whole.flatMap((file) => file.problems),
      limits,
    )
    await keepRetiredCounts(names, { ...options, root })
    await db.inTransaction(async (transaction) => {
      await replaceArchiveFiles(transaction, names)
      await noteRemovedDays(transaction, gone)
      await options.journal?.append(removedDaysEntries(gone, options.now()))
    })
    removed.push(...names)
    for (const { file, problems } of partly) {
      await withoutProblems(root, file, removedDays(keep, problems, limits), options)
      removed.push(file.name)
    }
  }
  await removeReplaced(db, storage, readings)
  return removed
}

async function withoutProblems(
  root: string,
  file: ArchiveFile,
  gone: readonly RemovedDays[],
  options: WriteOptions,
): Promise<void> {
  const params = Object.fromEntries(gone.map(({ problem }, at) => [`problem${at}`, problem ?? '']))
  const names = Object.keys(params).map((name) => `$${name}`)
  await changeArchive(
    {
      kind: 'retention',
      removes: [file],
      async fill(stage) {
        const stored = { partition: file.partition, path: join(root, file.name) }
        const kept = await stage.copyWhere(stored, `problem not in (${names.join(', ')})`, params)
        return kept - file.rows
      },
      async settle(transaction) {
        await noteRemovedDays(transaction, gone)
        await options.journal?.append(removedDaysEntries(gone, options.now()))
      },
    },
    options,
  )
}

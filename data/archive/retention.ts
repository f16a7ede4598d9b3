import { join } from 'node:path'
import { DAY_MS, type EpochMs, isoDate } from '../domain/time.ts'
import { type ArchiveFile, readArchiveFiles, replaceArchiveFiles } from './archive-files.ts'
import { changeArchive } from './change-archive.ts'
import { KEEPS, type Keep } from './part-name.ts'
import { removeReplaced } from './remove-replaced.ts'
import type { WriteOptions } from './write-part.ts'

/** Whole days that are kept besides today, or null: for ever. */
export type KeepDays = Readonly<Record<Keep, number | null>> & {
  /** Problems for which the quarantine has a time of their own. */
  readonly quarantineByProblem?: Readonly<Record<string, number | null>>
}

/** What is kept no longer. */
export interface Overdue {
  /** Files of which nothing is kept. */
  readonly whole: readonly ArchiveFile[]
  /** Files of which only the rows of these problems aren't. */
  readonly partly: readonly { readonly file: ArchiveFile; readonly problems: readonly string[] }[]
}

/** A day is over for a problem when its days are; a file goes when its day is over for all that it holds. */
export function overdue(files: readonly ArchiveFile[], keepDays: KeepDays, now: EpochMs): Overdue {
  const whole: ArchiveFile[] = []
  const partly: { file: ArchiveFile; problems: string[] }[] = []
  for (const file of files) {
    const { keep, date } = file.partition
    const own = keep === 'quarantine' ? (keepDays.quarantineByProblem ?? {}) : {}
    const isOver = (problem: string) => {
      const days = Object.hasOwn(own, problem) ? (own[problem] ?? null) : keepDays[keep]
      return days !== null && date < isoDate(now - days * DAY_MS)
    }
    const problems = file.problems.filter(isOver)
    if (problems.length === 0) continue
    if (problems.length === file.problems.length) whole.push(file)
    else partly.push({ file, problems })
  }
  return { whole, partly }
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
  const removed: string[] = []
  for (const keep of KEEPS) {
    const { whole, partly } = overdue(await readArchiveFiles(db, { keep }), keepDays, now)
    const names = whole.map(({ name }) => name)
    await db.inTransaction((transaction) => replaceArchiveFiles(transaction, names))
    removed.push(...names)
    for (const { file, problems } of partly) {
      await withoutProblems(root, file, problems, options)
      removed.push(file.name)
    }
  }
  await removeReplaced(db, storage, readings)
  return removed
}

async function withoutProblems(
  root: string,
  file: ArchiveFile,
  problems: readonly string[],
  options: WriteOptions,
): Promise<void> {
  const params = Object.fromEntries(problems.map((problem, at) => [`problem${at}`, problem]))
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
    },
    options,
  )
}

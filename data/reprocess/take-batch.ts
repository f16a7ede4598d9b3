import { join } from 'node:path'
import type { ArchiveFile } from '../archive/archive-files.ts'
import { changeArchive } from '../archive/change-archive.ts'
import type { WriteOptions } from '../archive/write-part.ts'
import { type ConvertedEntry, readConvertedContents } from '../converted/converted-file.ts'
import { raiseRecovered } from '../counts/raise-recovered.ts'
import { NO_PROBLEM, OUTCOME_OF_PROBLEM, PROBLEMS, type Problem } from '../domain/outcome.ts'
import { joinDropped } from '../payload/put-back.ts'
import { firstCountedOf } from './kept-row.ts'
import type { TriedRow } from './read-batch.ts'

/** What became of a kept submission that was converted once more. */
export interface Trial {
  readonly row: TriedRow
  /** What the archive is to have of it from now on; null: it stays as it is. */
  readonly entry: ConvertedEntry | null
  /** Its problem today; `none`. */
  readonly problem: string
}

export interface Taken {
  /** How many changed. */
  readonly rows: number
  /** The files in which they lie now. */
  readonly added: readonly ArchiveFile[]
}

/** Reads what a converter made of the rows, which are numbered in their order. */
export async function* readTrials(convertedFile: string, rows: readonly TriedRow[]): AsyncGenerator<Trial> {
  for await (const entry of readConvertedContents(convertedFile)) {
    const row = rows[entry.record.frame]
    if (row === undefined) throw new Error(`${convertedFile} has a frame ${entry.record.frame} that nobody asked for`)
    const made = row.file.partition.keep === 'quarantine' ? recovered(row, entry) : healed(row, entry)
    yield { row, entry: made, problem: entry.record.problem }
  }
}

/** The same submission, of the same receipt; whether a copy of it makes another a duplicate was decided when it was counted. */
function recovered({ record }: TriedRow, entry: ConvertedEntry): ConvertedEntry | null {
  if (entry.content.kind === 'raw') return null
  const { frame, receivedAt, duplicateKey, bytes } = record
  return { ...entry, record: { ...entry.record, frame, receivedAt, duplicateKey, bytes } }
}

const OF_HISTOGRAMS: readonly Problem[] = ['bad_histogram', 'unknown_histogram']

/** Only its histograms were in question: all else stays as it was decided by what was received. */
function healed({ record, dropped, leftOut }: TriedRow, entry: ConvertedEntry): ConvertedEntry | null {
  if (entry.content.kind === 'raw') return null
  const left = joinDropped(leftOut, entry.content.dropped)
  if (left.length >= dropped.length) return null
  const ofHistograms = ({ problem }: { readonly problem: Problem }) => OF_HISTOGRAMS.includes(problem)
  const causes = [...entry.record.causes.filter(ofHistograms), ...record.causes.filter((cause) => !ofHistograms(cause))]
  const found = [
    ...entry.record.problems.filter((problem) => OF_HISTOGRAMS.includes(problem)),
    ...record.problems.filter((problem) => !OF_HISTOGRAMS.includes(problem)),
  ]
  const problems = PROBLEMS.filter((problem) => found.includes(problem))
  const [first] = problems
  return {
    converterVersion: entry.converterVersion,
    content: { ...entry.content, dropped: left },
    record: {
      ...record,
      problems,
      causes,
      problem: first ?? NO_PROBLEM,
      outcome: first === undefined ? 'accepted' : OUTCOME_OF_PROBLEM[first],
    },
  }
}

/**
 * Puts what converts now into the archive, in the place of what was kept: rows of the quarantine move, rows of the archive get their
 * histograms back. The counts get `recovered` for the former. One change, whole or not at all; to be called in turn. Files without
 * such rows are left alone.
 */
export async function takeBatch(
  convertedFile: string,
  rows: readonly TriedRow[],
  root: string,
  options: WriteOptions,
): Promise<Taken> {
  const changing = await changedRows(convertedFile, rows)
  if (changing.size === 0) return { rows: 0, added: [] }
  const files = [...new Set([...changing].map(({ file }) => file))]
  const moved = [...changing].filter(({ file }) => file.partition.keep === 'quarantine')
  const { added } = await changeArchive(
    {
      kind: 'reprocess',
      removes: files,
      async fill(stage) {
        for (const file of files) await stage.copy(stored(root, file), namesIn(file, changing))
        const recoveredAt = options.now()
        for await (const { row, entry } of readTrials(convertedFile, rows)) {
          if (entry !== null) await stage.add(row.segment, entry, { recoveredAt, firstCounted: firstCountedOf(row) })
        }
        return 0
      },
      settle: (transaction) =>
        raiseRecovered(
          transaction,
          moved.map(({ segment, record }) => ({ segment, ...record })),
        ),
    },
    options,
  )
  return { rows: changing.size, added }
}

async function changedRows(convertedFile: string, rows: readonly TriedRow[]): Promise<Set<TriedRow>> {
  const changed = new Set<TriedRow>()
  for await (const { row, entry } of readTrials(convertedFile, rows)) if (entry !== null) changed.add(row)
  return changed
}

function stored(root: string, { name, partition }: ArchiveFile) {
  return { partition, path: join(root, name) }
}

function namesIn(file: ArchiveFile, rows: ReadonlySet<TriedRow>) {
  return [...rows].filter((row) => row.file === file).map(({ segment, record }) => ({ segment, frame: record.frame }))
}

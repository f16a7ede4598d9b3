import { access } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { type ArchiveFile, readArchiveFiles, readReplaced } from '../../data/archive/archive-files.ts'
import { KEEPS, type Keep } from '../../data/archive/part-name.ts'
import { convertedFilePath } from '../../data/converted/converted-file.ts'
import { isNotFound } from '../../data/files/is-not-found.ts'
import { countAlike, StayingAlike } from '../../data/reprocess/alike.ts'
import { batches, filesOf, type KeptChoice, mendable, rowsOf } from '../../data/reprocess/choice.ts'
import { readTried, type TriedRow } from '../../data/reprocess/read-batch.ts'
import { readTrials, takeBatch } from '../../data/reprocess/take-batch.ts'
import {
  clearReprocessing,
  type KeptSubmission,
  newReprocessName,
  removeReprocessSegment,
  writeReprocessSegment,
} from '../../data/spool/reprocess-segment.ts'
import type { OpenState } from '../owner/open-state.ts'

export interface ReprocessOptions {
  readonly state: Pick<OpenState, 'folders' | 'database' | 'write' | 'turn'>
  readonly choice: KeptChoice
  /** Which of the two is looked through. Default both. */
  readonly keeps?: readonly Keep[]
  /** Really converts, and keeps nothing of it. */
  readonly isDryRun: boolean
  /** Ends the run as soon as it can; what was taken so far stays. */
  readonly signal: AbortSignal
  /** Told after each step; `tally` grows. */
  readonly onProgress: (tally: ReprocessTally, filesLeft: number) => void
}

/** What became of all that was tried, by the problem under which it is counted. */
export type ReprocessTally = Map<string, ProblemTally>

export interface ProblemTally {
  tried: number
  /** Convert now: moved into the archive, or got histograms back. */
  converted: number
  /** Stay as they are, by the problem that they have today. */
  readonly still: Map<string, number>
}

/** How often it is looked whether the converter is done. */
const LOOK_EVERY_MS = 50

/**
 * Converts once more what is kept, in the converter's lane for that, and takes what converts now into the archive. Files are taken
 * one batch after the other, each in one change: ended anywhere, a run leaves whole batches, and the next one finds the rest. Only one
 * run at a time. Resolves to what it came to, when `signal` ended it too.
 */
export async function reprocess(options: ReprocessOptions): Promise<ReprocessTally> {
  const { state, choice, signal, keeps = KEEPS, onProgress } = options
  const tally: ReprocessTally = new Map()
  await clearReprocessing(state.folders.spool, state.folders.converted)
  for (const keep of keeps) {
    const problems = mendable(choice, keep)
    if (problems.length === 0) continue
    const files = await readArchiveFiles(state.database, filesOf(choice, keep, problems))
    const staying = new StayingAlike()
    let left = files.length
    for (const batch of batches(files)) {
      if (signal.aborted) return tally
      onProgress(tally, left)
      await reprocessBatch(batch, { ...rowsOf(choice, problems), staying }, options, tally)
      left -= batch.length
    }
  }
  onProgress(tally, 0)
  return tally
}

interface RowsToTry extends ReturnType<typeof rowsOf> {
  /** Grows: of what is alike and stays as it is, later batches try nothing. */
  readonly staying: StayingAlike
}

async function reprocessBatch(
  batch: readonly ArchiveFile[],
  rows: RowsToTry,
  { state, isDryRun, signal }: ReprocessOptions,
  tally: ReprocessTally,
): Promise<void> {
  const { spool, converted } = state.folders
  const tried: TriedRow[] = []
  const name = newReprocessName()
  const known = rows.staying.keys
  try {
    if (known.length > 0) await tallyStaying(batch, rows, known, state, tally)
    const reading = submissionsOf(batch, rows, known, state, (row) => tried.push(row))
    if ((await writeReprocessSegment(spool, name, reading)) === 0) return
    const convertedFile = convertedFilePath(converted, name)
    if (!(await isThere(convertedFile, signal))) return
    if (!isDryRun) await state.turn.take(() => takeKept(batch, convertedFile, tried, state))
    for await (const trial of readTrials(convertedFile, tried)) {
      const { row, entry, problem } = trial
      rows.staying.learn(trial)
      const ofProblem = tallyOf(tally, row.record.problem)
      ofProblem.tried++
      if (entry === null) ofProblem.still.set(problem, (ofProblem.still.get(problem) ?? 0) + 1)
      else ofProblem.converted++
    }
  } finally {
    await removeReprocessSegment(spool, converted, name)
  }
}

/** The files as they were when the batch was read; where one was replaced since, the batch is for another run. */
async function takeKept(
  batch: readonly ArchiveFile[],
  convertedFile: string,
  tried: readonly TriedRow[],
  { database, folders, write }: ReprocessOptions['state'],
): Promise<void> {
  const [replaced] = await readReplaced(database, batch)
  if (replaced !== undefined) throw new Error(`${replaced} was replaced meanwhile: reprocess once more`)
  await takeBatch(convertedFile, tried, folders.state, write)
}

/** Tried like one of them that was. */
async function tallyStaying(
  batch: readonly ArchiveFile[],
  { staying, ...rows }: RowsToTry,
  known: readonly string[],
  { database, folders, write }: ReprocessOptions['state'],
  tally: ReprocessTally,
): Promise<void> {
  const counted = await write.readings.during(() => countAlike(database, folders.state, batch, rows, known))
  for (const { problem, alike, rows: count } of counted) {
    const ofProblem = tallyOf(tally, problem)
    const today = staying.problemOf(alike)
    ofProblem.tried += count
    ofProblem.still.set(today, (ofProblem.still.get(today) ?? 0) + count)
  }
}

async function* submissionsOf(
  batch: readonly ArchiveFile[],
  { where, params }: RowsToTry,
  exceptAlike: readonly string[],
  { database, folders, write }: ReprocessOptions['state'],
  onRow: (row: TriedRow) => void,
): AsyncGenerator<KeptSubmission> {
  const end = write.readings.begin()
  try {
    const chosen = { root: folders.state, where, params, exceptAlike }
    for (const file of batch) yield* readTried(database, { ...chosen, file }, onRow)
  } finally {
    end()
  }
}

/** False where `signal` came first. */
async function isThere(path: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await access(path)
      return true
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
    await pause(LOOK_EVERY_MS)
  }
  return false
}

function tallyOf(tally: ReprocessTally, problem: string): ProblemTally {
  const known = tally.get(problem)
  if (known !== undefined) return known
  const made = { tried: 0, converted: 0, still: new Map<string, number>() }
  tally.set(problem, made)
  return made
}

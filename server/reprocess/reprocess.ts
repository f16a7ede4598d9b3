import { access } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { type ArchiveFile, readArchiveFiles, readReplaced } from '../../data/archive/archive-files.ts'
import { KEEPS, type Keep } from '../../data/archive/part-name.ts'
import { convertedFilePath } from '../../data/converted/converted-file.ts'
import { isNotFound } from '../../data/files/is-not-found.ts'
import { type CountedAlike, countAlike, StayingAlike } from '../../data/reprocess/alike.ts'
import { batches, filesOf, type KeptChoice, mendable, triedRowsOf } from '../../data/reprocess/choice.ts'
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
    const run = { rows: triedRowsOf(choice, problems), staying: new StayingAlike(), tally, through: new Set<string>() }
    const filesLeft = async () =>
      (await readArchiveFiles(state.database, filesOf(choice, keep, problems))).filter(
        ({ name }) => !run.through.has(name),
      )
    // Whoever replaces files meanwhile (compaction, retention) leaves their rows in others, which come then.
    let isMore = true
    while (isMore) {
      isMore = false
      const files = await filesLeft()
      let left = files.length
      for (const batch of batches(files)) {
        if (signal.aborted) return tally
        onProgress(tally, left)
        if (!(await reprocessBatch(batch, options, run))) isMore = true
        left -= batch.length
      }
    }
  }
  onProgress(tally, 0)
  return tally
}

interface Run {
  readonly rows: ReturnType<typeof triedRowsOf>
  /** Grows: of what is alike and stays as it is, later batches try nothing. */
  readonly staying: StayingAlike
  readonly tally: ReprocessTally
  /** Names of the files that need no look any more, those that this run wrote among them. */
  readonly through: Set<string>
}

interface Batch {
  readonly files: readonly ArchiveFile[]
  readonly rows: readonly TriedRow[]
  /** Those that weren't tried. */
  readonly alike: readonly CountedAlike[]
}

/** False where files were replaced since they were listed: their rows are to be looked for in others. */
async function reprocessBatch(listed: readonly ArchiveFile[], options: ReprocessOptions, run: Run): Promise<boolean> {
  const { state, isDryRun, signal } = options
  const { spool, converted } = state.folders
  const name = newReprocessName()
  try {
    const batch = await layBatch(name, listed, state, run)
    const isWhole = batch.files.length === listed.length
    if (batch.rows.length > 0) {
      const convertedFile = convertedFilePath(converted, name)
      if (!(await isThere(convertedFile, signal))) return isWhole
      if (!isDryRun && !(await state.turn.take(() => takeKept(batch, convertedFile, state, run)))) return false
      await tallyTrials(convertedFile, batch.rows, run)
    }
    for (const file of batch.files) run.through.add(file.name)
    tallyAlike(batch.alike, run)
    return isWhole
  } finally {
    await removeReprocessSegment(spool, converted, name)
  }
}

/** Lays what is to be tried of the files that are still there into the spool. */
async function layBatch(
  name: string,
  listed: readonly ArchiveFile[],
  { database, folders, write }: ReprocessOptions['state'],
  { rows: chosen, staying }: Run,
): Promise<Batch> {
  // From before the look until all is read: what is replaced meanwhile stays until then.
  const end = write.readings.begin()
  try {
    const replaced = await readReplaced(database, listed)
    const files = listed.filter((file) => !replaced.includes(file.name))
    const known = staying.keys
    const isNothing = known.length === 0 || files.length === 0
    const alike = isNothing ? [] : await countAlike(database, folders.state, files, chosen, known)
    const rows: TriedRow[] = []
    async function* submissions(): AsyncGenerator<KeptSubmission> {
      const wanted = { root: folders.state, ...chosen, exceptAlike: known }
      for (const file of files) yield* readTried(database, { ...wanted, file }, (row) => rows.push(row))
    }
    await writeReprocessSegment(folders.spool, name, submissions())
    return { files, rows, alike }
  } finally {
    end()
  }
}

/** False, and nothing is changed, where one of the files was replaced since it was read. */
async function takeKept(
  { files, rows }: Batch,
  convertedFile: string,
  { database, folders, write }: ReprocessOptions['state'],
  { through }: Run,
): Promise<boolean> {
  if ((await readReplaced(database, files)).length > 0) return false
  const { added } = await takeBatch(convertedFile, rows, folders.state, write)
  for (const { name } of added) through.add(name)
  return true
}

async function tallyTrials(convertedFile: string, rows: readonly TriedRow[], { staying, tally }: Run): Promise<void> {
  for await (const trial of readTrials(convertedFile, rows)) {
    staying.learn(trial)
    const ofProblem = tallyOf(tally, trial.row.record.problem)
    if (trial.entry === null) stays(ofProblem, trial.problem, 1)
    else {
      ofProblem.tried++
      ofProblem.converted++
    }
  }
}

/** As if tried, like the one of them that was. */
function tallyAlike(alike: readonly CountedAlike[], { staying, tally }: Run): void {
  for (const { problem, alike: key, rows } of alike) stays(tallyOf(tally, problem), staying.problemOf(key), rows)
}

function stays(ofProblem: ProblemTally, today: string, rows: number): void {
  ofProblem.tried += rows
  ofProblem.still.set(today, (ofProblem.still.get(today) ?? 0) + rows)
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

import { type ArchiveFile, readArchiveFiles, readReplaced } from '../../data/archive/archive-files.ts'
import { type Compaction, compact, readCompactions } from '../../data/archive/compact.ts'
import { type Forgotten, forgetDocuments } from '../../data/archive/forget/forget-documents.ts'
import { newForgetRequest, readForgetRequests, saveForgetRequest } from '../../data/archive/forget/forget-requests.ts'
import { KEEPS } from '../../data/archive/part-name.ts'
import { type ArchiveReader, openArchiveReader } from '../../data/archive/reading/archive-reader.ts'
import { findSamples, type SampleChoice } from '../../data/archive/reading/find-samples.ts'
import { type FoundSubmissions, findSubmissions } from '../../data/archive/reading/find-submissions.ts'
import type { FoundCopy, Sought } from '../../data/archive/reading/found-copy.ts'
import { type KeepDays, type Overdue, overdue, readRetentionLimits, trimArchive } from '../../data/archive/retention.ts'
import { type Verification, verifyArchive } from '../../data/archive/verify/verify-archive.ts'
import { readUnarchivedSegments } from '../../data/counts/read-ledger.ts'
import { type Recount, recount } from '../../data/recount/recount.ts'
import type { HourRange } from '../../data/recount/take-snapshot.ts'
import { listUnmerged } from '../../data/spool/unmerged.ts'
import { type BackedUp, backUpState } from '../backup/back-up-state.ts'
import { version } from '../cli/version.ts'
import type { OpenState } from '../owner/open-state.ts'
import { type ArchiveTaskOptions, archiveWaiting } from '../schedule/tasks/archive-task.ts'

export interface ArchiveWorkOptions {
  readonly state: OpenState
  readonly archive: ArchiveTaskOptions
  /** Read at each run, so that a reload of the settings is followed. */
  readonly limits: () => {
    readonly compactAfterDays: number
    readonly compactFileBytes: number
    readonly keepDays: KeepDays
  }
}

/** A step of something that takes long. */
interface Running<Progress> {
  readonly signal: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

export interface Compacted {
  /** How many steps there were at the beginning, and how many are done. */
  readonly steps: number
  readonly done: number
  readonly filesBefore: number
  readonly filesAfter: number
  readonly rows: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

export interface ForgetAnswer extends Forgotten {
  /** Segments in the spool that nobody has looked into yet. */
  readonly waitingSegments: number
}

/** What is done with the archive, by the clock and for whoever asks, beside everything that goes on. */
export interface ArchiveWork {
  find(sought: Sought): Promise<FoundSubmissions>
  /** The newest with a problem, in archive and quarantine. */
  samples(sought: SampleChoice): Promise<readonly FoundCopy[]>
  /** The files there are now, kept for their reader until `end` is called; `waitingSegments` are not in them. */
  beginReading(options: { readonly includeLive: boolean }): Promise<{
    readonly files: readonly ArchiveFile[]
    readonly waitingSegments: number
    readonly end: () => void
  }>
  /** `isDryRun`: says what there is to do, and does nothing. */
  compact(running: Running<Compacted> & { readonly isDryRun: boolean }): Promise<Compacted>
  /** `isWhole`: see verifyArchive. */
  verify(running: Running<Verification> & { readonly isWhole?: boolean }): Promise<Verification>
  /** Counts once more what is kept of these hours; counts that differ are put right where `isMending`. */
  recount(
    range: HourRange & { readonly isMending: boolean },
    running: Running<{ readonly files: number; readonly rows: number }>,
  ): Promise<Recount>
  /** See backUpState. */
  backUp(target: string, running: Running<BackedUp>): Promise<BackedUp>
  forget(ids: readonly string[], running: Running<Forgotten>): Promise<ForgetAnswer>
  forgetRequests(): ReturnType<typeof readForgetRequests>
  /** What the settings don't keep any longer. */
  overdue(): Promise<Overdue>
  /** Removes it, and answers the names of the files that are gone. */
  trim(): Promise<readonly string[]>
}

export function createArchiveWork({ state, archive, limits }: ArchiveWorkOptions): ArchiveWork {
  const { database, turn, write, folders } = state
  const root = folders.state
  const archiveAll = (signal: AbortSignal) => archiveWaiting(archive, signal, { everything: true })

  async function nextCompactions(): Promise<readonly Compaction[]> {
    const { compactAfterDays: afterDays, compactFileBytes: fileBytes } = limits()
    return readCompactions(database, { now: write.now(), afterDays, fileBytes })
  }

  /** Null where another change replaced one of the files since they were listed. */
  async function compactStep(step: Compaction, before: Compacted): Promise<Compacted | null> {
    if ((await readReplaced(database, step.files)).length > 0) return null
    const { added } = await compact(step, { write, root, fileBytes: limits().compactFileBytes })
    return {
      ...before,
      done: before.done + 1,
      filesBefore: before.filesBefore + step.files.length,
      filesAfter: before.filesAfter + added.length,
      rows: before.rows + sum(step.files, 'rows'),
      bytesBefore: before.bytesBefore + sum(step.files, 'bytes'),
      bytesAfter: before.bytesAfter + sum(added, 'bytes'),
    }
  }

  return {
    find: (sought) =>
      findSubmissions(
        {
          archive: { db: database, root, readings: write.readings },
          converted: folders.converted,
          spool: folders.spool,
        },
        sought,
      ),
    samples: (sought) => findSamples({ db: database, root, readings: write.readings }, sought),
    async beginReading({ includeLive }) {
      if (includeLive) await archiveAll(new AbortController().signal)
      const end = write.readings.begin()
      try {
        const files = await readArchiveFiles(database, { keep: 'archive' })
        return { files, waitingSegments: (await readUnarchivedSegments(database)).length, end }
      } catch (error) {
        end()
        throw error
      }
    },
    async compact({ signal, onProgress, isDryRun }) {
      let steps = await turn.take(nextCompactions)
      if (isDryRun) return planned(steps)
      let compacted: Compacted = { ...planned([]), steps: steps.length }
      // Listing all files takes long where they are many: it is done again only when what was listed is done.
      for (; steps.length > 0; steps = await turn.take(nextCompactions)) {
        for (const step of steps) {
          if (signal.aborted) return compacted
          const next = await turn.take(() => compactStep(step, compacted))
          if (next === null) continue
          compacted = next
          onProgress?.(compacted)
        }
      }
      return compacted
    },
    verify: ({ signal, onProgress, isWhole = true }) =>
      withReader(root, (reader) =>
        verifyArchive({
          write,
          turn,
          root,
          signal,
          reader: reader.db,
          isWhole,
          ...(onProgress === undefined ? {} : { onDay: onProgress }),
        }),
      ),
    backUp: (target, { signal, onProgress }) =>
      backUpState({
        state,
        target,
        signal,
        version: version(),
        ...(onProgress === undefined ? {} : { onFile: onProgress }),
      }),
    recount: (range, { signal, onProgress }) =>
      withReader(
        root,
        (reader) =>
          recount({
            ...range,
            write,
            turn,
            root,
            reader: reader.db,
            signal,
            journal: folders.journal,
            exchange: folders.exchange,
            ...(onProgress === undefined ? {} : { onFile: onProgress }),
          }),
        [folders.exchange],
      ),
    async forget(ids, { signal, onProgress }) {
      const request = newForgetRequest(ids, write.now())
      await saveForgetRequest(database, write.journal, request, write.now())
      // First what waits for the archive, for only there it is taken out; what still comes after this comes too late.
      const waitingSegments = (await listUnmerged(folders.spool)).length
      await archiveAll(signal)
      const forgotten = await withReader(root, (reader) =>
        forgetDocuments(ids, {
          write,
          turn,
          root,
          signal,
          reader: reader.db,
          ...(onProgress === undefined ? {} : { onProgress }),
        }),
      )
      const doneAt = signal.aborted ? null : write.now()
      await saveForgetRequest(database, write.journal, { ...request, rowsRemoved: forgotten.rows, doneAt }, write.now())
      return { ...forgotten, waitingSegments }
    },
    forgetRequests: () => readForgetRequests(database),
    async overdue() {
      const files = (await Promise.all(KEEPS.map((keep) => readArchiveFiles(database, { keep })))).flat()
      return overdue(files, await readRetentionLimits(database, limits().keepDays, write.now()))
    },
    trim: () => turn.take(() => trimArchive(root, limits().keepDays, write.now(), write)),
  }
}

async function withReader<T>(
  root: string,
  work: (reader: ArchiveReader) => Promise<T>,
  moreFolders: readonly string[] = [],
): Promise<T> {
  const reader = await openArchiveReader(root, moreFolders)
  try {
    return await work(reader)
  } finally {
    await reader.close()
  }
}

function planned(steps: readonly Compaction[]): Compacted {
  const files = steps.flatMap((step) => step.files)
  return {
    steps: steps.length,
    done: 0,
    filesBefore: files.length,
    filesAfter: 0,
    rows: sum(files, 'rows'),
    bytesBefore: sum(files, 'bytes'),
    bytesAfter: 0,
  }
}

function sum(files: readonly ArchiveFile[], what: 'rows' | 'bytes'): number {
  return files.reduce((total, file) => total + file[what], 0)
}

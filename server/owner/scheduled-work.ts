import type { ArchiveCheck } from '../../alerts/integrity/archive-trouble.ts'
import type { Verification } from '../../data/archive/verify/verify-archive.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import { HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { SpecificationStore } from '../../data/histograms/specification-store.ts'
import { readTaskStates, saveTaskRun, saveTaskState } from '../../data/tasks/task-store.ts'
import { type ArchiveWork, createArchiveWork } from '../archive/archive-work.ts'
import { convertOptions } from '../convert/options.ts'
import type { Logger } from '../log.ts'
import type { Reprocessing } from '../reprocess/reprocessing.ts'
import { createScheduler, type Scheduler } from '../schedule/scheduler.ts'
import { type ArchiveTaskOptions, createArchiveTask } from '../schedule/tasks/archive-task.ts'
import { createCompactTask } from '../schedule/tasks/compact-task.ts'
import { createJournalTask } from '../schedule/tasks/journal-task.ts'
import { createKeptFilesTask } from '../schedule/tasks/kept-files-task.ts'
import { createQuarantineCheckTask } from '../schedule/tasks/quarantine-check-task.ts'
import { createReconcileTask } from '../schedule/tasks/reconcile-task.ts'
import { createRetentionTask } from '../schedule/tasks/retention-task.ts'
import { createVerifyTask } from '../schedule/tasks/verify-task.ts'
import { createWaitingTask } from '../schedule/tasks/waiting-task.ts'
import type { Settings } from '../settings/schema.ts'
import { convertChildOptions } from './child-options.ts'
import { daysOrNull, keepDaysOf } from './keep-days.ts'
import type { OpenState } from './open-state.ts'

export interface ScheduledWorkOptions {
  readonly state: OpenState
  settings(): Settings
  readonly log: Logger
  readonly now: () => EpochMs
  readonly watermark: () => EpochMs
  /** The archive was held against the counts. */
  readonly onChecked: (check: ArchiveCheck, verification: Verification) => void
}

/** How parts of the archive are made: by the clock, and at a clean stop. */
export function archiveOptionsOf({
  state,
  settings,
  log,
}: Pick<ScheduledWorkOptions, 'state' | 'settings' | 'log'>): ArchiveTaskOptions {
  return {
    write: state.write,
    turn: state.turn,
    limits: () => ({
      partMaxAgeMs: settings().archive.partMaxAgeMinutes * MINUTE_MS,
      partMaxBytes: settings().archive.partMaxBytes,
    }),
    onPart: ({ part, files, rows, damaged }) =>
      log.info({ part, files: files.length, rows, damaged }, 'a part of the archive was written'),
  }
}

/** What is done with the archive besides: by the clock, and for whoever asks. */
export function archiveWorkOf(options: Pick<ScheduledWorkOptions, 'state' | 'settings' | 'log'>): ArchiveWork {
  const { state, settings } = options
  return createArchiveWork({
    state,
    archive: archiveOptionsOf(options),
    limits: () => ({
      compactAfterDays: settings().archive.compactAfterDays,
      compactFileBytes: settings().archive.compactFileBytes,
      keepDays: keepDaysOf(settings()),
    }),
  })
}

/** Everything of the owner's that runs by the clock. */
export function createScheduledWork(
  options: ScheduledWorkOptions,
  reprocessing: Reprocessing,
  archiveWork: ArchiveWork,
): Promise<Scheduler> {
  const { state, settings, log, now, watermark } = options
  const { database } = state
  return createScheduler({
    tasks: [
      createArchiveTask(archiveOptionsOf(options)),
      createRetentionTask({
        root: state.folders.state,
        write: state.write,
        seen: state.seen,
        turn: state.turn,
        limits: () => ({
          now: now(),
          keepMinuteHours: settings().counts.keepMinuteHours,
          keepHourDays: daysOrNull(settings().counts.keepHourDays),
          keepAttributeDays: settings().counts.keepAttributeDays,
          rememberFrom: watermark() - settings().duplicates.windowHours * HOUR_MS,
          keepDays: keepDaysOf(settings()),
        }),
        onRemoved: ({ rows, documents, parts }) => {
          if (rows === 0 && documents === 0 && parts.length === 0) return
          log.info({ rows, documents, parts: parts.length }, 'what is no longer kept was removed')
        },
      }),
      createKeptFilesTask({
        folders: state.folders,
        limits: () => ({
          now: now(),
          rawDays: settings().spool.keepRawDays,
          corruptedDays: daysOrNull(settings().convert.keepCorruptedDays),
          mailDays: daysOrNull(settings().mail.keepDays),
        }),
        onRemoved: (removed) => log.info(removed, 'files that are no longer kept were removed'),
      }),
      createJournalTask({
        folder: state.folders.journal,
        turn: state.turn,
        onPacked: (days) => log.info({ days }, 'past days of the journal were compressed'),
      }),
      createCompactTask(archiveWork, (done) => log.info(done, 'small files of the archive were put together')),
      createReconcileTask(archiveWork, (found) => options.onChecked('reconciliation', found)),
      createVerifyTask(archiveWork, (found) => options.onChecked('archive', found)),
      createQuarantineCheckTask({
        db: database,
        reprocessing,
        now,
        onChecked: (found) => log.info(found, 'it was tried how much of the quarantine would convert today'),
      }),
      createWaitingTask({
        db: database,
        archive: { root: state.folders.state, readings: state.write.readings },
        reprocessing,
        sources: () => specificationSources(options),
        now,
        onConverted: (converted) => log.info(converted, 'what waited for its specification was converted'),
      }),
    ],
    store: {
      readStates: () => readTaskStates(database),
      saveState: (taskState) => saveTaskState(database, taskState),
      saveRun: (taskState, run) => saveTaskRun(database, taskState, run),
    },
    now,
    onError: (task, error) => log.error({ task, error }, 'scheduled work failed; it is tried again'),
  })
}

/** As the converter has them, and with its cache: what is found here is there for it. */
function specificationSources({ state, settings, log }: ScheduledWorkOptions) {
  const {
    specifications,
    revisionPrefixes: prefixes,
    repositories,
  } = convertOptions.parse(convertChildOptions(settings(), state.folders))
  const store = new SpecificationStore({
    ...specifications,
    cacheFolder: state.folders.specifications,
    onTrouble: (what, error) => log.warn({ error }, what),
  })
  return { store, rules: { prefixes, repositories } }
}

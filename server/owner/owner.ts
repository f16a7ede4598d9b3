import { randomBytes } from 'node:crypto'
import { LEARNING_DAYS } from '../../alerts/judge/verdict.ts'
import { createJudgeShell, type JudgeShell } from '../../alerts/shell/judge-shell.ts'
import { type EpochMs, HOUR_MS, isoSeconds, MINUTE_MS } from '../../data/domain/time.ts'
import { readTaskStates, saveTaskRun, saveTaskState } from '../../data/tasks/task-store.ts'
import type { ApiContext } from '../api/api-context.ts'
import { dashboardApp } from '../api/app.ts'
import { StreamHub } from '../api/stream-hub.ts'
import type { Freshness } from '../api/types.ts'
import type { Logger } from '../log.ts'
import { createScheduler } from '../schedule/scheduler.ts'
import { type ArchiveTaskOptions, archiveWaiting, createArchiveTask } from '../schedule/tasks/archive-task.ts'
import { createRetentionTask } from '../schedule/tasks/retention-task.ts'
import { httpUrl } from '../settings/http-url.ts'
import type { LiveSettings } from '../settings/live-settings.ts'
import { coveragePauseMs } from './child-options.ts'
import { commandApp } from './command-app.ts'
import { mailHostOf, mailRoutesOf } from './mail-routes.ts'
import { createMerger } from './merge-converted-files.ts'
import { openState } from './open-state.ts'
import { createOutbox } from './outbox.ts'
import { ChangedCounts, createPipeline } from './pipeline.ts'
import { serveOn, serveOnSocket } from './serve-on.ts'
import { stateFolders } from './state-folders.ts'
import { startWorkLoop } from './work-loop.ts'

export interface OwnerOptions {
  readonly settings: LiveSettings
  readonly log: Logger
  readonly now: () => EpochMs
  readonly mode: Freshness['mode']
  /** Folder of the built pages. */
  readonly webFolder: string
}

/** The one process that has the database: it merges, judges, mails, archives and shows. */
export interface Owner {
  readonly dashboardPort: number
  /** Looks for converted files at once. */
  wake(): void
  /** Tells the pages where submissions are sent to. */
  receivesOn(url: string): void
  /** Merges what is converted and archives everything, then closes. */
  stop(): Promise<void>
}

const LOOK_EVERY_MS = 1000
const DECIDE_EVERY_MS = MINUTE_MS

/** Throws DatabaseError where another process owns the state directory, and Node's error where it can't listen. */
export async function startOwner({ settings, log, now, mode, webFolder }: OwnerOptions): Promise<Owner> {
  const folders = stateFolders(settings.current.state)
  const state = await openState(folders, log, now)
  const { database, journal, storage, write } = state
  const hub = new StreamHub(randomBytes(6).toString('hex'))
  const changed = new ChangedCounts()
  const pipeline = await createPipeline({ spool: folders.spool, now, mode })
  const pace = mode === 'demo' ? 'replay' : 'live'
  const mailHost = mailHostOf(settings.current)
  const judge = await createJudgeShell({
    database,
    journal,
    now,
    routes: () => mailRoutesOf(settings.current),
    mailHost,
    pace,
    onError: (error, hour) => log.error({ error, hour: isoSeconds(hour) }, 'an hour could not be judged'),
  })
  let isStopping = false
  let isCatchingUp = true
  const outbox = await createOutbox({
    database,
    journal,
    folder: folders.mail,
    host: mailHost,
    settings: () => settings.current,
    log,
    now,
    pace,
    isTimeToSend: () => pace === 'live' || !isCatchingUp,
    onChange: () => hub.publish({ event: 'mails' }),
  })
  const merger = await createMerger({
    database,
    folders,
    log,
    mergeOptions: () => ({
      now: now(),
      duplicateWindowMs: settings.current.duplicates.windowHours * HOUR_MS,
      coverageToleranceMs: coveragePauseMs(settings.current),
      journal,
    }),
    onMerged(result) {
      changed.add(result)
      judge.countsChanged(result.hours)
    },
  })

  const archiveOptions: ArchiveTaskOptions = {
    write,
    limits: () => ({
      partMaxAgeMs: settings.current.archive.partMaxAgeMinutes * MINUTE_MS,
      partMaxBytes: settings.current.archive.partMaxBytes,
    }),
    onPart: ({ part, files, rows, damaged }) =>
      log.info({ part, files: files.length, rows, damaged }, 'a part of the archive was written'),
  }
  const scheduler = await createScheduler({
    tasks: [
      createArchiveTask(archiveOptions),
      createRetentionTask({
        db: database,
        storage,
        limits: () => ({
          now: now(),
          countedUpTo: pipeline.watermark(),
          keepMinuteHours: settings.current.counts.keepMinuteHours,
          keepAttributeDays: settings.current.counts.keepAttributeDays,
          duplicateWindowMs: settings.current.duplicates.windowHours * HOUR_MS,
          keepDays: {
            archive: daysOrNull(settings.current.archive.keepDays),
            quarantine: daysOrNull(settings.current.quarantine.keepDays),
          },
        }),
        onRemoved: ({ rows, parts }) => {
          if (rows > 0 || parts.length > 0)
            log.info({ rows, parts: parts.length }, 'what is no longer kept was removed')
        },
      }),
    ],
    store: {
      readStates: () => readTaskStates(database),
      saveState: (taskState) => saveTaskState(database, taskState),
      saveRun: (taskState, run) => saveTaskRun(database, taskState, run),
    },
    now,
    onError: (task, error) => log.error({ task, error }, 'scheduled work failed'),
  })

  const onLoopError = (error: unknown) => log.error({ error }, 'work failed; it is tried again')
  async function mergeAndPublish(): Promise<void> {
    await merger.mergeWaiting()
    await pipeline.look()
    const counts = changed.take()
    if (counts !== null) hub.publish({ event: 'counts', ...counts })
    hub.publish({ event: 'freshness', freshness: pipeline.freshness() })
  }
  async function judgeAndPublish(): Promise<void> {
    isCatchingUp = true
    while (isCatchingUp && !isStopping) {
      const round = await judge.judgeDue(pipeline.watermark())
      isCatchingUp = round.isBehind
      const newest = round.judgedHours.at(-1)
      if (newest !== undefined) hub.publish({ event: 'judged', hour: isoSeconds(newest) })
      if (round.changedIncidents.length > 0) hub.publish({ event: 'incidents', ids: round.changedIncidents })
      if (round.mailsDecided > 0) outbox.wake()
    }
  }

  let receiveUrl = httpUrl(settings.current.receive.listen, settings.current.receive.listen.port)
  const api: ApiContext = {
    database,
    hub,
    now,
    freshness: () => pipeline.freshness(),
    receiveUrl: () => receiveUrl,
    incidents: () => judge.incidents(),
    judgedHour: () => judge.judgedHour(),
    learning: (channel) => learningOf(judge, channel),
    mails: outbox,
  }
  const dashboard = await serveOn(
    dashboardApp(api, {
      hostNames: settings.current.dashboard.hostNames,
      publicUrl: settings.current.publicUrl,
      webFolder,
      log,
    }),
    settings.current.dashboard.listen,
  ).catch(async (error: unknown) => {
    await outbox.stop()
    await state.close()
    throw error
  })
  const mergeLoop = startWorkLoop(mergeAndPublish, { everyMs: LOOK_EVERY_MS, onError: onLoopError })
  const judgeLoop = startWorkLoop(judgeAndPublish, { everyMs: LOOK_EVERY_MS, onError: onLoopError })
  const decideLoop = startWorkLoop(
    async () => {
      if ((await judge.decideDue()) > 0) outbox.wake()
    },
    { everyMs: DECIDE_EVERY_MS, onError: onLoopError },
  )
  const commands = await serveOnSocket(
    commandApp({
      database,
      now,
      onImported() {
        judge.forgetCounts()
        hub.publish({ event: 'reload' })
        judgeLoop.wake()
      },
    }),
    folders.socket,
  )
  scheduler.start()

  return {
    dashboardPort: dashboard.port,
    wake: () => mergeLoop.wake(),
    receivesOn(url) {
      receiveUrl = url
    },
    async stop() {
      isStopping = true
      await scheduler.stop()
      await decideLoop.stop()
      await judgeLoop.stop()
      await mergeLoop.stop()
      // The converter has ended by now, so this is all there is.
      await merger.mergeWaiting()
      await archiveWaiting(archiveOptions, new AbortController().signal, { everything: true })
      await outbox.stop()
      await commands.stop()
      await dashboard.stop()
      await state.close()
    },
  }
}

function daysOrNull(days: number | 'forever'): number | null {
  return days === 'forever' ? null : days
}

function learningOf(judge: JudgeShell, channel: string): { readonly days: number; readonly of: number } | null {
  if (judge.judgedHour() === null) return { days: 0, of: LEARNING_DAYS }
  const progress = judge.learning(channel)
  return progress === null ? null : { days: progress.coveredDays, of: progress.neededDays }
}

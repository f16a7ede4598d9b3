import { randomBytes } from 'node:crypto'
import { openAnnotationBook } from '../../alerts/calendar/annotation-book.ts'
import type { Incident } from '../../alerts/incident.ts'
import { createJudgeShell, type JudgeShell } from '../../alerts/shell/judge-shell.ts'
import { type EpochMs, HOUR_MS, isoSeconds, MINUTE_MS, SECOND_MS } from '../../data/domain/time.ts'
import { readLinkKeys } from '../../data/links/link-keys.ts'
import { readOutboxState } from '../../data/outbox/read-outbox-state.ts'
import { keepImports } from '../../data/recovery/kept-imports.ts'
import { BacklogMeter } from '../../data/spool/backlog.ts'
import { actionPages } from '../actions/action-pages.ts'
import type { ApiContext } from '../api/api-context.ts'
import { dashboardApp } from '../api/app.ts'
import { ChangedHours } from '../api/http/changed-hours.ts'
import { StreamHub } from '../api/stream-hub.ts'
import type { Freshness } from '../api/types.ts'
import { createArchiveWatch } from '../archive/archive-watch.ts'
import { openLiveCalendar } from '../calendar/live-calendar.ts'
import type { IncidentDesk } from '../incidents/incident-app.ts'
import type { Logger } from '../log.ts'
import type { OwnerMetrics } from '../metrics/owner-metrics.ts'
import type { ServiceMetrics } from '../metrics/service-metrics.ts'
import { readQuarantineAnswer } from '../quarantine/quarantine-answer.ts'
import { createReprocessing } from '../reprocess/reprocessing.ts'
import { archiveWaiting } from '../schedule/tasks/archive-task.ts'
import { receiveUrl } from '../settings/http-url.ts'
import { judgeWishesOf } from '../settings/judge-wishes.ts'
import type { LiveSettings } from '../settings/live-settings.ts'
import { createSettingsMarks } from '../settings/mark-changes.ts'
import { startReckonerThread } from '../why/reckoner-thread.ts'
import { coveragePauseMs } from './child-options.ts'
import { Cleanup } from './cleanup.ts'
import { createClockWatches } from './clock-watches.ts'
import { commandApp } from './command-app.ts'
import { startDeadMansSwitch } from './dead-mans-switch.ts'
import { openDiskGauge } from './disk-gauge.ts'
import { keptRaw, startKeepingRaw } from './kept-raw.ts'
import { startLiveEvents } from './live-events.ts'
import { digestPlanOf, mailHostOf, mailRoutesOf } from './mail-routes.ts'
import { mendSeen } from './mend-seen.ts'
import { createMerger, type Merger } from './merge-converted-files.ts'
import { databaseLimits } from './open-kept-database.ts'
import { openState } from './open-state.ts'
import { createOutbox } from './outbox.ts'
import { createPipeline } from './pipeline.ts'
import { pipelineAnswer } from './pipeline-answer.ts'
import { archiveOptionsOf, archiveWorkOf, createScheduledWork, type ScheduledWorkOptions } from './scheduled-work.ts'
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
  /** Its own counters, and the metrics of all processes, which it serves. */
  readonly metrics: { readonly owner: OwnerMetrics; readonly service: ServiceMetrics }
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

/**
 * Throws DatabaseError where another process owns the state directory, and Node's error where it can't listen; then nothing is
 * left open.
 */
export async function startOwner(options: OwnerOptions): Promise<Owner> {
  const cleanup = new Cleanup()
  try {
    return await openOwner(options, cleanup)
  } catch (error) {
    await cleanup.run().catch((second: unknown) => options.log.error({ error: second }, 'closing failed as well'))
    throw error
  }
}

async function openOwner(options: OwnerOptions, cleanup: Cleanup): Promise<Owner> {
  const { settings, log, now, mode, webFolder, metrics } = options
  const folders = stateFolders(settings.current.state)
  const keptAt = (segment: string) => keptRaw(settings.current, folders, segment)
  const state = await openState(folders, log, now, {
    keptAt,
    coverageToleranceMs: coveragePauseMs(settings.current),
    limits: databaseLimits(settings.current.counts),
  })
  cleanup.add(() => state.close())
  const { database, journal } = state
  const hub = new StreamHub(randomBytes(6).toString('hex'))
  cleanup.add(async () => hub.close())
  const changed = new ChangedHours()
  const onError = (error: unknown) => log.error({ error }, 'work failed; it is tried again')
  const disk = await openDiskGauge({
    database,
    folder: folders.state,
    minFreeBytes: () => settings.current.receive.minFreeDiskBytes,
    tellWithinHours: () => settings.current.disk.tellWithinHours,
    now,
    onError,
  })
  cleanup.add(() => disk.stop())
  const hoursUntilFull = () => disk.forecast()?.hoursUntilFull ?? null
  const judgedHour = () => judge.judgedHour()
  const pipeline = await createPipeline({ spool: folders.spool, now, mode, hoursUntilFull, judgedHour })
  const backlog = new BacklogMeter(folders.spool)
  const pipelineState = () =>
    pipelineAnswer({
      database,
      backlog,
      freshness: () => pipeline.freshness(),
      forecast: () => disk.forecast(),
      reports: metrics.service,
    })
  const live = startLiveEvents({ hub, changed, database, now, pipeline, state: pipelineState, onError })
  cleanup.add(() => live.stop())
  const calendar = await openLiveCalendar(settings, log)
  const annotations = await openAnnotationBook({ database, journal, now })
  const known = () => [...calendar.events(), ...annotations.list()]
  const settingsMarks = createSettingsMarks({ database, annotations, now })
  await settingsMarks.look(settings.current)
  settings.onChange((next) => void settingsMarks.look(next).catch(onError))
  const pace = mode === 'demo' ? 'replay' : 'live'
  const mailHost = mailHostOf(settings.current)
  const wishes = () => judgeWishesOf(settings.current, calendar.events())
  const reckoner = startReckonerThread()
  cleanup.add(() => reckoner.close())
  const tellStalledAfterMs = () => (pace === 'live' ? settings.current.stalled.tellAfterMinutes * MINUTE_MS : null)
  const hindsight = { wishes, reckoner, tellStalledAfterMs }
  const judge = await createJudgeShell({
    database,
    journal,
    now,
    routes: () => mailRoutesOf(settings.current),
    wishes,
    known,
    mostPerHour: () => settings.current.mail.mostPerHour,
    digest: () => digestPlanOf(settings.current),
    mailHost,
    pace,
    onError: (error, hour) => log.error({ error, hour: isoSeconds(hour) }, 'an hour could not be judged'),
  })
  const tellUnkept = () => {
    for (const wish of judge.unkeptWishes()) log.warn(wish)
  }
  tellUnkept()
  settings.onReload(tellUnkept)
  let isStopping = false
  let isCatchingUp = true
  const outbox = await createOutbox({
    database,
    journal,
    folder: folders.mail,
    linkKeys: folders.linkKeys,
    host: mailHost,
    settings: () => settings.current,
    log,
    now,
    pace,
    known,
    isTimeToSend: () => pace === 'live' || !isCatchingUp,
    onChange: () => live.mailsChanged(),
  })
  cleanup.add(() => outbox.stop())
  const merger = await createMerger({
    database,
    folders,
    log,
    keptAt,
    mergeOptions: () => ({
      now: now(),
      duplicateWindowMs: settings.current.duplicates.windowHours * HOUR_MS,
      seen: state.seen,
      coverageToleranceMs: coveragePauseMs(settings.current),
      names: settings.current.counts,
      journal,
    }),
    onMerged(result) {
      live.merged(result)
      if (!result.isImport) judge.countsChanged(result.hours)
      metrics.owner.merged(result.duplicateFrames.length)
    },
  })

  let isSeenMended = false
  async function mergeAndPublish(): Promise<void> {
    if (!isSeenMended) {
      isSeenMended = true
      const from = now() - settings.current.duplicates.windowHours * HOUR_MS
      await mendSeen(state, { from, readings: state.write.readings, log })
    }
    try {
      if (await merger.mergeWaiting()) mergeLoop.wake()
    } finally {
      await pipeline.look()
      await live.roundMerged()
    }
  }

  /**
   * Judging and what people are told by the clock alone are one loop: both decide from what was told last. That hours can't be
   * judged is itself among what is told.
   */
  async function judgeAndPublish(): Promise<void> {
    try {
      await judgeHours()
    } finally {
      if (!isStopping) {
        live.incidentsChanged(await clockWatches.look())
        if ((await judge.decideDue()) > 0) outbox.wake()
      }
    }
  }

  async function judgeHours(): Promise<void> {
    isCatchingUp = true
    while (isCatchingUp && !isStopping) {
      const startedAt = performance.now()
      const round = await judge.judgeDue(pipeline.watermark())
      if (round.judgedHours.length > 0) {
        metrics.owner.judged(round.judgedHours.length, (performance.now() - startedAt) / SECOND_MS)
      }
      isCatchingUp = round.isBehind
      live.judged(round.judgedHours)
      live.incidentsChanged(round.changedIncidents)
      if (round.mailsDecided > 0) outbox.wake()
    }
  }

  /** Pages and mails say at once what somebody did. */
  function personActed(incident: number | undefined): void {
    if (incident !== undefined) live.incidentsChanged([incident])
    outbox.wake()
  }

  let wakeJudge = (): void => undefined
  const archiveWatch = createArchiveWatch(log, () => wakeJudge())
  const clockWatches = createClockWatches({
    database,
    judge,
    disk,
    archive: archiveWatch,
    converted: folders.converted,
    pipeline,
    now,
    tellStalledAfterMs,
    onError,
  })

  const desk: IncidentDesk = {
    incidents: () => judge.incidents(),
    silences: () => judge.silences(),
    act: (incident, action) => judge.act(incident, action).finally(() => personActed(incident)),
    silence: (wanted) => judge.silence(wanted).finally(() => personActed(wanted.matcher.incident)),
    endSilence: (id, by) => judge.endSilence(id, by).finally(() => personActed(undefined)),
  }
  let receivesOn = receiveUrl(settings.current.receive, settings.current.receive.listen.port)
  const archiveWork = archiveWorkOf({ state, settings: () => settings.current, log })
  const api: ApiContext = {
    database,
    findSubmissions: (sought) => archiveWork.find(sought),
    findSamples: (sought) => archiveWork.samples(sought),
    hub,
    changed,
    now,
    freshness: () => pipeline.freshness(),
    pipeline: pipelineState,
    receiveUrl: () => receivesOn,
    incidents: () => judge.incidents(),
    silences: () => judge.silences(),
    judgedHour,
    learning: (channel) => learningOf(judge, channel),
    desk,
    annotations,
    hindsight,
    calendar: () => calendar.events(),
    mails: outbox,
    quarantine: () => readQuarantineAnswer(database, { root: folders.state, readings: state.write.readings }),
  }
  metrics.owner.watch({
    pipeline: () => api.pipeline(),
    openIncidents: () =>
      judge
        .incidents()
        .filter(isActive)
        .map(({ group }) => group),
  })
  const pages = dashboardApp(api, {
    hostNames: () => settings.current.dashboard.hostNames,
    frameAncestors: () => settings.current.dashboard.frameAncestors,
    publicUrl: () => settings.current.publicUrl,
    webFolder,
    metrics: metrics.service,
    actions: actionPages({
      keys: () => readLinkKeys(folders.linkKeys, now()),
      ...desk,
      now,
      publicUrl: () => settings.current.publicUrl,
    }),
    log,
  })
  const dashboard = await serveOn(pages, settings.current.dashboard.listen)
  cleanup.add(() => dashboard.stop())
  // What only months of counts tell is read now, so that the first person who looks needn't wait for it.
  void pages.request('/api/v1/overview', { headers: { Host: 'localhost' } })
  const work: ScheduledWorkOptions = {
    state,
    settings: () => settings.current,
    log,
    now,
    watermark: () => pipeline.watermark(),
    onChecked: (check, found) => archiveWatch.tell(check, found),
  }
  const archive = { root: folders.state, readings: state.write.readings }
  const reprocessing = createReprocessing({
    state,
    archive: archiveOptionsOf(work),
    onTaken: () => live.allChanged(),
  })
  const commands = await serveOnSocket(
    commandApp({
      database,
      archive,
      archiveWork,
      now,
      reprocessing,
      desk,
      unkeptWishes: () => judge.unkeptWishes(),
      annotationDesk: { annotations, calendar: () => calendar.events() },
      hindsight,
      async onImported() {
        await keepImports({ db: database, folder: folders.imported, exchange: folders.exchange }).catch(onError)
        judge.forgetCounts()
        live.allChanged()
        wakeJudge()
      },
    }),
    folders.socket,
  )
  cleanup.add(() => commands.stop())

  // The converter has ended when the owner is stopped: this is all there is, and the archive is whole.
  cleanup.add(() => archiveWaiting(archiveOptionsOf(work), new AbortController().signal, { everything: true }))
  cleanup.add(() => mergeAll(merger))
  const rawKeeper = startKeepingRaw(folders, onError)
  cleanup.add(() => rawKeeper.stop())
  const mergeLoop = startWorkLoop(mergeAndPublish, { everyMs: LOOK_EVERY_MS, onError })
  cleanup.add(() => mergeLoop.stop())
  const judgeLoop = startWorkLoop(judgeAndPublish, { everyMs: LOOK_EVERY_MS, onError })
  cleanup.add(() => judgeLoop.stop())
  wakeJudge = () => judgeLoop.wake()
  const scheduler = await createScheduledWork(work, reprocessing, archiveWork)
  cleanup.add(() => scheduler.stop())
  cleanup.add(() => reprocessing.stop())
  scheduler.start()
  const deadMansSwitch = startDeadMansSwitch({
    settings: () => settings.current.deadMansSwitch,
    signs: async () => ({
      now: now(),
      watermark: pipeline.watermark(),
      judgedHour: judge.judgedHour(),
      oldestMailAt: (await readOutboxState(database)).oldestDecidedAt,
    }),
    now,
    log,
  })
  cleanup.add(() => deadMansSwitch.stop())

  return {
    dashboardPort: dashboard.port,
    wake: () => mergeLoop.wake(),
    receivesOn(url) {
      receivesOn = url
    },
    stop() {
      isStopping = true
      return cleanup.run()
    },
  }
}

function isActive({ state }: Incident): boolean {
  return state === 'open' || state === 'recovering'
}

async function mergeAll(merger: Merger): Promise<void> {
  let isMore = true
  while (isMore) isMore = await merger.mergeWaiting()
  await merger.settleIdle()
}

function learningOf(judge: JudgeShell, channel: string): { readonly days: number; readonly of: number } | null {
  const progress = judge.learning(channel)
  return progress === null ? null : { days: progress.coveredDays, of: progress.neededDays }
}

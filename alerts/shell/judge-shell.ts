import type { Database } from '../../data/counts/database.ts'
import {
  type ReopenedHour,
  readNewestJudgedHour,
  readReopenedHours,
  storeFailedHour,
  storeJudgement,
} from '../../data/counts/judgements.ts'
import { readFirstJudged } from '../../data/counts/queries/read-coverage.ts'
import { type HistoryWindow, loadHistoryWindow } from '../../data/counts/read-history.ts'
import { DAY_MS, type EpochMs, HOUR_MS, startOfHour } from '../../data/domain/time.ts'
import { readIncidents } from '../../data/incidents/read-incidents.ts'
import type { Journal } from '../../data/journal/journal.ts'
import { readLastNotifications } from '../../data/outbox/read-outbox.ts'
import { incidentsInWindow } from '../backtest.ts'
import type { DiskWatch } from '../disk/disk-trouble.ts'
import type { Route } from '../email/decide-mails.ts'
import { type Notification, parseNotification } from '../email/notification.ts'
import type { Expectation } from '../finding.ts'
import type { Incident } from '../incident.ts'
import { parseIncident } from '../incident-record.ts'
import { judgeHour } from '../judge/judge-hour.ts'
import { createJudgeMemory, type JudgeMemory } from '../judge/memory.ts'
import { LEARNING_DAYS, type LearningProgress, type Verdict } from '../judge/verdict.ts'
import { JUDGE_WINDOW_HOURS } from '../judge/window.ts'
import { Draft, type JudgeRound, writeDraft } from './draft.ts'
import { ownTroubleIncident } from './own-trouble.ts'

export interface JudgeShellOptions {
  readonly database: Database
  readonly journal: Journal | null
  now(): EpochMs
  /** Who is told; asked for at each decision, so that changed settings count at once. */
  routes(): readonly Route[]
  /** Right half of Message-IDs. */
  readonly mailHost: string
  /**
   * `live`: hours missed while the service was down are judged in order, and people are told what is still wrong when the
   * last of them is. `replay`: people are told after each hour what they would have been told then (a demonstration).
   */
  readonly pace: 'live' | 'replay'
  /** Told of an hour that can't be judged, each time. */
  readonly onError: (error: unknown, hour: EpochMs) => void
}

/** The judge with its memory, fed from the database: the only part of judging that reads or writes. */
export interface JudgeShell {
  /** Oldest first. */
  incidents(): readonly Incident[]
  /** Start of the newest judged hour; null before the first. */
  judgedHour(): EpochMs | null
  /** Null: the judge has learnt enough to speak of its volume. */
  learning(channel: string): LearningProgress | null
  /**
   * Judges re-opened hours and then every hour that has ended before `watermark`, in order, some dozens at most: `isBehind`
   * says whether there are more.
   */
  judgeDue(watermark: EpochMs): Promise<JudgeRound & { readonly isBehind: boolean }>
  /** Counts of these hours have changed: what was read ahead of the judge is read again. */
  countsChanged(hours: readonly EpochMs[]): void
  /** Any counts may have changed: everything is read again. */
  forgetCounts(): void
  /** Opens, follows or ends the incident of a disk that fills; its mails are decided by `decideDue`. Not beside the others. */
  watchDisk(watch: DiskWatch): Promise<JudgeRound>
  /** Opens, follows or ends the incident of an archive that isn't as it was counted; `sentence` null: it is. Not beside the others. */
  watchArchive(sentence: string | null): Promise<JudgeRound>
  /** Decides the mails that are due by the clock alone (reminders). Not beside `judgeDue`: both go by what was told last. */
  decideDue(): Promise<number>
}

/** Nobody is told today of a winter that nobody watched: what is older than this is history, and only teaches. */
const LONGEST_CATCH_UP_MS = 120 * DAY_MS
const HOURS_A_ROUND = 48
/** Long enough for the longest catch-up: counts are read once for all of it. */
const HOURS_LOADED_AHEAD = LONGEST_CATCH_UP_MS / HOUR_MS
const ATTEMPTS = 3

export async function createJudgeShell(options: JudgeShellOptions): Promise<JudgeShell> {
  const { database, journal } = options
  let incidents: readonly Incident[] = (await readIncidents(database)).map(parseIncident)
  let last = new Map<number, Notification>(
    [...(await readLastNotifications(database))].map(([id, body]) => [id, parseNotification(body)]),
  )
  let judgedHour = await readNewestJudgedHour(database)
  /** Of the newest judged hour: the channels it knew, and those among them that are still being learnt. */
  let known: { readonly channels: ReadonlySet<string>; readonly learning: ReadonlyMap<string, LearningProgress> } = {
    channels: new Set(),
    learning: new Map(),
  }
  let memory: JudgeMemory = createJudgeMemory()
  let window: HistoryWindow | null = null
  /** Hours whose counts have changed since this round began. */
  const changedMeanwhile = new Set<EpochMs>()
  let failing: { readonly hour: EpochMs; readonly attempts: number } | null = null

  /** A window that holds all that verdicts on `from` and later hours need; to `end` (excluded) where that isn't too far. */
  async function windowFrom(from: EpochMs, end: EpochMs): Promise<HistoryWindow> {
    const needed = from - JUDGE_WINDOW_HOURS * HOUR_MS
    const held = window === null ? null : endOf(window)
    if (window !== null && held !== null && needed >= window.history.start) {
      if (from < held) return window
      if (from === held && end === from + HOUR_MS) {
        await window.slideTo(end)
        return window
      }
    }
    window = await loadHistoryWindow(database, needed, Math.min(end, from + HOURS_LOADED_AHEAD * HOUR_MS))
    return window
  }

  async function firstCoveredHour(): Promise<EpochMs | null> {
    const first = await readFirstJudged(database)
    return first === null ? null : startOfHour(first)
  }

  async function nextHour(watermark: EpochMs): Promise<EpochMs | null> {
    const first = judgedHour === null ? await firstCoveredHour() : judgedHour + HOUR_MS
    if (first === null) return null
    return Math.max(first, startOfHour(watermark - LONGEST_CATCH_UP_MS))
  }

  async function judgeReopened(): Promise<JudgeRound> {
    const reopened = await readReopenedHours(database)
    if (reopened.length === 0 || judgedHour === null) return NOTHING
    const newest = judgedHour
    // What is older than the window can't change a verdict any more; it is only taken off the list.
    const oldest = newest - JUDGE_WINDOW_HOURS * HOUR_MS
    const hours = reopened.map(({ hour }) => hour).filter((hour) => hour > oldest && hour <= newest)
    const held = await windowFrom(newest, newest + HOUR_MS)
    await held.refresh(hours)
    return judgeHours(held, hours, reopened)
  }

  /** Judges `hours`, ascending, and writes all that follows from it in one transaction. */
  async function judgeHours(
    held: HistoryWindow,
    hours: readonly EpochMs[],
    reopened: readonly ReopenedHour[] = [],
  ): Promise<JudgeRound> {
    const draft = new Draft(incidents, last)
    const expectations: Expectation[] = []
    let newest: Verdict | null = null
    const judged: EpochMs[] = []
    for (const hour of hours) {
      const verdict = judgeOrStop(held, hour, { draft, isFirst: judged.length === 0 })
      if (verdict === null) break
      judged.push(hour)
      expectations.push(...verdict.expectations)
      if (judgedHour === null || hour >= judgedHour) newest = verdict
      const decidedAt = decisionTime(hour, hours)
      if (decidedAt !== null) draft.decide(options, decidedAt)
    }
    const judgedAt = options.now()
    await database.inTransaction(async (transaction) => {
      await storeJudgement(transaction, {
        hours: judged,
        expectations,
        forecast: newest === null ? null : newest.forecast,
        judgedAt,
        reopened: reopened.filter(({ hour }) => judged.includes(hour) || !hours.includes(hour)),
        changedMeanwhile: judged.filter((hour) => changedMeanwhile.has(hour)),
      })
      await writeDraft(transaction, journal, draft, judgedAt)
    })
    incidents = draft.incidents
    last = draft.last
    if (newest !== null) {
      judgedHour = Math.max(judgedHour ?? newest.hour, newest.hour)
      known = { channels: new Set(held.history.channels.keys()), learning: newest.learning }
    }
    return draft.round(judged)
  }

  /** An hour that can't be judged ends the round before it; as the first of a round it throws HourFailed. */
  function judgeOrStop(
    held: HistoryWindow,
    hour: EpochMs,
    { draft, isFirst }: { readonly draft: Draft; readonly isFirst: boolean },
  ): Verdict | null {
    try {
      const verdict = judgeHour({
        history: held.history,
        hour,
        incidents: incidentsInWindow(draft.incidents, hour),
        memory,
      })
      memory = verdict.memory
      draft.advance(verdict)
      return verdict
    } catch (error) {
      memory = createJudgeMemory()
      if (!isFirst) return null
      throw new HourFailed(hour, error)
    }
  }

  /** When people are told after `hour`; null: not now, but after a later one of this round. */
  function decisionTime(hour: EpochMs, hours: readonly EpochMs[]): EpochMs | null {
    if (options.pace === 'replay') return hour + HOUR_MS
    return hour === hours.at(-1) && hour + 2 * HOUR_MS > options.now() - HOUR_MS ? options.now() : null
  }

  async function failed(error: HourFailed): Promise<JudgeRound> {
    options.onError(error.cause, error.hour)
    const attempts = failing?.hour === error.hour ? failing.attempts + 1 : 1
    failing = { hour: error.hour, attempts }
    if (attempts < ATTEMPTS) return NOTHING
    failing = null
    const now = options.now()
    const text = error.cause instanceof Error ? error.cause.message : String(error.cause)
    const draft = new Draft(incidents, last)
    draft.add((id) => ownTroubleIncident(id, { hour: error.hour, now, error: text }))
    draft.decide(options, now)
    await database.inTransaction(async (transaction) => {
      await storeFailedHour(transaction, { hour: error.hour, judgedAt: now, attempts, error: text })
      await writeDraft(transaction, journal, draft, now)
    })
    incidents = draft.incidents
    last = draft.last
    judgedHour = Math.max(judgedHour ?? error.hour, error.hour)
    return draft.round([])
  }

  async function judgeNext(watermark: EpochMs): Promise<JudgeRound & { readonly isBehind: boolean }> {
    const from = await nextHour(watermark)
    const end = startOfHour(watermark)
    if (from === null || from >= end) return { ...NOTHING, isBehind: false }
    const count = Math.min(HOURS_A_ROUND, (end - from) / HOUR_MS)
    const hours = Array.from({ length: count }, (_, i) => from + i * HOUR_MS)
    changedMeanwhile.clear()
    const held = await windowFrom(from, end)
    const within = hours.filter((hour) => hour < endOf(held))
    const round = await judgeHours(held, within)
    // Judged ones stand among the re-opened now; the others are read again.
    if ([...changedMeanwhile].some((hour) => hour < endOf(held))) window = null
    return { ...round, isBehind: (round.judgedHours.at(-1) ?? from) + HOUR_MS < end }
  }

  /** What the newest judged hour said of channels isn't written down: after a restart it is asked again. */
  async function recallKnown(): Promise<void> {
    if (judgedHour === null) return
    const held = await windowFrom(judgedHour, judgedHour + HOUR_MS)
    const relevant = incidentsInWindow(incidents, judgedHour)
    const verdict = judgeHour({ history: held.history, hour: judgedHour, incidents: relevant, memory })
    memory = verdict.memory
    known = { channels: new Set(held.history.channels.keys()), learning: verdict.learning }
  }

  await recallKnown().catch((error: unknown) => options.onError(error, judgedHour ?? 0))
  return {
    incidents: () => incidents,
    judgedHour: () => judgedHour,
    learning: (channel) =>
      known.channels.has(channel)
        ? (known.learning.get(channel) ?? null)
        : { coveredDays: 0, neededDays: LEARNING_DAYS },
    async judgeDue(watermark) {
      try {
        const reopened = await judgeReopened()
        const next = await judgeNext(watermark)
        return { ...joined(reopened, next), isBehind: next.isBehind }
      } catch (error) {
        if (!(error instanceof HourFailed)) throw error
        return { ...(await failed(error)), isBehind: true }
      }
    },
    countsChanged(hours) {
      for (const hour of hours) changedMeanwhile.add(hour)
      if (window === null) return
      // Judged hours come back as re-opened ones; those not judged yet may stand in what was read ahead.
      const end = endOf(window)
      if (hours.some((hour) => hour < end && (judgedHour === null || hour > judgedHour))) window = null
    },
    forgetCounts() {
      window = null
      memory = createJudgeMemory()
    },
    async watchDisk(watch) {
      const draft = new Draft(incidents, last)
      draft.watchDisk(watch)
      if (draft.changed.size === 0) return NOTHING
      await database.inTransaction((transaction) => writeDraft(transaction, journal, draft, watch.now))
      incidents = draft.incidents
      return draft.round([])
    },
    async watchArchive(sentence) {
      const now = options.now()
      const draft = new Draft(incidents, last)
      draft.watchArchive(sentence, now)
      if (draft.changed.size === 0) return NOTHING
      await database.inTransaction((transaction) => writeDraft(transaction, journal, draft, now))
      incidents = draft.incidents
      return draft.round([])
    },
    async decideDue() {
      const draft = new Draft(incidents, last)
      draft.decide(options, options.now())
      if (draft.mails.length === 0) return 0
      await database.inTransaction((transaction) => writeDraft(transaction, journal, draft, options.now()))
      last = draft.last
      return draft.mails.length
    },
  }
}

function endOf({ history }: HistoryWindow): EpochMs {
  return history.start + history.hours * HOUR_MS
}

const NOTHING: JudgeRound = { judgedHours: [], changedIncidents: [], mailsDecided: 0 }

function joined(a: JudgeRound, b: JudgeRound): JudgeRound {
  return {
    judgedHours: [...a.judgedHours, ...b.judgedHours],
    changedIncidents: [...new Set([...a.changedIncidents, ...b.changedIncidents])],
    mailsDecided: a.mailsDecided + b.mailsDecided,
  }
}

/** Which hour could not be judged; `cause` is why. */
class HourFailed extends Error {
  readonly hour: EpochMs

  constructor(hour: EpochMs, cause: unknown) {
    super(`could not judge the hour ${new Date(hour).toISOString()}`, { cause })
    this.hour = hour
  }
}

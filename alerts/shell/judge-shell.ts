import type { Database } from '../../data/counts/database.ts'
import {
  judgementEntries,
  type ReopenedHour,
  readNewestJudgedHour,
  readReopenedHours,
  storeFailedHour,
  storeJudgement,
} from '../../data/counts/judgements.ts'
import { readFirstJudged } from '../../data/counts/queries/read-coverage.ts'
import { readExpectations } from '../../data/counts/queries/read-expectations.ts'
import { readMinutes } from '../../data/counts/queries/read-minutes.ts'
import { type HistoryWindow, loadHistoryWindow } from '../../data/counts/read-history.ts'
import { DAY_MS, type EpochMs, HOUR_MS, startOfHour } from '../../data/domain/time.ts'
import type { Journal } from '../../data/journal/journal.ts'
import { incidentsInWindow } from '../backtest.ts'
import type { DiskWatch } from '../disk/disk-trouble.ts'
import type { Expectation } from '../finding.ts'
import type { AcceptedLevel, Incident } from '../incident.ts'
import { type ActionResult, act, type IncidentAction } from '../incidents/act.ts'
import { beginSilence, endSilence, type NewSilence, type SilenceResult } from '../incidents/silencing.ts'
import type { CheckedArchive } from '../integrity/archive-trouble.ts'
import { judgeHour } from '../judge/judge-hour.ts'
import { createJudgeMemory, type JudgeMemory } from '../judge/memory.ts'
import { unkeptSentence, unkeptWishes } from '../judge/unkept-wishes.ts'
import { type JudgeWishes, LEARNING_DAYS, type LearningProgress, type Verdict } from '../judge/verdict.ts'
import { JUDGE_WINDOW_HOURS } from '../judge/window.ts'
import type { Silence } from '../silence.ts'
import type { WaitingForSpecifications } from '../stalled/specifications-trouble.ts'
import type { ProgressWatch } from '../stalled/stalled-trouble.ts'
import { type Desk, readDesk } from './desk.ts'
import { Draft, type JudgeRound, type MailPolicy, writeDraft } from './draft.ts'
import { inTurn } from './in-turn.ts'
import { ownTroubleIncident } from './own-trouble.ts'

export interface JudgeShellOptions extends MailPolicy {
  readonly database: Database
  readonly journal: Journal | null
  now(): EpochMs
  /**
   * `live`: hours missed while the service was down are judged in order, and people are told what is still wrong when the
   * last of them is. `replay`: people are told after each hour what they would have been told then (a demonstration).
   */
  readonly pace: 'live' | 'replay'
  /** What people tell the judge beforehand; asked for with each hour, so that changed settings count at once. */
  wishes?(): JudgeWishes
  /** Told of an hour that can't be judged, each time. */
  readonly onError: (error: unknown, hour: EpochMs) => void
}

/**
 * The judge with its memory, fed from the database: the only part of judging that reads or writes. What it is asked for it does
 * one after the other, however it was asked: each decision goes by what was written before.
 */
export interface JudgeShell {
  /** Oldest first. */
  incidents(): readonly Incident[]
  /** Every silence there ever was, oldest first. */
  silences(): readonly Silence[]
  /** Start of the newest judged hour; null before the first. */
  judgedHour(): EpochMs | null
  /** Wishes that the noise of channels forbids, as the newest judged hour knows it: a sentence each. */
  unkeptWishes(): readonly string[]
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
  /** Opens, follows or ends the incident of a disk that fills; its mails are decided by `decideDue`. */
  watchDisk(watch: DiskWatch): Promise<JudgeRound>
  /** Opens, follows or ends the incident of a flow that stands still. */
  watchProgress(watch: ProgressWatch): Promise<JudgeRound>
  /**
   * Looks at the minutes up to `to`, a whole one that everything is counted up to: channels that have stopped since the last judged
   * hour are told at once. Does nothing while hours before `to` wait to be judged.
   */
  lookAtMinutes(to: EpochMs): Promise<JudgeRound>
  /** Opens, follows or ends the incident of histogram specifications that nobody has. */
  watchSpecifications(waiting: WaitingForSpecifications): Promise<JudgeRound>
  /** Opens, follows or ends the incident of an archive that isn't as it was counted. */
  watchArchive(checked: CheckedArchive): Promise<JudgeRound>
  /** Decides the mails that are due by the clock alone (reminders, ends of silences and quiet hours, digests): how many. */
  decideDue(): Promise<number>
  /** A person's word on an incident; null: there is no such incident. Its mails are decided at once. */
  act(incident: number, action: IncidentAction): Promise<ActionResult | null>
  silence(wanted: NewSilence): Promise<SilenceResult>
  /** Before its time; null: there is no such silence. */
  endSilence(id: number, by: string): Promise<SilenceResult | null>
}

/** Nobody is told today of a winter that nobody watched: what is older than this is history, and only teaches. */
const LONGEST_CATCH_UP_MS = 120 * DAY_MS
const HOURS_A_ROUND = 48
/** Long enough for the longest catch-up: counts are read once for all of it. */
const HOURS_LOADED_AHEAD = LONGEST_CATCH_UP_MS / HOUR_MS
const ATTEMPTS = 3
/** Of minutes, so much is known and no more: they are kept for two days. */
const FAST_LOOK_MEMORY_MS = 2 * DAY_MS - HOUR_MS

export async function createJudgeShell(options: JudgeShellOptions): Promise<JudgeShell> {
  const { database, journal } = options
  let desk: Desk = await readDesk(database, options.now())
  const turn = inTurn()
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
    const draft = new Draft(desk)
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
      const judgement = {
        hours: judged,
        expectations,
        forecast: newest === null ? null : newest.forecast,
        judgedAt,
        reopened: reopened.filter(({ hour }) => judged.includes(hour) || !hours.includes(hour)),
        changedMeanwhile: judged.filter((hour) => changedMeanwhile.has(hour)),
      }
      await storeJudgement(transaction, judgement)
      await journal?.append(judgementEntries(judgement))
      await writeDraft(transaction, journal, draft, judgedAt)
    })
    desk = draft.desk()
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
        ...options.wishes?.(),
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
    const draft = new Draft(desk)
    draft.add((id) => ownTroubleIncident(id, { hour: error.hour, now, error: text }))
    draft.decide(options, now)
    await database.inTransaction(async (transaction) => {
      await storeFailedHour(transaction, { hour: error.hour, judgedAt: now, attempts, error: text })
      await writeDraft(transaction, journal, draft, now)
    })
    desk = draft.desk()
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
    const relevant = incidentsInWindow(desk.incidents, judgedHour)
    const verdict = judgeHour({
      history: held.history,
      hour: judgedHour,
      incidents: relevant,
      memory,
      ...options.wishes?.(),
    })
    memory = verdict.memory
    known = { channels: new Set(held.history.channels.keys()), learning: verdict.learning }
  }

  /** What the newest judged hour measures where `incident` is meant; null: nothing, so that the next hour does. */
  async function levelIfAccepted(incident: Incident): Promise<AcceptedLevel | null> {
    if (judgedHour === null) return null
    const accepted: Incident = { ...incident, accepted: { by: '', at: options.now(), note: '' } }
    const incidents = desk.incidents.map((own) => (own.id === incident.id ? accepted : own))
    const held = await windowFrom(judgedHour, judgedHour + HOUR_MS)
    const verdict = judgeHour({
      history: held.history,
      hour: judgedHour,
      incidents: incidentsInWindow(incidents, judgedHour),
      memory,
      ...options.wishes?.(),
    })
    memory = verdict.memory
    return verdict.standings.find((standing) => standing.incident === incident.id)?.settledLevel ?? null
  }

  async function lookAtMinutes(to: EpochMs): Promise<JudgeRound> {
    // Otherwise hours would be judged after what came later.
    if (judgedHour === null || judgedHour + HOUR_MS < startOfHour(to)) return NOTHING
    const from = to - FAST_LOOK_MEMORY_MS
    const counts = await readMinutes(database, { from, to })
    const expectations = await readExpectations(database, { from: startOfHour(from) - HOUR_MS, to: to + 2 * HOUR_MS })
    const isLearnt = (channel: string) => known.channels.has(channel) && !known.learning.has(channel)
    const sensitivity = options.wishes?.().sensitivity
    return changeBy((draft) => draft.lookAtMinutes({ counts, expectations, isLearnt, sensitivity }))
  }

  /** Writes what `change` makes of what stands, where it changes anything. */
  async function changeBy(change: (draft: Draft, now: EpochMs) => void): Promise<JudgeRound> {
    const now = options.now()
    const draft = new Draft(desk)
    change(draft, now)
    if (draft.isEmpty) return NOTHING
    await database.inTransaction((transaction) => writeDraft(transaction, journal, draft, now))
    desk = draft.desk()
    return draft.round([])
  }

  /** A person's word, and the mails that follow from it. */
  async function onWord<Result extends { readonly kind: 'done' | 'unchanged' }>(
    decide: (now: EpochMs) => Result,
    take: (draft: Draft, done: Extract<Result, { readonly kind: 'done' }>) => void,
  ): Promise<Result> {
    const result = decide(options.now())
    if (isDone(result)) {
      await changeBy((draft, now) => {
        take(draft, result)
        draft.decide(options, now)
      })
    }
    return result
  }

  async function judgeDue(watermark: EpochMs): Promise<JudgeRound & { readonly isBehind: boolean }> {
    try {
      const reopened = await judgeReopened()
      const next = await judgeNext(watermark)
      return { ...joined(reopened, next), isBehind: next.isBehind }
    } catch (error) {
      if (!(error instanceof HourFailed)) throw error
      return { ...(await failed(error)), isBehind: true }
    }
  }

  await recallKnown().catch((error: unknown) => options.onError(error, judgedHour ?? 0))
  return {
    incidents: () => desk.incidents,
    silences: () => desk.silences,
    judgedHour: () => judgedHour,
    unkeptWishes: () => unkeptWishes(memory, options.wishes?.().sensitivity ?? (() => ({}))).map(unkeptSentence),
    learning: (channel) =>
      known.channels.has(channel)
        ? (known.learning.get(channel) ?? null)
        : { coveredDays: 0, neededDays: LEARNING_DAYS },
    judgeDue: (watermark) => turn(() => judgeDue(watermark)),
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
    watchDisk: (watch) => turn(() => changeBy((draft) => draft.watchDisk(watch))),
    watchProgress: (watch) => turn(() => changeBy((draft) => draft.watchProgress(watch))),
    lookAtMinutes: (to) => turn(() => lookAtMinutes(to)),
    watchSpecifications: (waiting) => turn(() => changeBy((draft) => draft.watchSpecifications(waiting))),
    watchArchive: (checked) => turn(() => changeBy((draft, now) => draft.watchArchive(checked, now))),
    async decideDue() {
      const round = await turn(() =>
        changeBy((draft, now) => {
          draft.decide(options, now)
          if (options.pace === 'live') draft.decideDigest(options, known.learning, now)
        }),
      )
      return round.mailsDecided
    },
    act: (id, action) =>
      turn(async () => {
        const incident = desk.incidents.find((candidate) => candidate.id === id)
        if (incident === undefined) return null
        const level = action.kind === 'accept_level' ? await levelIfAccepted(incident) : null
        return onWord(
          (now) => act(incident, action, now, level),
          (draft, done) => draft.change(done.incident, done.event),
        )
      }),
    silence: (wanted) =>
      turn(() => {
        const id = (desk.silences.at(-1)?.id ?? 0) + 1
        return onWord(
          (now) => beginSilence(wanted, { id, incidents: desk.incidents, now }),
          (draft, done) => draft.silence(done),
        )
      }),
    endSilence: (id, by) =>
      turn(async () => {
        const silence = desk.silences.find((candidate) => candidate.id === id)
        if (silence === undefined) return null
        return onWord(
          (now) => endSilence(silence, { by, incidents: desk.incidents, now }),
          (draft, done) => draft.silence(done),
        )
      }),
  }
}

function isDone<Result extends { readonly kind: 'done' | 'unchanged' }>(
  result: Result,
): result is Extract<Result, { readonly kind: 'done' }> {
  return result.kind === 'done'
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

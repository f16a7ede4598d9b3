import { DAY_MS, type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { Incident, OwnTrouble } from '../incident.ts'
import { magnitude } from '../incidents/magnitude.ts'
import { severity } from '../incidents/severity.ts'
import type { Notification, Trigger } from './notification.ts'

/** News about one incident come at least this far apart, but for its end and its return. */
const NEWS_APART_MS = HOUR_MS
/** Much worse: this many times what was told, and this much more of what is expected (or received). */
const WORSE_FACTOR = 1.5
const WORSE_BY_RATIO = { volume: 0.1, surge: 0.1, invalid: 0.05, discarded: 0.05 } as const
const NEARER_RATIO = 0.25
/** After the last news, while open and unacknowledged; from then on daily. */
const REMINDERS_AFTER_MS = { high: [4 * HOUR_MS, 12 * HOUR_MS], medium: [12 * HOUR_MS], low: [] } as const
/** What begins again for this time within a day is unstable: then only its worsening is told, and an end that has lasted. */
const UNSTABLE_REOPENINGS = 3
const UNSTABLE_WITHIN_MS = DAY_MS
const LASTING_END_MS = 12 * HOUR_MS

/** The last thing told to a recipient about an incident, as far as the next decision needs it. */
export type LastNotification = Pick<Notification, 'trigger' | 'decidedAt' | 'incident' | 'newsAt' | 'worstRatio'> &
  Partial<Pick<Notification, 'isUnstable'>>

/** What besides incident and thread decides whether one recipient is told. */
export interface Telling {
  readonly now: EpochMs
  /** A route brings it to this recipient. What was begun is ended also where none does any more. */
  readonly isWanted: boolean
  readonly isSilenced: boolean
  /** When the last silence of it ended; null: there was none. */
  readonly silenceEndedAt: EpochMs | null
  /** The same of a maintenance of its channels. */
  readonly maintenanceEndedAt: EpochMs | null
  /** Between reminders; null: as by default. */
  readonly repeatMs: number | null
}

/**
 * Why a notification about `incident` is due to one recipient; null: none is. `last` is the newest decided before, whatever
 * became of its mail: an undelivered mail is the outbox's trouble and no reason to decide anew. Who was told the beginning is told
 * the end, whatever was silenced or routed elsewhere since.
 */
export function notificationDue(incident: Incident, last: LastNotification | null, telling: Telling): Trigger | null {
  switch (incident.state) {
    case 'resolved':
    case 'withdrawn':
      return endDue(incident, last, telling.now)
    case 'recovering':
      // Whether it lasts is told when it is known: as its end, or as nothing at all.
      return null
    case 'open':
      if (!telling.isWanted || telling.isSilenced) return null
      if (last === null) return 'opened'
      if (isEnd(last.trigger)) return isFlapping(incident, telling.now) ? 'unstable' : 'reopened'
      return changeDue(incident, last, telling)
  }
}

/** Whether a thread is over with this. */
export function isEnd(trigger: Trigger): trigger is 'resolved' | 'withdrawn' | 'merged' {
  return trigger === 'resolved' || trigger === 'withdrawn' || trigger === 'merged'
}

/** Nobody is told the end of what he wasn't told the beginning of: it began and ended while nobody could be told. */
function endDue(incident: Incident, last: LastNotification | null, now: EpochMs): Trigger | null {
  if (last === null || isEnd(last.trigger)) return null
  if (incident.mergedInto !== undefined) return 'merged'
  const mayBeginAgain = last.isUnstable === true && now - (incident.resolvedAt ?? now) < LASTING_END_MS
  if (mayBeginAgain) return null
  return incident.state === 'withdrawn' ? 'withdrawn' : 'resolved'
}

function isFlapping({ reopenings = [] }: Incident, now: EpochMs): boolean {
  return reopenings.filter((at) => now - at < UNSTABLE_WITHIN_MS).length >= UNSTABLE_REOPENINGS
}

function changeDue(incident: Incident, last: LastNotification, telling: Telling): Trigger | null {
  const { now } = telling
  const released = releaseOf(telling, last)
  const isTaken = incident.acknowledged !== null && incident.acknowledged.at !== last.incident.acknowledged?.at
  if (last.isUnstable === true) return newsDue(incident, last, now) === 'worsened' ? 'worsened' : null
  if (released !== null) return released
  return newsDue(incident, last, now) ?? (isTaken ? 'acknowledged' : reminderDue(incident, last, telling))
}

/** What held it back since it was last told, and does no more; of both, what ended last. */
function releaseOf(
  { silenceEndedAt, maintenanceEndedAt }: Telling,
  last: LastNotification,
): 'silence_ended' | 'maintenance_ended' | null {
  const [silence, maintenance] = [silenceEndedAt ?? 0, maintenanceEndedAt ?? 0]
  if (Math.max(silence, maintenance) <= last.decidedAt) return null
  return silence >= maintenance ? 'silence_ended' : 'maintenance_ended'
}

function newsDue(incident: Incident, last: LastNotification, now: EpochMs): Trigger | null {
  const toldAt = last.trigger === 'acknowledged' ? last.newsAt : last.decidedAt
  if (now - toldAt < NEWS_APART_MS) return null
  if (isMuchWorse(incident, last)) return 'worsened'
  if (incident.channels.some((channel) => !last.incident.channels.includes(channel))) return 'widened'
  const becameKnown = last.incident.explanation.sentence === '' && incident.explanation.sentence !== ''
  return becameKnown ? 'explained' : null
}

/** Losses only grow while an incident lasts, so worse is a matter of depth: what is missing of an hour, not so far. */
function isMuchWorse(incident: Incident, last: LastNotification): boolean {
  if (incident.group === 'stalled') return isMuchNearer(incident.trouble, last)
  if (incident.group === 'gap' || incident.group === 'novelty') return false
  // From 70 % missing to nothing at all is no factor of 1.5, and yet another matter.
  if (incident.kind === 'outage' && last.incident.kind !== 'outage') return true
  const ratio = magnitude(incident)
  return ratio >= WORSE_FACTOR * last.worstRatio && ratio - last.worstRatio >= WORSE_BY_RATIO[incident.group]
}

/** A disk that fills is told again when a quarter of the time is left that was told last, and when it is full. */
function isMuchNearer(trouble: OwnTrouble | undefined, last: LastNotification): boolean {
  const told = last.incident.trouble
  if (trouble?.kind !== 'disk_filling' || told?.kind !== 'disk_filling') return false
  if (trouble.fullAt === null || told.fullAt === null) return false
  return trouble.fullAt - trouble.at < (told.fullAt - told.at) * NEARER_RATIO
}

function reminderDue(incident: Incident, last: LastNotification, { now, repeatMs }: Telling): Trigger | null {
  if (incident.acknowledged !== null) return null
  return nextReminderAt(incident, last.newsAt, last.decidedAt, repeatMs) <= now ? 'reminder' : null
}

/**
 * When the first reminder after the moment `after` is due; `newsAt` is when something new was last told, `repeatMs` the route's
 * own interval.
 */
export function nextReminderAt(
  incident: Incident,
  newsAt: EpochMs,
  after: EpochMs,
  repeatMs: number | null = null,
): EpochMs {
  const everyMs = repeatMs ?? DAY_MS
  const early = repeatMs === null ? REMINDERS_AFTER_MS[severity(incident)] : []
  // One that comes late (after quiet hours, say) isn't followed by the next one at once.
  const soonest = after > newsAt ? after + Math.min(everyMs, 4 * HOUR_MS) / 2 : after
  const next = early.find((afterMs) => newsAt + afterMs > soonest)
  return newsAt + (next ?? (Math.floor((soonest - newsAt) / everyMs) + 1) * everyMs)
}

import { DAY_MS, type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { Incident, OwnTrouble } from '../incident.ts'
import type { Notification, Trigger } from './notification.ts'

/** News about one incident come at least this far apart, but for its end and its return. */
const NEWS_APART_MS = HOUR_MS
/** Much worse: this many times what was told, and this much more of what is expected (or received). */
const WORSE_FACTOR = 1.5
const WORSE_BY_RATIO = { volume: 0.1, surge: 0.1, invalid: 0.05, discarded: 0.05 } as const
const NEARER_RATIO = 0.25
/** After the last news, while open and unacknowledged; from then on daily. */
const REMINDERS_AFTER_MS = { high: [4 * HOUR_MS, 12 * HOUR_MS], low: [] } as const

/** The last thing told about an incident, as far as the next decision needs it. */
export type LastNotification = Pick<Notification, 'trigger' | 'decidedAt' | 'incident' | 'newsAt' | 'worstRatio'>

/**
 * Why a notification about `incident` is due at `now`; null: none is. `last` is the newest decided before, whatever
 * became of its mails: an undelivered mail is the outbox's trouble and no reason to decide anew.
 */
export function notificationDue(incident: Incident, last: LastNotification | null, now: EpochMs): Trigger | null {
  // Nobody is woken by what is over, or ending: it began and ended while nobody could be told.
  if (last === null) return incident.state === 'open' ? 'opened' : null
  const wasOver = last.trigger === 'resolved' || last.trigger === 'withdrawn'
  switch (incident.state) {
    case 'resolved':
    case 'withdrawn':
      return wasOver ? null : incident.state
    case 'recovering':
      // Whether it lasts is told when it is known: as its end, or as nothing at all.
      return null
    case 'open':
      if (wasOver) return 'reopened'
      return newsDue(incident, last, now) ?? reminderDue(incident, last, now)
  }
}

function newsDue(incident: Incident, last: LastNotification, now: EpochMs): Trigger | null {
  if (now - last.decidedAt < NEWS_APART_MS) return null
  if (isMuchWorse(incident, last)) return 'worsened'
  if (incident.channels.some((channel) => !last.incident.channels.includes(channel))) return 'widened'
  const becameKnown = last.incident.explanation.sentence === '' && incident.explanation.sentence !== ''
  return becameKnown ? 'explained' : null
}

/** Losses only grow while an incident lasts, so worse is a matter of depth: what is missing of an hour, not so far. */
function isMuchWorse(incident: Incident, last: LastNotification): boolean {
  if (incident.group === 'stalled') return isMuchNearer(incident.trouble, last)
  if (incident.group === 'gap') return false
  // From 70 % missing to nothing at all is no factor of 1.5, and yet another matter.
  if (incident.kind === 'outage' && last.incident.kind !== 'outage') return true
  const ratio = magnitude(incident)
  return ratio >= WORSE_FACTOR * last.worstRatio && ratio - last.worstRatio >= WORSE_BY_RATIO[incident.group]
}

/** A disk that fills is told again when a quarter of the time is left that was told last, and when it is full. */
function isMuchNearer(trouble: OwnTrouble | undefined, last: LastNotification): boolean {
  const told = last.incident.trouble
  if (trouble === undefined || trouble.fullAt === null || told === undefined || told.fullAt === null) return false
  return trouble.fullAt - trouble.at < (told.fullAt - told.at) * NEARER_RATIO
}

function reminderDue(incident: Incident, last: LastNotification, now: EpochMs): Trigger | null {
  if (incident.acknowledged !== null) return null
  return nextReminderAt(incident, last.newsAt, last.decidedAt) <= now ? 'reminder' : null
}

/** When the first reminder after the moment `after` is due; `newsAt` is when something new was last told. */
export function nextReminderAt(incident: Incident, newsAt: EpochMs, after: EpochMs): EpochMs {
  const early = REMINDERS_AFTER_MS[severity(incident)].find((afterMs) => newsAt + afterMs > after)
  return newsAt + (early ?? (Math.floor((after - newsAt) / DAY_MS) + 1) * DAY_MS)
}

/** How deep it is in the newest judged hour, 0 to 1 (a surge may be more); 0 for gaps and our own trouble. */
export function magnitude(incident: Incident): number {
  const { latest } = incident
  switch (incident.group) {
    case 'invalid':
      return Math.max(latest.invalidRatio, ...latest.byChannel.map((channel) => channel.invalidRatio))
    case 'discarded':
      return Math.max(...[latest, ...latest.byChannel].map(({ discarded }) => discarded?.ratio ?? 0))
    case 'volume':
    case 'surge':
      return Math.abs(latest.mid > 0 ? 1 - latest.seen / latest.mid : latest.deficitRatio)
    case 'gap':
    case 'stalled':
      return 0
  }
}

/** `low` is told and not repeated by the hour: nobody has to get up for it. */
export function severity(incident: Incident): 'high' | 'low' {
  const isOurDisk = incident.trouble !== undefined
  return isOurDisk || ['volume', 'invalid', 'discarded'].includes(incident.group) ? 'high' : 'low'
}

import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import type { KnownEvent } from '../calendar/annotation.ts'
import { lastMaintenanceEnd, maintenanceOf } from '../calendar/maintenance.ts'
import type { Incident } from '../incident.ts'
import { graverSeverity, type Severity, severity } from '../incidents/severity.ts'
import { isQuiet } from '../routes/quiet-hours.ts'
import type { Route } from '../routes/route.ts'
import { isSilenceActive, type Silence, silenceEnd, silenceMatches } from '../silence.ts'
import { type Threads, threadKey } from './mail-thread.ts'
import type { Notification, Trigger } from './notification.ts'
import { isEnd, notificationDue } from './notification-due.ts'

/** Something that one recipient is to hear of one incident. */
export interface Due {
  readonly incident: Incident
  readonly recipient: string
  readonly trigger: Trigger
  readonly severity: Severity
  /** Null: none brings it any more, but the beginning was told. */
  readonly route: Route | null
  readonly previous: Notification | null
  /** It could have been told before, and wasn't: because of quiet hours, downtime, a silence, or a route that is new. */
  readonly isLate: boolean
}

export interface DueInput {
  /** As they stand now. */
  readonly incidents: readonly Incident[]
  readonly threads: Threads
  readonly silences: readonly Silence[]
  /** What is known beforehand: while a maintenance goes on, nothing is mailed of what it is about. */
  readonly known?: readonly KnownEvent[]
  readonly routes: readonly Route[]
  readonly now: EpochMs
}

/** A mail leaves within minutes after its hour was judged; what was detected before this is late. */
const LATE_AFTER_MS = 90 * MINUTE_MS

/** All that is due at `now`, by recipient. */
export function notificationsDue(input: DueInput): ReadonlyMap<string, readonly Due[]> {
  const due = new Map<string, Due[]>()
  const toldOf = recipientsTold(input.threads)
  for (const incident of input.incidents) {
    const told = toldOf.get(incident.id) ?? []
    if (!isActive(incident) && told.length === 0) continue
    const grave = severity(incident)
    const routes = routesOf(incident, grave, input.routes)
    for (const recipient of new Set([...routes.keys(), ...told])) {
      const one = dueTo(recipient, routes.get(recipient) ?? null, { incident, grave }, input)
      if (one !== null) due.set(recipient, [...(due.get(recipient) ?? []), one])
    }
  }
  return new Map([...due].map(([recipient, all]) => [recipient, withoutInherited(all)]))
}

/** Whoever hears that an incident goes on as another one needs no second mail that this one began. */
function withoutInherited(due: readonly Due[]): readonly Due[] {
  const inherited = new Set(due.flatMap(({ trigger, incident }) => (trigger === 'merged' ? [incident.mergedInto] : [])))
  return due.filter(({ trigger, incident }) => trigger !== 'opened' || !inherited.has(incident.id))
}

function dueTo(
  recipient: string,
  route: Route | null,
  { incident, grave }: { readonly incident: Incident; readonly grave: Severity },
  { threads, silences, known = [], now }: DueInput,
): Due | null {
  const previous = threads.get(threadKey(incident.id, recipient)) ?? null
  const about = silences.filter((silence) => silenceMatches(silence, incident))
  const trigger = notificationDue(incident, previous, {
    now,
    isWanted: route !== null,
    isSilenced:
      about.some((silence) => isSilenceActive(silence, now)) || maintenanceOf(known, incident.channels, now) !== null,
    silenceEndedAt: lastEnd(about, now),
    maintenanceEndedAt: lastMaintenanceEnd(known, incident.channels, now),
    repeatMs: route?.repeatMs ?? null,
  })
  if (trigger === null) return null
  const told = previous === null ? grave : graverSeverity(grave, severity(previous.incident))
  const quietHours = told === 'high' ? null : (route?.quietHours ?? null)
  if (quietHours !== null && isQuiet(quietHours, now)) return null
  const wasQuiet = quietHours !== null && isQuiet(quietHours, now - HOUR_MS)
  const isLate = wasQuiet || isRelease(trigger) || (isBeginning(trigger) && now - beganAt(incident) > LATE_AFTER_MS)
  return { incident, recipient, trigger, severity: told, route, previous, isLate }
}

/** Whether a thread begins, or begins again, with this. */
export function isBeginning(trigger: Trigger): boolean {
  return trigger === 'opened' || trigger === 'reopened' || trigger === 'unstable'
}

function beganAt({ detectedAt, reopenings = [] }: Incident): EpochMs {
  return reopenings.at(-1) ?? detectedAt
}

function isRelease(trigger: Trigger): boolean {
  return trigger === 'silence_ended' || trigger === 'maintenance_ended'
}

function lastEnd(silences: readonly Silence[], now: EpochMs): EpochMs | null {
  const ends = silences.flatMap((silence) => silenceEnd(silence) ?? []).filter((end) => end <= now)
  return ends.length === 0 ? null : Math.max(...ends)
}

/** Of each incident those who were told its beginning and not its end. */
function recipientsTold(threads: Threads): ReadonlyMap<number, readonly string[]> {
  const told = new Map<number, string[]>()
  for (const [key, { incident, trigger }] of threads) {
    if (isEnd(trigger)) continue
    const recipient = key.slice(key.indexOf(' ') + 1)
    told.set(incident.id, [...(told.get(incident.id) ?? []), recipient])
  }
  return told
}

/** The first route of each recipient that wants it. */
function routesOf(incident: Incident, grave: Severity, routes: readonly Route[]): ReadonlyMap<string, Route> {
  const routeOf = new Map<string, Route>()
  for (const route of routes) {
    if (!route.matches(incident, grave)) continue
    for (const recipient of route.recipients) if (!routeOf.has(recipient)) routeOf.set(recipient, route)
  }
  return routeOf
}

function isActive({ state }: Incident): boolean {
  return state === 'open' || state === 'recovering'
}

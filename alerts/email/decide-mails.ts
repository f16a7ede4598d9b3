import { createHash } from 'node:crypto'
import type { EpochMs } from '../../data/domain/time.ts'
import type { NewMail } from '../../data/outbox/outbox-row.ts'
import type { Incident } from '../incident.ts'
import { mailSubject } from '../sentence/mail-subject.ts'
import type { Notification, Trigger } from './notification.ts'
import { magnitude, notificationDue } from './notification-due.ts'

/** Who is told what; a recipient on several routes gets one mail, by the first of them. */
export interface Route {
  /** As the foot of a mail says it: `You get this through the route "nightly, all kinds"`. */
  readonly name: string
  readonly recipients: readonly string[]
  matches(incident: Incident): boolean
}

export interface MailDecision {
  /** As they stand now. */
  readonly incidents: readonly Incident[]
  /** The newest notification of each incident that has any. */
  readonly last: ReadonlyMap<number, Notification>
  readonly routes: readonly Route[]
  /** The right half of Message-IDs. */
  readonly host: string
  readonly now: EpochMs
}

/** The mails due at `now`, one for each recipient. Asked again with what it answered in `last`, it answers none. */
export function decideMails({ incidents, last, routes, host, now }: MailDecision): NewMail[] {
  return incidents.flatMap((incident) => {
    const previous = last.get(incident.id) ?? null
    const trigger = notificationDue(incident, previous, now)
    if (trigger === null) return []
    const notification = notify(incident, trigger, previous, incidents, now)
    // Follow-ups keep the subject of the opening, or mail programs would not see one thread.
    const subject = previous === null ? mailSubject(incident) : previous.subject
    return recipientsOf(incident, routes).map(
      ({ recipient, route }): NewMail => ({
        incident: incident.id,
        sequence: notification.sequence,
        trigger,
        recipient,
        subject,
        decidedAt: now,
        messageId: messageId(incident.id, notification.sequence, recipient, host),
        body: JSON.stringify({ ...notification, subject, route } satisfies Notification),
      }),
    )
  })
}

function notify(
  incident: Incident,
  trigger: Trigger,
  previous: Notification | null,
  incidents: readonly Incident[],
  now: EpochMs,
): Omit<Notification, 'subject' | 'route'> {
  const ratio = magnitude(incident)
  // Depths of one build's submissions and of the whole channel's can't be compared.
  const comparable = previous !== null && isSameSeries(previous.incident, incident) ? previous : null
  return {
    trigger,
    sequence: (previous?.sequence ?? 0) + 1,
    decidedAt: now,
    incident,
    newsAt: trigger === 'reminder' && previous !== null ? previous.newsAt : now,
    worstRatio: comparable === null || trigger === 'reopened' ? ratio : Math.max(ratio, comparable.worstRatio),
    previousRatio: comparable === null ? null : magnitude(comparable.incident),
    troubledChannels: troubledBesides(incident, incidents),
  }
}

function isSameSeries(one: Incident, other: Incident): boolean {
  const names = new Set([...Object.keys(one.series), ...Object.keys(other.series)])
  const part = (incident: Incident, name: string) => new Map(Object.entries(incident.series)).get(name)
  return [...names].every((name) => part(one, name) === part(other, name))
}

function troubledBesides(incident: Incident, incidents: readonly Incident[]): string[] {
  const others = incidents.filter(
    (other) => other.id !== incident.id && (other.state === 'open' || other.state === 'recovering'),
  )
  return [...new Set(others.flatMap((other) => other.channels))].sort()
}

function recipientsOf(incident: Incident, routes: readonly Route[]): { recipient: string; route: string }[] {
  const routeOf = new Map<string, string>()
  for (const route of routes) {
    if (!route.matches(incident)) continue
    for (const recipient of route.recipients) if (!routeOf.has(recipient)) routeOf.set(recipient, route.name)
  }
  return [...routeOf].map(([recipient, route]) => ({ recipient, route }))
}

/**
 * `<incident-12.3.9f86d081@host>`: incident, notification, recipient. Every attempt at one mail has the same, so a server
 * that got it twice can tell; the recipient is in it because each one's copy differs.
 */
function messageId(incident: number, sequence: number, recipient: string, host: string): string {
  const hash = createHash('sha256').update(recipient.toLowerCase()).digest('hex').slice(0, 10)
  return `<incident-${incident}.${sequence}.${hash}@${host}>`
}

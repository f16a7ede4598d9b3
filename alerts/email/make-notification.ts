import type { Incident } from '../incident.ts'
import { magnitude } from '../incidents/magnitude.ts'
import { mailSubject } from '../sentence/mail-subject.ts'
import type { Notification } from './notification.ts'
import { type Due, type DueInput, isBeginning } from './notifications-due.ts'

/** What a mail about `due` says: the incident as it stands now, and what was told before. */
export function makeNotification(
  { incident, trigger, route, previous }: Due,
  { incidents, now }: Pick<DueInput, 'incidents' | 'now'>,
): Notification {
  const ratio = magnitude(incident)
  // Depths of one build's submissions and of the whole channel's can't be compared.
  const comparable = previous !== null && isSameSeries(previous.incident, incident) ? previous : null
  const survivor = incidents.find(({ id }) => id === incident.mergedInto)
  const repeatMs = route?.repeatMs ?? null
  return {
    trigger,
    sequence: (previous?.sequence ?? 0) + 1,
    decidedAt: now,
    // Follow-ups keep the subject of the opening, or mail programs would not see one thread.
    subject: previous?.subject ?? mailSubject(incident),
    incident,
    newsAt: isNoNews(trigger) && previous !== null ? previous.newsAt : now,
    worstRatio: comparable === null || isBeginning(trigger) ? ratio : Math.max(ratio, comparable.worstRatio),
    previousRatio: comparable === null ? null : magnitude(comparable.incident),
    troubledChannels: troubledBesides(incident, incidents),
    route: route?.name ?? previous?.route ?? '',
    ...(isUnstable(trigger, previous) ? { isUnstable: true } : {}),
    ...(repeatMs === null ? {} : { repeatMs }),
    ...(survivor === undefined ? {} : { survivor }),
  }
}

/** How the thread of the incident that goes on begins for whoever followed only the one that was merged into it. */
export function survivorsNotification(survivor: Incident, merged: Notification): Notification {
  const { survivor: _, ...told } = merged
  const ratio = magnitude(survivor)
  return { ...told, trigger: 'opened', sequence: 1, incident: survivor, worstRatio: ratio, previousRatio: null }
}

function isNoNews(trigger: Notification['trigger']): boolean {
  return trigger === 'reminder' || trigger === 'acknowledged'
}

function isUnstable(trigger: Notification['trigger'], previous: Notification | null): boolean {
  return trigger === 'unstable' || (trigger === 'worsened' && previous?.isUnstable === true)
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

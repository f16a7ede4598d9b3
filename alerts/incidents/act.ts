import { type EpochMs, HOUR_MS, startOfHour } from '../../data/domain/time.ts'
import type { Incident, IncidentEvent, IncidentEventKind, Label } from '../incident.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'

/** What people do with an incident. `by` is a name as they gave it; `note` may be empty. */
export type IncidentAction =
  | { readonly kind: 'acknowledge'; readonly by: string; readonly note: string }
  | { readonly kind: 'resolve'; readonly by: string; readonly note: string }
  | { readonly kind: 'label'; readonly label: Label; readonly by: string; readonly note: string }
  | { readonly kind: 'accept_level'; readonly by: string; readonly note: string }

/** `unchanged`: there is nothing to do, for the reason in `says`, a whole sentence that names who did it before. */
export type ActionResult =
  | { readonly kind: 'done'; readonly incident: Incident; readonly event: IncidentEvent }
  | { readonly kind: 'unchanged'; readonly says: string }

/** What `action` makes of `incident` at `now`. Done again it changes nothing and says what was done. */
export function act(incident: Incident, action: IncidentAction, now: EpochMs): ActionResult {
  switch (action.kind) {
    case 'acknowledge':
      return acknowledge(incident, action, now)
    case 'resolve':
      return close(incident, action, now)
    case 'label':
      return label(incident, action, now)
    case 'accept_level':
      return acceptLevel(incident, action, now)
  }
}

type Of<Kind extends IncidentAction['kind']> = Extract<IncidentAction, { readonly kind: Kind }>

function acknowledge(incident: Incident, { by, note }: Of<'acknowledge'>, now: EpochMs): ActionResult {
  if (incident.acknowledged !== null) return unchanged(`${incident.acknowledged.by} has acknowledged it already.`)
  if (!isActive(incident)) return unchanged(isOver(incident))
  const acknowledged = { by, at: now, note }
  return done({ ...incident, acknowledged }, 'acknowledged', withNote(`Acknowledged by ${by}`, note), by, now)
}

/** What is over by a person's word begins again where a later hour still shows it. */
function close(incident: Incident, { by, note }: Of<'resolve'>, now: EpochMs): ActionResult {
  if (!isActive(incident)) return unchanged(isOver(incident))
  const closed: Incident = {
    ...incident,
    state: 'resolved',
    resolvedAt: now,
    end: Math.max(incident.start, Math.min(now, startOfHour(incident.judgedUpTo) + HOUR_MS)),
    closedBy: { by, at: now, note },
  }
  return done(closed, 'closed', withNote(`Closed by ${by}`, note), by, now)
}

const LABEL_WORDS: Readonly<Record<Label, string>> = {
  real: 'real',
  false_alarm: 'a false alarm',
  expected: 'expected',
}

/** The newest label holds; the story tells of all. */
function label(incident: Incident, { label: value, by, note }: Of<'label'>, now: EpochMs): ActionResult {
  const { label: earlier } = incident
  if (earlier?.value === value && earlier.note === note) {
    return unchanged(`${earlier.by} has called it ${LABEL_WORDS[value]} already.`)
  }
  const labelled = { ...incident, label: { value, by, at: now, note } }
  return done(labelled, 'labelled', withNote(`Called ${LABEL_WORDS[value]} by ${by}`, note), by, now)
}

function acceptLevel(incident: Incident, { by, note }: Of<'accept_level'>, now: EpochMs): ActionResult {
  if (incident.accepted !== undefined) return unchanged(`${incident.accepted.by} has accepted the new level already.`)
  if (incident.group !== 'volume' && incident.group !== 'surge') {
    return unchanged('Only of how much comes there is a level to accept.')
  }
  if (!isActive(incident)) return unchanged(isOver(incident))
  const accepted: Incident = {
    ...incident,
    accepted: { by, at: now, note },
    acknowledged: incident.acknowledged ?? { by, at: now },
  }
  const text = withNote(`${by} says that this is the new level`, note)
  return done(accepted, 'accepted', text, by, now)
}

function isActive({ state }: Incident): boolean {
  return state === 'open' || state === 'recovering'
}

function isOver(incident: Incident): string {
  return `It is over: ${incidentSentence(incident)}`
}

function unchanged(says: string): ActionResult {
  return { kind: 'unchanged', says }
}

function done(
  incident: Incident,
  kind: IncidentEventKind,
  text: string,
  actor: string,
  at: EpochMs,
): Extract<ActionResult, { readonly kind: 'done' }> {
  return { kind: 'done', incident, event: { incident: incident.id, at, kind, text, actor } }
}

function withNote(text: string, note: string): string {
  return note === '' ? `${text}.` : `${text}: ${note}`
}

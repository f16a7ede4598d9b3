import { type EpochMs, HOUR_MS, startOfHour } from '../../data/domain/time.ts'
import type { AcceptedLevel, Incident, IncidentEvent, IncidentEventKind, Label } from '../incident.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'

/** What people do with an incident. `by` is a name as they gave it; `note` may be empty. */
export type IncidentAction =
  | { readonly kind: 'acknowledge'; readonly by: string; readonly note: string }
  | { readonly kind: 'resolve'; readonly by: string; readonly note: string }
  | { readonly kind: 'label'; readonly label: Label; readonly by: string; readonly note: string }
  | { readonly kind: 'accept_level' | 'take_back_level'; readonly by: string; readonly note: string }

/** `unchanged`: there is nothing to do, for the reason in `says`, a whole sentence that names who did it before. */
export type ActionResult =
  | { readonly kind: 'done'; readonly incident: Incident; readonly event: IncidentEvent }
  | { readonly kind: 'unchanged'; readonly says: string }

/**
 * What `action` makes of `incident` at `now`. Done again it changes nothing and says what was done. `level` is what an accepted level is
 * measured to be; where nobody knows that yet, the next judged hour says it.
 */
export function act(
  incident: Incident,
  action: IncidentAction,
  now: EpochMs,
  level: AcceptedLevel | null = null,
): ActionResult {
  switch (action.kind) {
    case 'acknowledge':
      return acknowledge(incident, action, now)
    case 'resolve':
      return close(incident, action, now)
    case 'label':
      return label(incident, action, now)
    case 'accept_level':
      return acceptLevel(incident, action, now, level)
    case 'take_back_level':
      return takeBackLevel(incident, action, now)
  }
}

interface Signed {
  readonly by: string
  readonly note: string
}

function acknowledge(incident: Incident, { by, note }: Signed, now: EpochMs): ActionResult {
  if (incident.acknowledged !== null) return unchanged(`${incident.acknowledged.by} has acknowledged it already.`)
  if (!isActive(incident)) return unchanged(isOver(incident))
  const acknowledged = { by, at: now, note }
  return done({ ...incident, acknowledged }, 'acknowledged', withNote(`Acknowledged by ${by}`, note), by, now)
}

/** What is over by a person's word begins again where a later hour still shows it. */
function close(incident: Incident, { by, note }: Signed, now: EpochMs): ActionResult {
  if (!isActive(incident)) return unchanged(isOver(incident))
  const closed: Incident = {
    ...incident,
    ...closedAt(incident, now),
    closedBy: { by, at: now, note },
  }
  return done(closed, 'closed', withNote(`Closed by ${by}`, note), by, now)
}

function closedAt(incident: Incident, now: EpochMs): Pick<Incident, 'state' | 'resolvedAt' | 'end'> {
  const end = Math.max(incident.start, Math.min(now, startOfHour(incident.judgedUpTo) + HOUR_MS))
  return { state: 'resolved', resolvedAt: now, end }
}

const LABEL_WORDS: Readonly<Record<Label, string>> = {
  real: 'real',
  false_alarm: 'a false alarm',
  expected: 'expected',
}

/** The newest label holds; the story tells of all. */
function label(
  incident: Incident,
  { label: value, by, note }: Extract<IncidentAction, { readonly kind: 'label' }>,
  now: EpochMs,
): ActionResult {
  const { label: earlier } = incident
  if (earlier?.value === value && earlier.note === note) {
    return unchanged(`${earlier.by} has called it ${LABEL_WORDS[value]} already.`)
  }
  const labelled = { ...incident, label: { value, by, at: now, note } }
  return done(labelled, 'labelled', withNote(`Called ${LABEL_WORDS[value]} by ${by}`, note), by, now)
}

/** What is meant is over at once, and is what is expected from its start on. */
function acceptLevel(
  incident: Incident,
  { by, note }: Signed,
  now: EpochMs,
  level: AcceptedLevel | null,
): ActionResult {
  if (incident.accepted !== undefined) return unchanged(`${incident.accepted.by} has accepted the new level already.`)
  if (incident.group !== 'volume' && incident.group !== 'surge') {
    return unchanged('Only of how much comes there is a level to accept.')
  }
  if (!isActive(incident)) return unchanged(isOver(incident))
  const accepted: Incident = {
    ...incident,
    accepted: { by, at: now, note },
    acknowledged: incident.acknowledged ?? { by, at: now },
    ...(level === null ? {} : closedAt(incident, now)),
    acceptedLevel: level,
  }
  const text = withNote(`${by} says that this is the new level`, note)
  return done(accepted, 'accepted', text, by, now)
}

/** The incident goes on, or goes on again, and what came in it teaches nothing; also where nobody but Tidewatch took it for the new level. */
function takeBackLevel(incident: Incident, { by, note }: Signed, now: EpochMs): ActionResult {
  const { accepted: _, ...before } = incident
  if (incident.accepted === undefined && incident.acceptedLevel === null) {
    return unchanged('Nobody has accepted a level here: there is nothing to take back.')
  }
  const text = withNote(`${by} says that it isn't the new level after all`, note)
  if (isActive(incident)) return done(before, 'accepted', text, by, now)
  const open: Incident = {
    ...before,
    state: 'open',
    resolvedAt: null,
    end: null,
    calmHours: 0,
    acceptedLevel: null,
    reopenings: [...(incident.reopenings ?? []), now],
  }
  return done(open, 'reopened', text, by, now)
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

import type { EpochMs } from '../../data/domain/time.ts'
import type { Incident, IncidentEvent } from '../incident.ts'
import { formatTime } from '../sentence/format.ts'
import { type Silence, type SilenceMatcher, silenceMatches } from '../silence.ts'

/** What a person asks for. */
export interface NewSilence {
  readonly matcher: SilenceMatcher
  /** Null: until the incident is over; only where the matcher names one. */
  readonly until: EpochMs | null
  readonly reason: string
  readonly author: string
}

/** A silence as it is from now on, and what the incidents that it is about say of that. */
export interface SilenceChange {
  readonly silence: Silence
  readonly events: readonly IncidentEvent[]
}

/** `says`: what is wrong with what was asked, and what is allowed. */
export type SilenceResult =
  | ({ readonly kind: 'done' } & SilenceChange)
  | { readonly kind: 'unchanged'; readonly says: string }

/** The silence that begins at `now`, numbered `id`. */
export function beginSilence(
  { matcher, until, reason, author }: NewSilence,
  { id, incidents, now }: { readonly id: number; readonly incidents: readonly Incident[]; readonly now: EpochMs },
): SilenceResult {
  const wrong = whatIsWrong({ matcher, until, reason, author }, incidents, now)
  if (wrong !== null) return { kind: 'unchanged', says: wrong }
  const silence: Silence = { id, matcher, from: now, until, reason, author, createdAt: now, ended: null }
  const end = until === null ? 'until it is over' : `until ${formatTime(until)}`
  const text = `Silenced by ${author} ${end}${reason === '' ? '.' : `: ${reason}`}`
  return { kind: 'done', silence, events: eventsOf(silence, 'silenced', text, incidents, now, author) }
}

/** Ended by hand, before its time. */
export function endSilence(
  silence: Silence,
  { by, incidents, now }: { readonly by: string; readonly incidents: readonly Incident[]; readonly now: EpochMs },
): SilenceResult {
  if (hasEnded(silence, now)) return { kind: 'unchanged', says: `Silence ${silence.id} has ended already.` }
  const ended: Silence = { ...silence, ended: { by, at: now } }
  const text = `The silence was ended by ${by}.`
  return { kind: 'done', silence: ended, events: eventsOf(silence, 'silence_ended', text, incidents, now, by) }
}

/** Those whose time has come by `now`, or whose incident is over. */
export function endedSilences(
  silences: readonly Silence[],
  incidents: readonly Incident[],
  now: EpochMs,
): SilenceChange[] {
  return silences.flatMap((silence): SilenceChange[] => {
    if (silence.ended !== null) return []
    const { until, matcher } = silence
    if (until !== null) {
      if (until > now) return []
      const ended: Silence = { ...silence, ended: { by: null, at: until } }
      return [
        { silence: ended, events: eventsOf(silence, 'silence_ended', 'The silence has ended.', incidents, until) },
      ]
    }
    const incident = incidents.find(({ id }) => id === matcher.incident)
    const isOver = incident === undefined || incident.state === 'resolved' || incident.state === 'withdrawn'
    return isOver ? [{ silence: { ...silence, ended: { by: null, at: incident?.resolvedAt ?? now } }, events: [] }] : []
  })
}

function whatIsWrong(
  { matcher, until, author }: NewSilence,
  incidents: readonly Incident[],
  now: EpochMs,
): string | null {
  if (Object.keys(matcher).length === 0)
    return 'A silence of everything is no silence: say of which channel, kind, series or incident.'
  if (author === '') return 'A silence needs somebody who answers for it: give a name.'
  if (until !== null)
    return until > now ? null : `It would end at ${formatTime(until)}, which is over: use a time to come.`
  if (matcher.incident === undefined)
    return 'Only the silence of one incident may last until that is over: give an end.'
  const incident = incidents.find(({ id }) => id === matcher.incident)
  if (incident === undefined) return `There is no incident ${matcher.incident}.`
  return isActive(incident) ? null : `Incident ${incident.id} is over: there is nothing to hold back.`
}

function hasEnded({ ended, until }: Silence, now: EpochMs): boolean {
  return ended !== null || (until !== null && until <= now)
}

function eventsOf(
  silence: Silence,
  kind: 'silenced' | 'silence_ended',
  text: string,
  incidents: readonly Incident[],
  at: EpochMs,
  actor?: string,
): IncidentEvent[] {
  return incidents
    .filter((incident) => isActive(incident) && silenceMatches(silence, incident))
    .map(({ id }) => ({ incident: id, at, kind, text, ...(actor === undefined ? {} : { actor }) }))
}

function isActive({ state }: Incident): boolean {
  return state === 'open' || state === 'recovering'
}

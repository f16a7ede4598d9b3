import { eventsNear } from '../../alerts/calendar/events-near.ts'
import { maintenanceOf } from '../../alerts/calendar/maintenance.ts'
import type { Incident } from '../../alerts/incident.ts'
import { isSilenceActive, silenceMatches } from '../../alerts/silence.ts'
import { readLosses } from '../../data/counts/queries/read-losses.ts'
import { type EpochMs, HOUR_MS, isoSeconds, SECOND_MS, startOfHour } from '../../data/domain/time.ts'
import { type IncidentEventRow, readIncidentEvents } from '../../data/incidents/incident-events.ts'
import type { ApiContext } from '../api/api-context.ts'
import type { IncidentDetailAnswer, MailSummary } from '../api/types.ts'
import { answeredEvents } from './annotation-answer.ts'
import { silenceAnswer } from './silence-answer.ts'

type StorySources = Pick<ApiContext, 'database' | 'mails' | 'silences' | 'annotations' | 'calendar' | 'now'>

/** All that happened with one incident: what was found, told and done, in order, and what it cost. */
export async function incidentStory(
  api: StorySources,
  incident: Incident,
): Promise<Omit<IncidentDetailAnswer, 'incident'>> {
  const [events, mails] = await Promise.all([
    readIncidentEvents(api.database, incident.id),
    api.mails.list(incident.id),
  ])
  const known = answeredEvents(api.annotations, api.calendar())
  const maintenance = maintenanceOf(known, incident.channels, api.now())
  return {
    events: events.map(eventAnswer),
    mails,
    timeline: timelineOf(events, mails),
    accounting: await accountingOf(api, incident, mails),
    silences: api
      .silences()
      .filter((silence) => isSilenceActive(silence, api.now()) && silenceMatches(silence, incident))
      .map((silence) => silenceAnswer(silence, api.now())),
    ...(maintenance === null ? {} : { maintenance: maintenance.answer }),
    near: eventsNear(known, incident).map(({ answer }) => answer),
  }
}

function eventAnswer({ happenedAt, kind, text, actor }: IncidentEventRow) {
  return { at: isoSeconds(happenedAt), kind, text, actor }
}

function timelineOf(
  events: readonly IncidentEventRow[],
  mails: readonly MailSummary[],
): NonNullable<IncidentDetailAnswer['timeline']> {
  const told = mails
    .toReversed()
    .map((mail) => ({ at: mail.decided_at, kind: 'mail', text: mailText(mail), actor: null, mail: mail.id }))
  // What led to a mail stands before it: sorting keeps the order of what happened at one time.
  return [...events.map(eventAnswer), ...told].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

function mailText({ trigger, recipient, state, sent_at, last_error }: MailSummary): string {
  const mail = `Mail to ${recipient} (${trigger})`
  if (state === 'sent') return sent_at === null ? `${mail}: sent.` : `${mail}: sent at ${sent_at}.`
  if (state === 'refused') return `${mail}: refused, ${last_error ?? 'without a word'}.`
  if (state === 'collapsed') return `${mail}: a newer one told it.`
  return last_error === null ? `${mail}: waits.` : `${mail}: waits, ${last_error}.`
}

async function accountingOf(api: StorySources, incident: Incident, mails: readonly MailSummary[]) {
  const now = api.now()
  const from = startOfHour(incident.start)
  const end = incident.end ?? now
  const to = Math.max(from + HOUR_MS, startOfHour(end + HOUR_MS - 1))
  const channels = incident.channels.includes('*') ? null : incident.channels
  const losses = await readLosses(api.database, { from, to, channels, now })
  const { received, invalid, quarantined, recovered } = losses
  return {
    missing: incident.group === 'volume' ? Math.round(incident.missing) : 0,
    received,
    invalid,
    quarantined,
    recovered,
    waiting: Math.max(0, quarantined - recovered),
    quarantined_elsewhere: losses.quarantinedElsewhere,
    discarded: incident.group === 'discarded' ? Math.round(incident.missing) : 0,
    duration_seconds: Math.max(0, Math.round((end - incident.start) / SECOND_MS)),
    told_after_seconds: toldAfter(incident.start, mails),
  }
}

function toldAfter(start: EpochMs, mails: readonly MailSummary[]): number | null {
  const sent = mails.flatMap(({ sent_at }) => (sent_at === null ? [] : Date.parse(sent_at)))
  return sent.length === 0 ? null : Math.max(0, Math.round((Math.min(...sent) - start) / SECOND_MS))
}

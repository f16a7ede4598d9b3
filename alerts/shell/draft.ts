import type { Transaction } from '../../data/counts/database.ts'
import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import { addIncidentEvents } from '../../data/incidents/incident-events.ts'
import { saveIncidents } from '../../data/incidents/save-incidents.ts'
import type { Journal } from '../../data/journal/journal.ts'
import { enqueueMails } from '../../data/outbox/enqueue-mails.ts'
import type { NewMail } from '../../data/outbox/outbox-row.ts'
import { incidentsInWindow } from '../backtest.ts'
import { advanceDiskTrouble, type DiskWatch } from '../disk/disk-trouble.ts'
import { decideMails, type Route } from '../email/decide-mails.ts'
import { type Notification, parseNotification } from '../email/notification.ts'
import type { Incident, IncidentEvent } from '../incident.ts'
import { incidentEventRow, incidentRow } from '../incident-record.ts'
import { advanceIncidents } from '../incidents/advance-incidents.ts'
import { advanceArchiveTrouble, isArchiveTrouble } from '../integrity/archive-trouble.ts'
import type { Verdict } from '../judge/verdict.ts'

/** What one round of judging did. */
export interface JudgeRound {
  readonly judgedHours: readonly EpochMs[]
  readonly changedIncidents: readonly number[]
  readonly mailsDecided: number
}

/** Incidents and mails as they will be once the transaction commits; until then everything else goes on with the old ones. */
export class Draft {
  incidents: readonly Incident[]
  last: Map<number, Notification>
  readonly changed = new Map<number, Incident>()
  readonly events: IncidentEvent[] = []
  readonly mails: NewMail[] = []

  constructor(incidents: readonly Incident[], last: ReadonlyMap<number, Notification>) {
    this.incidents = incidents
    this.last = new Map(last)
  }

  advance(verdict: Verdict): void {
    const incidents = incidentsInWindow(this.incidents, verdict.hour)
    const advance = advanceIncidents({ incidents, verdict, nextId: this.#nextId() })
    this.#put(advance.changed)
    this.events.push(...advance.events)
    const overcome = this.incidents.filter((incident) => {
      const { group, state, start, trouble } = incident
      if (group !== 'stalled' || trouble !== undefined || isArchiveTrouble(incident)) return false
      return state === 'open' && start < verdict.hour
    })
    this.#put(overcome.map((incident) => ({ ...incident, state: 'resolved', resolvedAt: verdict.hour + HOUR_MS })))
    for (const { id } of overcome) {
      this.events.push({
        incident: id,
        at: verdict.hour + HOUR_MS,
        kind: 'resolved',
        text: 'The hours after it are judged.',
      })
    }
  }

  add(make: (id: number) => { readonly incident: Incident; readonly event: IncidentEvent }): void {
    const { incident, event } = make(this.#nextId())
    this.#put([incident])
    this.events.push(event)
  }

  /** What the samples of the disk say of it, where that changes anything. */
  watchDisk(watch: DiskWatch): void {
    const newest = this.incidents.findLast(({ trouble }) => trouble?.kind === 'disk_filling')
    const change = advanceDiskTrouble(newest ?? null, watch, this.#nextId())
    if (change === null) return
    this.#put([change.incident])
    if (change.event !== undefined) this.events.push(change.event)
  }

  /** What a verification of the archive says; null: nothing differs. */
  watchArchive(sentence: string | null, now: EpochMs): void {
    const newest = this.incidents.findLast(isArchiveTrouble)
    const change = advanceArchiveTrouble(newest ?? null, { sentence, now }, this.#nextId())
    if (change === null) return
    this.#put([change.incident])
    if (change.event !== undefined) this.events.push(change.event)
  }

  decide(options: { routes(): readonly Route[]; readonly mailHost: string }, now: EpochMs): void {
    const decided = decideMails({
      incidents: this.incidents,
      last: this.last,
      routes: options.routes(),
      host: options.mailHost,
      now,
    })
    this.mails.push(...decided)
    for (const mail of decided) this.last.set(mail.incident, parseNotification(mail.body))
  }

  round(judgedHours: readonly EpochMs[]): JudgeRound {
    return { judgedHours, changedIncidents: [...this.changed.keys()], mailsDecided: this.mails.length }
  }

  #nextId(): number {
    return (this.incidents.at(-1)?.id ?? 0) + 1
  }

  #put(changed: readonly Incident[]): void {
    if (changed.length === 0) return
    const byId = new Map(this.incidents.map((incident) => [incident.id, incident]))
    for (const incident of changed) {
      byId.set(incident.id, incident)
      this.changed.set(incident.id, incident)
    }
    this.incidents = [...byId.values()].sort((a, b) => a.id - b.id)
  }
}

/** Incidents, their events, mails and the journal, in one transaction. */
export async function writeDraft(
  transaction: Transaction,
  journal: Journal | null,
  draft: Draft,
  writtenAt: EpochMs,
): Promise<void> {
  const rows = [...draft.changed.values()].map(incidentRow)
  await saveIncidents(transaction, rows)
  await addIncidentEvents(transaction, draft.events.map(incidentEventRow))
  await enqueueMails(transaction, draft.mails)
  await journal?.append([
    ...rows.map((row) => ({ kind: 'incident', key: String(row.id), writtenAt, body: row })),
    ...draft.events.map((event, index) => ({
      kind: 'incident_event',
      // Two channels may join an incident in one hour: two events alike but for their text.
      key: `${event.incident}-${event.at}-${event.kind}-${writtenAt}-${index}`,
      writtenAt,
      body: event,
    })),
    ...draft.mails.map((mail) => ({ kind: 'outbox', key: mail.messageId, writtenAt, body: mail })),
  ])
}

import type { Transaction } from '../../data/counts/database.ts'
import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import { addIncidentEvents } from '../../data/incidents/incident-events.ts'
import { saveIncidents } from '../../data/incidents/save-incidents.ts'
import { saveSilences, silenceEntry } from '../../data/incidents/silences.ts'
import type { Journal } from '../../data/journal/journal.ts'
import { enqueueMails } from '../../data/outbox/enqueue-mails.ts'
import { type MailThreadRow, mailThreadEntry, saveMailThreads } from '../../data/outbox/mail-threads.ts'
import type { NewMail } from '../../data/outbox/outbox-row.ts'
import { incidentsInWindow } from '../backtest.ts'
import type { KnownEvent } from '../calendar/annotation.ts'
import { advanceDiskTrouble, type DiskWatch } from '../disk/disk-trouble.ts'
import { type DigestPlan, decideDigest } from '../email/decide-digest.ts'
import { decideMails } from '../email/decide-mails.ts'
import { type ThreadUpdate, threadKey } from '../email/mail-thread.ts'
import type { Notification } from '../email/notification.ts'
import { isEnd } from '../email/notification-due.ts'
import { advanceFastLook, type FastLookInput } from '../fast/advance-fast-look.ts'
import type { Incident, IncidentEvent } from '../incident.ts'
import { incidentEventRow, incidentRow } from '../incident-record.ts'
import { advanceIncidents } from '../incidents/advance-incidents.ts'
import { endedSilences, type SilenceChange } from '../incidents/silencing.ts'
import {
  advanceArchiveTrouble,
  type CheckedArchive,
  isArchiveTrouble,
  isFoundBy,
} from '../integrity/archive-trouble.ts'
import type { LearningProgress, Verdict } from '../judge/verdict.ts'
import type { Route } from '../routes/route.ts'
import type { Silence } from '../silence.ts'
import { silenceRow } from '../silence-record.ts'
import {
  advanceSpecifications,
  isMissingSpecifications,
  type WaitingForSpecifications,
} from '../stalled/specifications-trouble.ts'
import { advanceStalled, isBehind, type ProgressWatch } from '../stalled/stalled-trouble.ts'
import type { Desk } from './desk.ts'

/** Whom mails go to, and how many at most. */
export interface MailPolicy {
  /** Who is told; asked for at each decision, so that changed settings count at once. */
  routes(): readonly Route[]
  /** What is known beforehand, maintenance among it. */
  known?(): readonly KnownEvent[]
  /** One recipient gets at most so many mails in an hour. */
  mostPerHour?(): number
  /** Null: nobody gets a digest. */
  digest?(): DigestPlan | null
  /** Right half of Message-IDs. */
  readonly mailHost: string
}

const MOST_PER_HOUR = 12

/** What one round of judging did. */
export interface JudgeRound {
  readonly judgedHours: readonly EpochMs[]
  readonly changedIncidents: readonly number[]
  readonly mailsDecided: number
}

/** Incidents and mails as they will be once the transaction commits; until then everything else goes on with the old ones. */
export class Draft {
  incidents: readonly Incident[]
  silences: readonly Silence[]
  threads: Map<string, Notification>
  recent: Map<string, readonly EpochMs[]>
  lastDigestAt: EpochMs
  readonly changed = new Map<number, Incident>()
  readonly events: IncidentEvent[] = []
  readonly mails: NewMail[] = []
  readonly changedSilences = new Map<number, Silence>()
  readonly changedThreads = new Map<string, ThreadUpdate>()

  constructor(desk: Desk) {
    this.incidents = desk.incidents
    this.silences = desk.silences
    this.threads = new Map(desk.threads)
    this.recent = new Map(desk.recent)
    this.lastDigestAt = desk.lastDigestAt
  }

  /** Whether there is nothing to write. */
  get isEmpty(): boolean {
    return this.changed.size + this.events.length + this.mails.length + this.changedSilences.size === 0
  }

  /** What the next decision goes by once this is written. */
  desk(): Desk {
    const { incidents, silences, threads, recent, lastDigestAt } = this
    return { incidents, silences, threads, recent, lastDigestAt }
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
    this.#take(advanceDiskTrouble(newest ?? null, watch, this.#nextId()))
  }

  /** What a look at the flow says of it, where that changes anything. */
  watchProgress(watch: ProgressWatch): void {
    const newest = this.incidents.findLast(isBehind)
    this.#take(advanceStalled(newest ?? null, watch, this.#nextId()))
  }

  /** What the last minutes say of channels that have stopped. */
  lookAtMinutes(look: Omit<FastLookInput, 'incidents' | 'nextId'>): void {
    const { changed, events } = advanceFastLook({ ...look, incidents: this.incidents, nextId: this.#nextId() })
    this.#put(changed)
    this.events.push(...events)
  }

  /** What waits for histogram specifications, where that changes anything. */
  watchSpecifications(waiting: WaitingForSpecifications): void {
    const newest = this.incidents.findLast(isMissingSpecifications)
    this.#take(advanceSpecifications(newest ?? null, waiting, this.#nextId()))
  }

  #take(change: { readonly incident: Incident; readonly event?: IncidentEvent } | null): void {
    if (change === null) return
    this.#put([change.incident])
    if (change.event !== undefined) this.events.push(change.event)
  }

  /** What a verification of the archive says; null: nothing differs. */
  watchArchive(checked: CheckedArchive, now: EpochMs): void {
    const newest = this.incidents.findLast(isFoundBy(checked.check))
    this.#take(advanceArchiveTrouble(newest ?? null, checked, { now, nextId: this.#nextId() }))
  }

  /** A person's word on an incident. */
  change(incident: Incident, event: IncidentEvent): void {
    this.#put([incident])
    this.events.push(event)
  }

  silence({ silence, events }: SilenceChange): void {
    this.changedSilences.set(silence.id, silence)
    this.silences = [...this.silences.filter(({ id }) => id !== silence.id), silence].sort((a, b) => a.id - b.id)
    this.events.push(...events)
  }

  decide(policy: MailPolicy, now: EpochMs): void {
    for (const ended of endedSilences(this.silences, this.incidents, now)) this.silence(ended)
    const { mails, threads } = decideMails({
      ...this.desk(),
      known: policy.known?.() ?? [],
      routes: policy.routes(),
      mostPerHour: policy.mostPerHour?.() ?? MOST_PER_HOUR,
      host: policy.mailHost,
      now,
    })
    this.#enqueue(mails, now)
    for (const update of threads) {
      const key = threadKey(update.incident, update.recipient)
      this.threads.set(key, update.last)
      this.changedThreads.set(key, update)
    }
  }

  /** The daily digest, where it is due. */
  decideDigest(policy: MailPolicy, learning: ReadonlyMap<string, LearningProgress>, now: EpochMs): void {
    const plan = policy.digest?.() ?? null
    if (plan === null) return
    const { incidents, silences, lastDigestAt: lastAt } = this
    const mails = decideDigest({ plan, lastAt, incidents, silences, learning, host: policy.mailHost, now })
    if (mails.length > 0) this.lastDigestAt = now
    this.#enqueue(mails, now)
  }

  #enqueue(mails: readonly NewMail[], now: EpochMs): void {
    this.mails.push(...mails)
    for (const { recipient } of mails) {
      const lately = (this.recent.get(recipient) ?? []).filter((at) => at > now - HOUR_MS)
      this.recent.set(recipient, [...lately, now])
    }
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

/** Incidents, their events, silences, mails, what was told with them, and the journal, in one transaction. */
export async function writeDraft(
  transaction: Transaction,
  journal: Journal | null,
  draft: Draft,
  writtenAt: EpochMs,
): Promise<void> {
  const rows = [...draft.changed.values()].map(incidentRow)
  const silences = [...draft.changedSilences.values()].map(silenceRow)
  const threads = [...draft.changedThreads.values()].map(threadRow)
  await saveIncidents(transaction, rows)
  await addIncidentEvents(transaction, draft.events.map(incidentEventRow))
  await saveSilences(transaction, silences)
  await saveMailThreads(transaction, threads)
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
    ...silences.map((row) => silenceEntry(row, writtenAt)),
    ...threads.map((row) => mailThreadEntry(row, writtenAt)),
    ...draft.mails.map((mail) => ({ kind: 'outbox', key: mail.messageId, writtenAt, body: mail })),
  ])
}

function threadRow({ incident, recipient, last }: ThreadUpdate): MailThreadRow {
  return { incident, recipient, isOver: isEnd(last.trigger), toldAt: last.decidedAt, body: JSON.stringify(last) }
}

import type { AnnotationBook } from '../../alerts/calendar/annotation-book.ts'
import type { CalendarEvent } from '../../alerts/calendar/calendar.ts'
import type { Incident } from '../../alerts/incident.ts'
import type { JudgeShell } from '../../alerts/shell/judge-shell.ts'
import type { Silence } from '../../alerts/silence.ts'
import type { SampleChoice } from '../../data/archive/reading/find-samples.ts'
import type { FoundSubmissions } from '../../data/archive/reading/find-submissions.ts'
import type { FoundCopy, Sought } from '../../data/archive/reading/found-copy.ts'
import type { Database } from '../../data/counts/database.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import type { ReckoningSources } from '../why/hindsight.ts'
import type { ChangedHours } from './http/changed-hours.ts'
import type { StreamHub } from './stream-hub.ts'
import type { Freshness, MailSummary, MailsAnswer, PipelineAnswer, QuarantineAnswer } from './types.ts'

/** What the API asks of the owner. */
export interface ApiContext {
  readonly database: Database
  readonly hub: StreamHub
  /** Which hours' counts, coverage or verdicts changed, and when. */
  readonly changed: ChangedHours
  now(): EpochMs
  freshness(): Freshness
  pipeline(): Promise<PipelineAnswer>
  /** Where submissions are sent to, without a slash at its end. */
  receiveUrl(): string
  /** All incidents, oldest first. */
  incidents(): readonly Incident[]
  /** Every silence there ever was, oldest first. */
  silences(): readonly Silence[]
  /** Start of the newest judged hour; null before the first. */
  judgedHour(): EpochMs | null
  /** Null when the judge has learnt enough to speak about the channel. */
  learning(channel: string): { readonly days: number; readonly of: number } | null
  /** What people do to incidents and silences; each tells pages and mails of it. */
  readonly desk: Pick<JudgeShell, 'act' | 'silence' | 'endSilence'>
  /** For judging hours again. */
  readonly hindsight: ReckoningSources
  readonly annotations: AnnotationBook
  /** What the calendar file says. */
  calendar(): readonly CalendarEvent[]
  readonly mails: MailReader
  quarantine(): Promise<QuarantineAnswer>
  findSubmissions(sought: Sought): Promise<FoundSubmissions>
  findSamples(sought: SampleChoice): Promise<readonly FoundCopy[]>
}

/** The outbox, and what is kept of the mails themselves. */
export interface MailReader {
  /** Newest first; of one incident, or of all. */
  list(incident?: number): Promise<readonly MailSummary[]>
  /** The mail as a page of its own, pictures within; null: no such mail. */
  html(id: number): Promise<string | null>
  /** The mail as it is sent; null: no such mail. */
  eml(id: number): Promise<Uint8Array | null>
  delivery(): MailsAnswer['delivery']
}

import type { Row } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'

/**
 * - `waiting`: to be sent at `nextAttemptAt` or later.
 * - `sending`: handed to the mail server, its answer not known yet. After a crash it goes back to `waiting`.
 * - `sent`, `refused` (for ever, by the mail server), `collapsed` (a newer mail told what it would have told): final.
 */
export const MAIL_STATES = ['waiting', 'sending', 'sent', 'refused', 'collapsed'] as const
export type MailState = (typeof MAIL_STATES)[number]

/** A mail to be: one notification for one recipient. */
export interface NewMail {
  /** The one that it is about; 0: several (a catch-up) or none (a digest). */
  readonly incident: number
  /** All that it tells of: it stands in the thread of each. */
  readonly incidents: readonly number[]
  /** Of the thread's notification, from 1; 0 for a mail about several or none. */
  readonly sequence: number
  readonly trigger: string
  readonly recipient: string
  readonly subject: string
  readonly decidedAt: EpochMs
  /** With its angle brackets. The same for every attempt. */
  readonly messageId: string
  /** What the mail is made from, as JSON. */
  readonly body: string
}

export interface OutboxRow extends NewMail {
  readonly id: number
  readonly state: MailState
  /** Attempts that failed. */
  readonly attempts: number
  readonly nextAttemptAt: EpochMs
  readonly sentAt: EpochMs | null
  readonly lastError: string | null
}

/** Columns as `parseOutboxRow` wants them. */
export const OUTBOX_COLUMNS = `id, incident, incidents, sequence, trigger, recipient, subject, decided_at, message_id, state,
  attempts, next_attempt_at, sent_at, last_error, body`

export function parseOutboxRow(row: Row): OutboxRow {
  return {
    id: row.number('id'),
    incident: row.number('incident'),
    incidents: row.numbers('incidents'),
    sequence: row.number('sequence'),
    trigger: row.text('trigger'),
    recipient: row.text('recipient'),
    subject: row.text('subject'),
    decidedAt: row.number('decided_at'),
    messageId: row.text('message_id'),
    state: parseState(row.text('state')),
    attempts: row.number('attempts'),
    nextAttemptAt: row.number('next_attempt_at'),
    sentAt: row.numberOrNull('sent_at'),
    lastError: row.textOrNull('last_error'),
    body: row.text('body'),
  }
}

function parseState(text: string): MailState {
  const state = MAIL_STATES.find((known) => known === text)
  if (state === undefined)
    throw new TypeError(`outbox state is "${text}": one of ${MAIL_STATES.join(', ')} was expected`)
  return state
}

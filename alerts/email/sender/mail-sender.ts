import type { Database } from '../../../data/counts/database.ts'
import { type EpochMs, MINUTE_MS } from '../../../data/domain/time.ts'
import type { Journal } from '../../../data/journal/journal.ts'
import type { OutboxRow } from '../../../data/outbox/outbox-row.ts'
import { readSentMessageIds, readUntoldSince, readWaitingMails } from '../../../data/outbox/read-outbox.ts'
import { settledEntry } from '../../../data/outbox/restore-outbox.ts'
import {
  markCollapsed,
  markSending,
  resumeInterruptedMails,
  type Settlement,
  settleMail,
} from '../../../data/outbox/settle-mails.ts'
import { composeMail } from '../compose/compose-mail.ts'
import { parseNotification } from '../notification.ts'
import type { PictureDrawer } from '../picture/picture-drawer.ts'
import type { PictureSpec } from '../picture/picture-spec.ts'
import { nextAttempt, planDelivery } from './delivery-plan.ts'
import { keepMail } from './kept-mail.ts'
import { loadFacts } from './load-facts.ts'
import { type MimeMessage, mimeMessage } from './mime-message.ts'
import { deliverBySmtp, type SmtpSettings } from './smtp-delivery.ts'

export interface MailSettings {
  /** `Tidewatch <tidewatch@example.org>` */
  readonly from: string
  /** Null: mails are kept as files in `folder`, and that is that. */
  readonly smtp: SmtpSettings | null
  /** Base of links, without a slash at its end; null: mails have none. */
  readonly publicUrl: string | null
}

export interface MailSenderOptions {
  readonly database: Database
  readonly journal: Journal | null
  /** Where every mail is kept as `.eml`. */
  readonly folder: string
  /** Asked for at each delivery, so that changed settings count at once. */
  settings(): MailSettings
  /** Names this installation in `List-Id`; right half of Message-IDs. */
  readonly host: string
  readonly pictures: Pick<PictureDrawer, 'draw'>
  /** Told of every failure: a mail that waits, was refused, or goes without its picture. */
  readonly onProblem: (problem: MailProblem) => void
}

export interface MailProblem {
  readonly kind: 'failed' | 'refused' | 'no_picture'
  readonly messageId: string
  readonly recipient: string
  readonly error: string
}

/** What one round of delivery did. */
export interface DeliveryRound {
  readonly sent: number
  readonly failed: number
  readonly refused: number
  readonly collapsed: number
  /** When the next waiting mail is due; null: none waits. */
  readonly nextAttemptAt: EpochMs | null
}

export interface MailSender {
  /**
   * Sends what is due at `now`. Rounds run one after the other. `pace` as the judge's: `live` sends of each thread the
   * newest mail only, and says how late it is; `replay` tells a history after the fact, each mail as of its own time.
   */
  deliver(now: EpochMs, pace: 'live' | 'replay'): Promise<DeliveryRound>
}

/** A mail that gets through later than this says so. */
const LATE_AFTER_MS = 15 * MINUTE_MS

/**
 * Takes decided mails from the outbox, makes them, and hands them to the mail server. A mail is marked before it is handed
 * over and after the answer, so it is sent twice only where the process dies between the server's acceptance and our
 * second mark; then both copies have one Message-ID. Nothing is given up but what the server refuses for ever.
 */
export async function createMailSender(options: MailSenderOptions): Promise<MailSender> {
  await options.database.inTransaction(resumeInterruptedMails)
  /** What could not be written down (a full disk, say): known here, so that it isn't done again. */
  const unwritten = new Map<number, Settled>()
  let last: Promise<unknown> = Promise.resolve()
  return {
    deliver(now, pace) {
      const mine = last.then(() => deliverDue(options, unwritten, now, pace))
      last = mine.catch(() => undefined)
      return mine
    },
  }
}

interface Settled {
  readonly mail: OutboxRow
  readonly settlement: Settlement
}

async function deliverDue(
  options: MailSenderOptions,
  unwritten: Map<number, Settled>,
  now: EpochMs,
  pace: 'live' | 'replay',
): Promise<DeliveryRound> {
  const writeDown = async () => {
    for (const [id, settled] of unwritten) {
      await settle(options, settled, now)
      unwritten.delete(id)
    }
  }
  await writeDown()
  const plan = planDelivery(await readWaitingMails(options.database), now, { tellAll: pace === 'replay' })
  const collapsed = plan.flatMap((delivery) => delivery.collapsed.map((mail) => mail.id))
  if (collapsed.length > 0) {
    await options.database.inTransaction((transaction) => markCollapsed(transaction, collapsed))
  }
  const count = { sent: 0, failed: 0, refused: 0 }
  let downBecause: string | null = null
  for (const { mail } of plan) {
    const attempt: Attempt =
      downBecause === null
        ? await attemptDelivery(options, mail, now, pace)
        : { settlement: retry(mail, now, downBecause), isServerWide: true }
    if (attempt.isServerWide && attempt.settlement.kind === 'failed') downBecause = attempt.settlement.error
    unwritten.set(mail.id, { mail, settlement: attempt.settlement })
    await writeDown()
    count[attempt.settlement.kind] += 1
  }
  const waiting = await readWaitingMails(options.database)
  return {
    ...count,
    collapsed: collapsed.length,
    nextAttemptAt: waiting.length === 0 ? null : Math.min(...waiting.map((mail) => mail.nextAttemptAt)),
  }
}

interface Attempt {
  readonly settlement: Settlement
  readonly isServerWide: boolean
}

async function attemptDelivery(
  options: MailSenderOptions,
  mail: OutboxRow,
  now: EpochMs,
  pace: 'live' | 'replay',
): Promise<Attempt> {
  try {
    await options.database.inTransaction((transaction) => markSending(transaction, mail.id))
    const { message, subject } = await makeMail(options, mail, now, pace)
    await keepMail(options.folder, mail.messageId, message.bytes)
    const { smtp } = options.settings()
    const outcome = smtp === null ? ({ kind: 'sent' } as const) : await deliverBySmtp(message, smtp)
    if (outcome.kind === 'sent') {
      const at = pace === 'replay' ? mail.decidedAt : now
      return { settlement: { kind: 'sent', at, subject }, isServerWide: false }
    }
    if (outcome.kind === 'refused') return { settlement: outcome, isServerWide: false }
    return { settlement: retry(mail, now, outcome.error), isServerWide: outcome.isServerWide }
  } catch (error) {
    // A full disk, a database that was busy for too long: whatever it is, the mail isn't told yet.
    const text = error instanceof Error ? error.message : String(error)
    return { settlement: retry(mail, now, text), isServerWide: false }
  }
}

function retry(mail: OutboxRow, now: EpochMs, error: string): Settlement {
  return { kind: 'failed', error, nextAttemptAt: nextAttempt(mail.attempts, now) }
}

async function makeMail(
  options: MailSenderOptions,
  mail: OutboxRow,
  now: EpochMs,
  pace: 'live' | 'replay',
): Promise<{ readonly message: MimeMessage; readonly subject: string }> {
  const { database, host } = options
  const { from, publicUrl } = options.settings()
  const notification = parseNotification(mail.body)
  const [counted, thread, untoldSince] = await Promise.all([
    loadFacts(database, notification),
    readSentMessageIds(database, mail.incident, mail.recipient),
    readUntoldSince(database, mail),
  ])
  const isLate = pace === 'live' && untoldSince !== null && now - untoldSince > LATE_AFTER_MS
  const picture = counted.picture === null ? null : await drawOrTell(options, mail, counted.picture)
  const composed = composeMail(
    { ...counted, notification, thread, publicUrl, now, lateSince: isLate ? untoldSince : null },
    picture !== null,
    host,
  )
  const message = await mimeMessage(composed, picture, {
    from,
    to: mail.recipient,
    messageId: mail.messageId,
    date: mail.decidedAt,
  })
  return { message, subject: composed.subject }
}

/** A mail without its picture is better than none. */
async function drawOrTell(
  { pictures, onProblem }: MailSenderOptions,
  { messageId, recipient }: OutboxRow,
  spec: PictureSpec,
): Promise<Uint8Array | null> {
  try {
    return await pictures.draw(spec)
  } catch (error) {
    onProblem({
      kind: 'no_picture',
      messageId,
      recipient,
      error: error instanceof Error ? error.message : String(error),
    })
    return null
  }
}

async function settle(
  { database, journal, onProblem }: MailSenderOptions,
  { mail, settlement }: Settled,
  now: EpochMs,
): Promise<void> {
  await database.inTransaction(async (transaction) => {
    await settleMail(transaction, mail.id, settlement)
    if (settlement.kind === 'failed') return
    await journal?.append([settledEntry(mail.messageId, settlement, now)])
  })
  if (settlement.kind === 'sent') return
  const { messageId, recipient } = mail
  onProblem({ kind: settlement.kind, messageId, recipient, error: settlement.error })
}

import type { Database } from '../../../data/counts/database.ts'
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../../data/domain/time.ts'
import type { Journal } from '../../../data/journal/journal.ts'
import type { LinkKeys } from '../../../data/links/link-keys.ts'
import type { OutboxRow } from '../../../data/outbox/outbox-row.ts'
import { readSentTimes, readWaitingMails } from '../../../data/outbox/read-outbox.ts'
import { settledEntry } from '../../../data/outbox/restore-outbox.ts'
import {
  markCollapsed,
  resumeInterruptedMails,
  type Settlement,
  settleMail,
} from '../../../data/outbox/settle-mails.ts'
import type { KnownEvent } from '../../calendar/annotation.ts'
import type { Incident } from '../../incident.ts'
import type { WebhookSettings } from '../../webhook/webhook-delivery.ts'
import { webhookName } from '../../webhook/webhook-recipient.ts'
import type { PictureDrawer } from '../picture/picture-drawer.ts'
import { attemptDelivery } from './attempt-delivery.ts'
import type { DeliveryOutcome } from './delivery-outcome.ts'
import { nextAttempt, planDelivery, threadsOf } from './delivery-plan.ts'
import { HourlyRoom } from './hourly-room.ts'
import type { SmtpSettings } from './smtp-options.ts'
import { tellRefusal } from './tell-refusal.ts'

export interface MailSettings {
  /** `Tidewatch <tidewatch@example.org>` */
  readonly from: string
  /** Null: mails are kept as files in `folder`, and that is that. */
  readonly smtp: SmtpSettings | null
  /** Base of links, without a slash at its end; null: mails have none. */
  readonly publicUrl: string | null
  /** By the name that recipients `webhook:…` have. */
  readonly webhooks: Readonly<Record<string, WebhookSettings>>
}

export interface MailSenderOptions {
  readonly database: Database
  readonly journal: Journal | null
  /** Where every mail is kept as `.eml`. */
  readonly folder: string
  /** Asked for at each delivery, so that changed settings count at once. */
  settings(): MailSettings
  /** Signs the links in mails. Null: mails have none that act. */
  linkKeys(): Promise<LinkKeys | null>
  /** What people know to have happened: mails name what was near. */
  known?(): readonly KnownEvent[]
  /** An incident in the shape that the API answers, for webhooks. */
  describe(incident: Incident): unknown
  /** Names this installation in `List-Id`; right half of Message-IDs. */
  readonly host: string
  readonly pictures: Pick<PictureDrawer, 'draw'>
  /** So many mails a recipient gets within an hour at the most; without it, as many as there are. */
  mostPerHour?(): number
  /** Told of every failure. */
  readonly onProblem: (problem: MailProblem) => void
}

/**
 * `failed`, `refused`, `no_picture`: one mail waits, will never be delivered, or goes without its picture. `down`: nothing gets through
 * one way (the mail server, or a webhook), and so many mails wait for it.
 */
export type MailProblem =
  | {
      readonly kind: 'refused' | 'no_picture'
      readonly messageId: string
      readonly recipient: string
      readonly error: string
    }
  | {
      readonly kind: 'failed'
      readonly messageId: string
      readonly recipient: string
      readonly error: string
      readonly nextAttemptAt: EpochMs
    }
  | {
      readonly kind: 'down'
      readonly way: string
      readonly mails: number
      readonly error: string
      readonly nextAttemptAt: EpochMs
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

/**
 * Takes decided mails from the outbox, makes them, and hands them to the mail server (or a webhook). A mail is marked before it is
 * handed over and after the answer, so it is sent twice only where the process dies between the server's acceptance and our
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
  const round = new Round(options.onProblem)
  const room = await hourlyRoom(options, now, pace)
  for (const { mail } of plan) {
    if (readyAt(mail, room, now) > now) round.hold(mail)
    // No mail of a thread overtakes the one before it.
    if (round.isHeld(mail)) continue
    const outcome = round.downOutcome(mail) ?? (await attemptDelivery(options, mail, now, pace))
    const settlement = settlementOf(outcome, mail, now, pace)
    round.note(mail, outcome, settlement)
    unwritten.set(mail.id, { mail, settlement })
    if (settlement.kind === 'sent') room.note(mail.recipient)
    await writeDown()
  }
  round.tellDown()
  const waiting = await readWaitingMails(options.database)
  return {
    ...round.count,
    collapsed: collapsed.length,
    nextAttemptAt:
      waiting.length === 0
        ? null
        : Math.min(...waiting.map((mail) => Math.max(mail.nextAttemptAt, readyAt(mail, room, now)))),
  }
}

/** What was decided so lately has been through the limit already, and must not wait behind old news: it may be an outage. */
const FRESH_MS = 15 * MINUTE_MS

/** When the limit lets the mail go. A mail about several is itself how a flood is kept small. */
function readyAt(mail: OutboxRow, room: HourlyRoom, now: EpochMs): EpochMs {
  return mail.incident === 0 || now - mail.decidedAt <= FRESH_MS ? now : room.roomAt(mail.recipient)
}

/** A history that is told after the fact has its own times. */
async function hourlyRoom(
  { database, mostPerHour }: MailSenderOptions,
  now: EpochMs,
  pace: 'live' | 'replay',
): Promise<HourlyRoom> {
  const most = pace === 'replay' ? undefined : mostPerHour?.()
  if (most === undefined) return new HourlyRoom(new Map(), Number.POSITIVE_INFINITY, now)
  return new HourlyRoom(await readSentTimes(database, now - HOUR_MS), most, now)
}

interface Down {
  readonly error: string
  mails: number
  nextAttemptAt: EpochMs
}

/** What one round has learnt so far: which ways are closed, and which threads have to wait. */
class Round {
  readonly count = { sent: 0, failed: 0, refused: 0 }
  readonly #down = new Map<string, Down>()
  readonly #held = new Set<string>()
  /** Numbers of mails: one about nothing in particular stands in no thread. */
  readonly #waits = new Set<number>()
  readonly #onProblem: MailSenderOptions['onProblem']

  constructor(onProblem: MailSenderOptions['onProblem']) {
    this.#onProblem = onProblem
  }

  isHeld(mail: OutboxRow): boolean {
    return this.#waits.has(mail.id) || threadsOf(mail).some((thread) => this.#held.has(thread))
  }

  /** What comes after it in its threads waits, too. */
  hold(mail: OutboxRow): void {
    for (const thread of threadsOf(mail)) this.#held.add(thread)
    this.#waits.add(mail.id)
  }

  /** Null: the way that the mail takes is open, as far as is known. */
  downOutcome(mail: OutboxRow): DeliveryOutcome | null {
    const down = this.#down.get(wayOf(mail))
    return down === undefined ? null : { kind: 'failed', error: down.error, isServerWide: true }
  }

  note(mail: OutboxRow, outcome: DeliveryOutcome, settlement: Settlement): void {
    const { messageId, recipient } = mail
    this.count[settlement.kind] += 1
    if (settlement.kind === 'sent') return
    if (settlement.kind === 'refused') {
      this.#onProblem({ kind: 'refused', messageId, recipient, error: settlement.error })
      return
    }
    this.hold(mail)
    const { error, nextAttemptAt } = settlement
    if (outcome.kind !== 'failed' || !outcome.isServerWide) {
      this.#onProblem({ kind: 'failed', messageId, recipient, error, nextAttemptAt })
      return
    }
    const down = this.#down.get(wayOf(mail)) ?? { error, mails: 0, nextAttemptAt }
    down.mails += 1
    down.nextAttemptAt = Math.min(down.nextAttemptAt, nextAttemptAt)
    this.#down.set(wayOf(mail), down)
  }

  /** The same trouble of many mails is told once. */
  tellDown(): void {
    for (const [way, down] of this.#down) this.#onProblem({ kind: 'down', way, ...down })
  }
}

/** Mails share a server; each webhook is one of its own. */
function wayOf({ recipient }: OutboxRow): string {
  return webhookName(recipient) === null ? 'mail server' : recipient
}

/** A filter that refuses what a mail says can be mended within a day; after that nobody would wait for the mail. */
const CONTENT_TRIED_FOR_MS = DAY_MS

function settlementOf(outcome: DeliveryOutcome, mail: OutboxRow, now: EpochMs, pace: 'live' | 'replay'): Settlement {
  switch (outcome.kind) {
    case 'sent':
      return { kind: 'sent', at: pace === 'replay' ? mail.decidedAt : now, subject: outcome.subject }
    case 'refused':
      return outcome
    case 'failed':
      if (outcome.isRefusedContent === true && now - mail.decidedAt >= CONTENT_TRIED_FOR_MS) {
        return { kind: 'refused', error: outcome.error }
      }
      return { kind: 'failed', error: outcome.error, nextAttemptAt: nextAttempt(mail.attempts, now) }
  }
}

async function settle(
  { database, journal }: MailSenderOptions,
  { mail, settlement }: Settled,
  now: EpochMs,
): Promise<void> {
  await database.inTransaction(async (transaction) => {
    await settleMail(transaction, mail.id, settlement)
    if (settlement.kind === 'failed') return
    const notices = settlement.kind === 'refused' ? await tellRefusal(transaction, mail, now) : []
    await journal?.append([
      settledEntry(mail.messageId, settlement, now),
      ...notices.map((body) => ({ kind: 'outbox', key: body.messageId, writtenAt: now, body })),
    ])
  })
}

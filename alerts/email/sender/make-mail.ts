import type { Database } from '../../../data/counts/database.ts'
import { type EpochMs, MINUTE_MS } from '../../../data/domain/time.ts'
import type { LinkKeys } from '../../../data/links/link-keys.ts'
import type { OutboxRow } from '../../../data/outbox/outbox-row.ts'
import { readSentMessageIds, readUntoldSince } from '../../../data/outbox/read-outbox.ts'
import { readFirstToldAt, readRefusals } from '../../../data/outbox/read-refusals.ts'
import type { KnownEvent } from '../../calendar/annotation.ts'
import { actionPath, type LinkAction } from '../../links/action-link.ts'
import { type ComposedMail, composeCatchUp, composeDigest, composeMail } from '../compose/compose-mail.ts'
import type { MailFacts } from '../compose/mail-facts.ts'
import { type CatchUp, type Digest, type MailBody, parseMailBody } from '../mail-body.ts'
import type { Notification } from '../notification.ts'
import type { PictureSpec } from '../picture/picture-spec.ts'
import { loadAccounting } from './load-accounting.ts'
import { loadDigestFacts } from './load-digest.ts'
import { loadFacts } from './load-facts.ts'

/** A mail as it is said, before it is put into an envelope. */
export interface MadeMail {
  readonly body: MailBody
  readonly composed: ComposedMail
  readonly picture: Uint8Array | null
}

export interface MakeMailOptions {
  readonly database: Database
  /** Names this installation in `List-Id`. */
  readonly host: string
  /** The sender's bare address: whoever no longer wants the digest writes there. */
  readonly from: string
  /** Base of links, without a slash at its end; null: mails have none. */
  readonly publicUrl: string | null
  /** Sign the links that act; null: there are none. */
  readonly linkKeys: LinkKeys | null
  /** What people know to have happened. */
  readonly known: readonly KnownEvent[]
  /** Null: it can't be drawn, for a reason that has been told. */
  draw(spec: PictureSpec): Promise<Uint8Array | null>
}

/** A mail that gets through later than this says so. */
const LATE_AFTER_MS = 15 * MINUTE_MS

/** `pace` as the judge's: a history that is told after the fact is never late. Rejects where the counts can't be read. */
export async function makeMail(
  options: MakeMailOptions,
  mail: OutboxRow,
  now: EpochMs,
  pace: 'live' | 'replay',
): Promise<MadeMail> {
  const body = parseMailBody(mail.body)
  const lateSince = pace === 'live' ? await lateSinceOf(options.database, mail, now) : null
  switch (body.kind) {
    case 'incident':
      return incidentMail(options, mail, body.notification, { lateSince, now })
    case 'catch_up':
      return catchUpMail(options, mail, body, { lateSince, now })
    case 'digest':
      return digestMail(options, body)
  }
}

interface Attempt {
  readonly lateSince: EpochMs | null
  readonly now: EpochMs
}

async function incidentMail(
  options: MakeMailOptions,
  mail: OutboxRow,
  notification: Notification,
  { lateSince, now }: Attempt,
): Promise<MadeMail> {
  const { database, publicUrl, host } = options
  const { incident } = notification
  const isOver = incident.state === 'resolved' || incident.state === 'withdrawn'
  // What was merged goes on as another, and that is what can be acted on.
  const about = notification.survivor?.id ?? incident.id
  const [counted, thread, refusals, firstToldAt, accounting] = await Promise.all([
    loadFacts(database, notification, options.known),
    readSentMessageIds(database, mail.incident, mail.recipient),
    readRefusals(database, { incident: mail.incident }),
    readFirstToldAt(database, mail),
    isOver ? loadAccounting(database, incident) : null,
  ])
  const facts: MailFacts = {
    ...counted,
    notification,
    thread,
    publicUrl,
    now,
    lateSince,
    firstToldAt,
    accounting,
    isNotice: mail.trigger === UNDELIVERED,
    untold: refusals.filter(({ recipient }) => recipient !== mail.recipient),
    // A link made now for a mail of long ago would otherwise have ended before it arrives.
    links: linksOf(options, about, mail.recipient, lateSince === null ? mail.decidedAt : now),
  }
  const picture = facts.picture === null ? null : await options.draw(facts.picture)
  return {
    body: { kind: 'incident', notification },
    composed: composeMail(facts, picture !== null, host),
    picture,
  }
}

async function catchUpMail(
  options: MakeMailOptions,
  mail: OutboxRow,
  body: CatchUp,
  { lateSince, now }: Attempt,
): Promise<MadeMail> {
  const { publicUrl, host } = options
  const entries = body.notifications.map((notification) => ({
    notification,
    links: linksOf(options, notification.incident.id, mail.recipient, lateSince === null ? mail.decidedAt : now),
  }))
  const composed = composeCatchUp({ body, entries, publicUrl, lateSince, now }, host)
  return { body, composed, picture: null }
}

async function digestMail({ database, publicUrl, host, from }: MakeMailOptions, body: Digest): Promise<MadeMail> {
  const facts = await loadDigestFacts(database, body)
  return { body, composed: composeDigest({ body, publicUrl, ...facts }, host, from), picture: null }
}

/** What the outbox calls a mail that says who else could not be told. */
export const UNDELIVERED = 'undelivered'

async function lateSinceOf(database: Database, mail: OutboxRow, now: EpochMs): Promise<EpochMs | null> {
  const since = mail.incident === 0 ? mail.decidedAt : await readUntoldSince(database, mail)
  return since !== null && now - since > LATE_AFTER_MS ? since : null
}

/** Null without a public address: there is nowhere that a link could lead. */
function linksOf(
  { publicUrl, linkKeys }: MakeMailOptions,
  incident: number,
  recipient: string,
  madeAt: EpochMs,
): MailFacts['links'] {
  if (publicUrl === null || linkKeys === null) return null
  const link = (action: LinkAction) => `${publicUrl}${actionPath({ incident, action, recipient, madeAt }, linkKeys)}`
  return {
    acknowledge: link('acknowledge'),
    silence: link('silence'),
    real: link('real'),
    false_alarm: link('false_alarm'),
    expected: link('expected'),
  }
}

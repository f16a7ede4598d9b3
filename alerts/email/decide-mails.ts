import { createHash } from 'node:crypto'
import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { NewMail } from '../../data/outbox/outbox-row.ts'
import { bundleMails } from './bundle-mails.ts'
import { catchUpSubject } from './catch-up-subject.ts'
import type { CatchUp } from './mail-body.ts'
import { type Threads, type ThreadUpdate, threadKey } from './mail-thread.ts'
import { makeNotification, survivorsNotification } from './make-notification.ts'
import { type Due, type DueInput, notificationsDue } from './notifications-due.ts'

export interface MailDecision extends DueInput {
  /** When mails to a recipient were decided, those of the last hour at least. */
  readonly recent: ReadonlyMap<string, readonly EpochMs[]>
  /** A recipient gets so many mails within an hour. */
  readonly mostPerHour: number
  /** The right half of Message-IDs. */
  readonly host: string
}

export interface DecidedMails {
  readonly mails: readonly NewMail[]
  readonly threads: readonly ThreadUpdate[]
}

const LIMITED_WITHIN_MS = HOUR_MS

/**
 * The mails due at `now`, and what everybody has been told with them. Asked again with what it answered, it answers none. The mails
 * to one recipient within an hour are never more than `mostPerHour`.
 */
export function decideMails(decision: MailDecision): DecidedMails {
  const mails: NewMail[] = []
  const threads: ThreadUpdate[] = []
  for (const [recipient, due] of notificationsDue(decision)) {
    const used = (decision.recent.get(recipient) ?? []).filter((at) => at > decision.now - LIMITED_WITHIN_MS).length
    const { single, together } = bundleMails(due, { used, most: decision.mostPerHour })
    const made = [
      ...single.map((one) => oneMail(one, decision)),
      ...(together === null ? [] : [catchUp(together, decision)]),
    ]
    for (const { mail, updates } of made) {
      mails.push(mail)
      threads.push(...updates)
    }
  }
  return { mails, threads }
}

interface Made {
  readonly mail: NewMail
  readonly updates: readonly ThreadUpdate[]
}

function oneMail(due: Due, decision: MailDecision): Made {
  const { incident, recipient, trigger } = due
  const { incidents, threads, now, host } = decision
  const notification = makeNotification(due, decision)
  const { subject, sequence } = notification
  const heir = trigger === 'merged' ? heirOf(due, threads, incidents) : null
  const updates: ThreadUpdate[] = [{ incident: incident.id, recipient, last: notification }]
  if (heir !== null) updates.push({ incident: heir.id, recipient, last: survivorsNotification(heir, notification) })
  return {
    updates,
    mail: {
      incident: incident.id,
      incidents: updates.map((update) => update.incident),
      sequence,
      trigger,
      recipient,
      subject,
      decidedAt: now,
      messageId: `<incident-${incident.id}.${sequence}.${shortHash(recipient)}@${host}>`,
      body: JSON.stringify(notification),
    },
  }
}

/** The incident that goes on in the thread of this merged one: whoever follows it already needs no second thread. */
function heirOf({ incident, recipient }: Due, threads: Threads, incidents: MailDecision['incidents']) {
  const { mergedInto } = incident
  if (mergedInto === undefined || threads.has(threadKey(mergedInto, recipient))) return null
  return incidents.find(({ id }) => id === mergedInto) ?? null
}

function catchUp(
  { why, due }: { readonly why: CatchUp['why']; readonly due: readonly Due[] },
  decision: MailDecision,
): Made {
  const { now, host } = decision
  const subject = catchUpSubject(due.map(({ incident }) => incident))
  const notifications = due.map((one) => {
    const notification = makeNotification(one, decision)
    return one.previous === null ? { ...notification, subject } : notification
  })
  const recipient = due[0]?.recipient ?? ''
  const body: CatchUp = { kind: 'catch_up', why, decidedAt: now, subject, notifications }
  return {
    updates: notifications.map((last) => ({ incident: last.incident.id, recipient, last })),
    mail: {
      incident: 0,
      incidents: due.map(({ incident }) => incident.id),
      sequence: 0,
      trigger: 'catch_up',
      recipient,
      subject,
      decidedAt: now,
      messageId: `<catch-up-${now.toString(36)}.${shortHash(recipient)}@${host}>`,
      body: JSON.stringify(body),
    },
  }
}

/**
 * Part of every Message-ID, since each recipient's copy differs. Every attempt at one mail has the same, so a server that got it
 * twice can tell.
 */
export function shortHash(recipient: string): string {
  return createHash('sha256').update(recipient.toLowerCase()).digest('hex').slice(0, 10)
}

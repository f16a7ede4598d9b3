import type { Transaction } from '../../../data/counts/database.ts'
import type { EpochMs } from '../../../data/domain/time.ts'
import { enqueueMails } from '../../../data/outbox/enqueue-mails.ts'
import type { NewMail, OutboxRow } from '../../../data/outbox/outbox-row.ts'
import { readNewestSent, readRefusedBefore } from '../../../data/outbox/read-refusals.ts'
import { UNDELIVERED } from './make-mail.ts'

/**
 * Somebody who should have been told can't be: those who were told before that was known get one more mail, which says so, once for
 * each incident and address. Whoever isn't told yet reads it in their own mail. Answers what it enqueued.
 */
export async function tellRefusal(transaction: Transaction, refused: OutboxRow, now: EpochMs): Promise<NewMail[]> {
  if (refused.incident === 0 || (await readRefusedBefore(transaction, refused))) return []
  const told = await readNewestSent(transaction, refused.incident)
  const notices = told
    .filter(({ recipient }) => recipient !== refused.recipient)
    .map(
      (mail): NewMail => ({
        ...newMailOf(mail),
        trigger: UNDELIVERED,
        decidedAt: now,
        messageId: nameOf(mail, refused),
      }),
    )
  await enqueueMails(transaction, notices)
  return notices
}

function newMailOf(row: OutboxRow): NewMail {
  const { id: _, state: __, attempts: ___, nextAttemptAt: ____, sentAt: _____, lastError: ______, ...mail } = row
  return { ...mail, subject: mail.subject.replace(/^Re: /, '') }
}

/** `<incident-13.1.9f86d08188.u42@host>`: after the mail that was sent; 42 is the row of the one that was refused. */
function nameOf({ messageId }: OutboxRow, { id }: OutboxRow): string {
  return messageId.replace('@', `.u${id}@`)
}

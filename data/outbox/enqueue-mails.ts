import type { Transaction } from '../counts/database.ts'
import type { NewMail } from './outbox-row.ts'

/**
 * Puts `mails` into the outbox, due at once. Called in the transaction that writes the incident they tell of, so that
 * there is never a change without its mails nor a mail without its change.
 */
export async function enqueueMails(transaction: Transaction, mails: readonly NewMail[]): Promise<void> {
  if (mails.length === 0) return
  const [last] = await transaction.read('select coalesce(max(id), 0) as id from outbox', {}, (row) => row.number('id'))
  await transaction.append(
    'outbox',
    mails.map((mail, index) => [
      (last ?? 0) + 1 + index,
      mail.incident,
      mail.incidents,
      mail.sequence,
      mail.trigger,
      mail.recipient,
      mail.subject,
      mail.decidedAt,
      mail.messageId,
      'waiting',
      0,
      mail.decidedAt,
      null,
      null,
      mail.body,
    ]),
  )
}

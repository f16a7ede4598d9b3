import type { Transaction } from '../counts/database.ts'
import { time } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'

/** What became of an attempt to send a mail. `subject`: as it was sent (`Re: …` in a thread). */
export type Settlement =
  | { readonly kind: 'sent'; readonly at: EpochMs; readonly subject: string }
  | { readonly kind: 'failed'; readonly error: string; readonly nextAttemptAt: EpochMs }
  | { readonly kind: 'refused'; readonly error: string }

/** Set before the mail server is asked, so that after a crash we know that its answer is unknown. */
export async function markSending(transaction: Transaction, id: number): Promise<void> {
  await transaction.run(`update outbox set state = 'sending' where id = $id`, { id })
}

/** The others told by a newer mail of the same incident to the same recipient. */
export async function markCollapsed(transaction: Transaction, ids: readonly number[]): Promise<void> {
  for (const id of ids) await transaction.run(`update outbox set state = 'collapsed' where id = $id`, { id })
}

export async function settleMail(transaction: Transaction, id: number, settlement: Settlement): Promise<void> {
  if (settlement.kind === 'sent') {
    await transaction.run(
      `update outbox set state = 'sent', sent_at = $at, subject = $subject, last_error = null where id = $id`,
      { id, at: time(settlement.at), subject: settlement.subject },
    )
  } else if (settlement.kind === 'failed') {
    await transaction.run(
      `update outbox set state = 'waiting', attempts = attempts + 1, next_attempt_at = $next, last_error = $error
       where id = $id`,
      { id, next: time(settlement.nextAttemptAt), error: settlement.error },
    )
  } else {
    await transaction.run(
      `update outbox set state = 'refused', attempts = attempts + 1, last_error = $error where id = $id`,
      { id, error: settlement.error },
    )
  }
}

/** At start: what was being sent when the process ended is sent again, as the same mail with the same Message-ID. */
export function resumeInterruptedMails(transaction: Transaction): Promise<number> {
  return transaction.run(`update outbox set state = 'waiting' where state = 'sending'`)
}

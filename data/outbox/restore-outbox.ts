import { z } from 'zod'
import type { Transaction } from '../counts/database.ts'
import type { JournalEntry } from '../journal/journal.ts'
import { enqueueMails } from './enqueue-mails.ts'
import type { NewMail } from './outbox-row.ts'
import { markCollapsed, type Settlement, settleMail } from './settle-mails.ts'

const MailBody: z.ZodType<NewMail> = z.object({
  incident: z.number(),
  incidents: z.array(z.number()),
  sequence: z.number(),
  trigger: z.string(),
  recipient: z.string(),
  subject: z.string(),
  decidedAt: z.number(),
  messageId: z.string(),
  body: z.string(),
})

const SettledBody = z.object({
  messageId: z.string(),
  settlement: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('sent'), at: z.number(), subject: z.string() }),
    z.object({ kind: z.literal('refused'), error: z.string() }),
  ]),
})

/**
 * The journal's entries of mails: `outbox` when they were decided, `outbox_settled` when they were sent or refused for
 * ever.
 */
export function settledEntry(
  messageId: string,
  settlement: Exclude<Settlement, { readonly kind: 'failed' }>,
  writtenAt: number,
): JournalEntry {
  return { kind: 'outbox_settled', key: messageId, writtenAt, body: { messageId, settlement } }
}

/**
 * Fills an empty outbox from the journal, so that a rebuilt database neither mails what was mailed nor forgets what
 * waits. Where a crash came between a mail and its journal entry, the mail is sent once more, with its Message-ID.
 */
export async function restoreOutbox(transaction: Transaction, entries: readonly JournalEntry[]): Promise<void> {
  const mails = [...newestOf(entries, 'outbox', MailBody).values()].sort((a, b) => a.decidedAt - b.decidedAt)
  const settled = newestOf(entries, 'outbox_settled', SettledBody)
  await enqueueMails(transaction, mails)
  const toldUpTo = new Map<string, number>()
  for (const [index, mail] of mails.entries()) {
    const settlement = settled.get(mail.messageId)?.settlement
    if (settlement === undefined) continue
    // Rows are numbered from 1 in the order given.
    await settleMail(transaction, index + 1, settlement)
    toldUpTo.set(threadOf(mail), Math.max(mail.sequence, toldUpTo.get(threadOf(mail)) ?? 0))
  }
  const told = mails.flatMap((mail, index) =>
    !settled.has(mail.messageId) && mail.sequence < (toldUpTo.get(threadOf(mail)) ?? 0) ? [index + 1] : [],
  )
  await markCollapsed(transaction, told)
}

/**
 * Puts what the journal knows and the outbox doesn't into it: mails that were decided, and what became of them. Answers how many of
 * both that were.
 */
export async function replayOutbox(transaction: Transaction, entries: readonly JournalEntry[]): Promise<number> {
  const mails = newestOf(entries, 'outbox', MailBody)
  const settled = newestOf(entries, 'outbox_settled', SettledBody)
  const known = await readStates(transaction, [...mails.keys(), ...settled.keys()])
  const missing = [...mails.values()].filter(({ messageId }) => !known.has(messageId))
  await enqueueMails(transaction, missing)
  const states = await readStates(transaction, [...settled.keys()])
  let open = 0
  for (const { messageId, settlement } of settled.values()) {
    const mail = states.get(messageId)
    if (mail === undefined || (mail.state !== 'waiting' && mail.state !== 'sending')) continue
    await settleMail(transaction, mail.id, settlement)
    open += 1
  }
  return missing.length + open
}

async function readStates(transaction: Transaction, messageIds: readonly string[]) {
  const states = new Map<string, { readonly id: number; readonly state: string }>()
  // DuckDB can't tell the type of an empty list.
  if (messageIds.length === 0) return states
  await transaction.read(
    'select id, message_id, state from outbox where message_id in (select unnest($messageIds))',
    { messageIds },
    (row) => states.set(row.text('message_id'), { id: row.number('id'), state: row.text('state') }),
  )
  return states
}

function threadOf({ incident, recipient }: NewMail): string {
  return `${incident} ${recipient}`
}

/** By key, the newest entry of each; one that doesn't read as its kind is a broken promise of ours and throws. */
function newestOf<T>(entries: readonly JournalEntry[], kind: string, schema: z.ZodType<T>): Map<string, T> {
  const ofKind = entries.filter((entry) => entry.kind === kind)
  return new Map(ofKind.map((entry) => [entry.key, schema.parse(entry.body)]))
}

import { z } from 'zod'
import type { Database, Transaction } from '../counts/database.ts'
import { time } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'
import type { JournalEntry } from '../journal/journal.ts'

/** What one recipient was told of one incident last; `body` is that notification as JSON. */
export interface MailThreadRow {
  readonly incident: number
  readonly recipient: string
  /** Its end was told. */
  readonly isOver: boolean
  readonly toldAt: EpochMs
  readonly body: string
}

/** Writes each row in place of the one of its incident and recipient. */
export async function saveMailThreads(transaction: Transaction, rows: readonly MailThreadRow[]): Promise<void> {
  for (const { incident, recipient, isOver, toldAt, body } of rows) {
    await transaction.run(
      `insert into mail_threads values ($incident, $recipient, $isOver, $toldAt, $body)
       on conflict (incident, recipient) do update set is_over = excluded.is_over, told_at = excluded.told_at,
         body = excluded.body`,
      { incident, recipient, isOver, toldAt: time(toldAt), body },
    )
  }
}

/** Those that aren't over, and those that were told of since `since`: they may begin again. */
export function readMailThreads(database: Pick<Database, 'read'>, since: EpochMs): Promise<MailThreadRow[]> {
  return database.read(
    `select incident, recipient, is_over, told_at, body from mail_threads
     where not is_over or told_at >= $since order by incident, recipient`,
    { since: time(since) },
    (row) => ({
      incident: row.number('incident'),
      recipient: row.text('recipient'),
      isOver: row.boolean('is_over'),
      toldAt: row.number('told_at'),
      body: row.text('body'),
    }),
  )
}

const ThreadBody: z.ZodType<MailThreadRow> = z.object({
  incident: z.number(),
  recipient: z.string(),
  isOver: z.boolean(),
  toldAt: z.number(),
  body: z.string(),
})

export function mailThreadEntry(row: MailThreadRow, writtenAt: EpochMs): JournalEntry {
  return { kind: 'mail_thread', key: `${row.incident} ${row.recipient}`, writtenAt, body: row }
}

/** Fills an empty table from the journal: a rebuilt database ends the threads that were begun, and begins none again. */
export async function restoreMailThreads(transaction: Transaction, entries: readonly JournalEntry[]): Promise<void> {
  const ofKind = entries.filter((entry) => entry.kind === 'mail_thread')
  const newest = new Map(ofKind.map((entry) => [entry.key, ThreadBody.parse(entry.body)]))
  await saveMailThreads(transaction, [...newest.values()])
}

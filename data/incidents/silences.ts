import { z } from 'zod'
import type { Database, Transaction } from '../counts/database.ts'
import { time } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'
import type { JournalEntry } from '../journal/journal.ts'

/** `body` is the silence as JSON. */
export interface SilenceRow {
  readonly id: number
  /** When it ended or will end; null: with its incident. */
  readonly endedAt: EpochMs | null
  readonly body: string
}

/** Writes each row in place of the one with its id. */
export async function saveSilences(transaction: Transaction, rows: readonly SilenceRow[]): Promise<void> {
  for (const { id, endedAt, body } of rows) {
    await transaction.run(
      `insert into silences values ($id, $endedAt, $body)
       on conflict (id) do update set ended_at = excluded.ended_at, body = excluded.body`,
      { id, endedAt: endedAt === null ? null : time(endedAt), body },
    )
  }
}

/** Every silence there ever was, oldest first. */
export function readSilences(database: Pick<Database, 'read'>): Promise<SilenceRow[]> {
  return database.read('select id, ended_at, body from silences order by id', {}, (row) => ({
    id: row.number('id'),
    endedAt: row.numberOrNull('ended_at'),
    body: row.text('body'),
  }))
}

const SilenceBody: z.ZodType<SilenceRow> = z.object({
  id: z.number(),
  endedAt: z.number().nullable(),
  body: z.string(),
})

export function silenceEntry(row: SilenceRow, writtenAt: EpochMs): JournalEntry {
  return { kind: 'silence', key: String(row.id), writtenAt, body: row }
}

/** Fills an empty table from the journal. */
export async function restoreSilences(transaction: Transaction, entries: readonly JournalEntry[]): Promise<void> {
  const ofKind = entries.filter((entry) => entry.kind === 'silence')
  const newest = new Map(ofKind.map((entry) => [entry.key, SilenceBody.parse(entry.body)]))
  await saveSilences(transaction, [...newest.values()])
}

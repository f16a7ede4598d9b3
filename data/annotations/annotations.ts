import { z } from 'zod'
import type { Database, Transaction } from '../counts/database.ts'
import { time } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'
import type { JournalEntry } from '../journal/journal.ts'

/** `body` is the annotation as JSON. */
export interface AnnotationRow {
  readonly id: number
  readonly from: EpochMs
  /** When somebody removed it; null: it stands. */
  readonly removedAt: EpochMs | null
  readonly body: string
}

/** Writes each row in place of the one with its id. */
export async function saveAnnotations(transaction: Transaction, rows: readonly AnnotationRow[]): Promise<void> {
  for (const { id, from, removedAt, body } of rows) {
    await transaction.run(
      `insert into annotations values ($id, $from, $removedAt, $body)
       on conflict (id) do update set
         from_time = excluded.from_time, removed_at = excluded.removed_at, body = excluded.body`,
      { id, from: time(from), removedAt: removedAt === null ? null : time(removedAt), body },
    )
  }
}

/** Every annotation there ever was, in the order in which they were made; removed ones too, so that no number comes again. */
export function readAnnotations(database: Pick<Database, 'read'>): Promise<AnnotationRow[]> {
  return database.read('select id, from_time, removed_at, body from annotations order by id', {}, (row) => ({
    id: row.number('id'),
    from: row.number('from_time'),
    removedAt: row.numberOrNull('removed_at'),
    body: row.text('body'),
  }))
}

const AnnotationBody: z.ZodType<AnnotationRow> = z.object({
  id: z.number(),
  from: z.number(),
  removedAt: z.number().nullable(),
  body: z.string(),
})

export function annotationEntry(row: AnnotationRow, writtenAt: EpochMs): JournalEntry {
  return { kind: 'annotation', key: String(row.id), writtenAt, body: row }
}

/** Fills an empty table from the journal. */
export async function restoreAnnotations(transaction: Transaction, entries: readonly JournalEntry[]): Promise<void> {
  const ofKind = entries.filter((entry) => entry.kind === 'annotation')
  const newest = new Map(ofKind.map((entry) => [entry.key, AnnotationBody.parse(entry.body)]))
  await saveAnnotations(transaction, [...newest.values()])
}

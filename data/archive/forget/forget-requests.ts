import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Database, Transaction } from '../../counts/database.ts'
import { time } from '../../counts/values.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Journal } from '../../journal/journal.ts'

/** That somebody asked for documents to be forgotten; which ones isn't kept. */
export const ForgetRequest = z.object({
  askedAt: z.number(),
  /** Their number. */
  ids: z.number(),
  /** SHA-256 of the sorted ids, an id a line: whoever has the list can prove that it was this one. */
  digest: z.string(),
  rowsRemoved: z.number(),
  /** Null: it goes on, or was cut short. */
  doneAt: z.number().nullable(),
})
export type ForgetRequest = Readonly<z.infer<typeof ForgetRequest>>

export function newForgetRequest(ids: readonly string[], askedAt: EpochMs): ForgetRequest {
  const digest = createHash('sha256')
    .update(
      [...ids]
        .sort()
        .map((id) => `${id}\n`)
        .join(''),
    )
    .digest('hex')
  return { askedAt, ids: ids.length, digest, rowsRemoved: 0, doneAt: null }
}

/** Writes it down, or what became of it: in the database, and in the journal, which outlives that. */
export async function saveForgetRequest(
  db: Database,
  journal: Journal | null,
  request: ForgetRequest,
  writtenAt: EpochMs,
): Promise<void> {
  await db.inTransaction(async (transaction) => {
    await putRequest(transaction, request)
    await journal?.append([{ kind: 'forget', key: String(request.askedAt), writtenAt, body: request }])
  })
}

/** From the journal, into a database that doesn't have them, or not as they are. */
export async function restoreForgetRequests(
  transaction: Transaction,
  requests: ReadonlyMap<string, ForgetRequest>,
): Promise<void> {
  for (const request of requests.values()) await putRequest(transaction, request)
}

async function putRequest(transaction: Transaction, request: ForgetRequest): Promise<void> {
  const { askedAt, ids, digest, rowsRemoved, doneAt } = request
  await transaction.run(
    'insert or replace into forget_requests values ($askedAt, $ids, $digest, $rowsRemoved, $doneAt::timestamp)',
    { askedAt: time(askedAt), ids, digest, rowsRemoved, doneAt: doneAt === null ? null : time(doneAt) },
  )
}

/** Newest first. */
export function readForgetRequests(db: Pick<Database, 'read'>): Promise<ForgetRequest[]> {
  return db.read('select * from forget_requests order by asked_at desc', {}, (row) => ({
    askedAt: row.number('asked_at'),
    ids: row.number('ids'),
    digest: row.text('digest'),
    rowsRemoved: row.number('rows_removed'),
    doneAt: row.numberOrNull('done_at'),
  }))
}

import { z } from 'zod'
import type { Transaction } from '../counts/database.ts'
import { type Params, time } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'

/** `body` is the whole incident as JSON; the columns beside it are what is asked for. */
export interface IncidentRow {
  readonly id: number
  readonly state: string
  readonly kind: string
  readonly startedAt: EpochMs
  readonly detectedAt: EpochMs
  readonly resolvedAt: EpochMs | null
  readonly body: string
}

/** The same in the journal, under the incident's number. */
export const IncidentBody = z.object({
  id: z.number(),
  state: z.string(),
  kind: z.string(),
  startedAt: z.number(),
  detectedAt: z.number(),
  resolvedAt: z.number().nullable(),
  body: z.string(),
})

/** Writes each row in place of the one with its id. */
export async function saveIncidents(transaction: Transaction, rows: readonly IncidentRow[]): Promise<void> {
  for (const row of rows) {
    await transaction.run(
      `insert into incidents values ($id, $state, $kind, $startedAt, $detectedAt, $resolvedAt, $body)
       on conflict (id) do update set state = excluded.state, kind = excluded.kind, started_at = excluded.started_at,
         detected_at = excluded.detected_at, resolved_at = excluded.resolved_at, body = excluded.body`,
      params(row),
    )
  }
}

function params(row: IncidentRow): Params {
  return {
    id: row.id,
    state: row.state,
    kind: row.kind,
    startedAt: time(row.startedAt),
    detectedAt: time(row.detectedAt),
    resolvedAt: row.resolvedAt === null ? null : time(row.resolvedAt),
    body: row.body,
  }
}

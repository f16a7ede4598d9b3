import type { Database } from '../counts/database.ts'
import type { EpochMs } from '../domain/time.ts'
import type { IncidentRow } from './save-incidents.ts'

/** Every incident, oldest first. */
export function readIncidents(database: Pick<Database, 'read'>): Promise<IncidentRow[]> {
  return database.read(
    'select id, state, kind, started_at, detected_at, resolved_at, body from incidents order by id',
    {},
    (row) => ({
      id: row.number('id'),
      state: row.text('state'),
      kind: row.text('kind'),
      startedAt: row.number('started_at'),
      detectedAt: row.number('detected_at'),
      resolvedAt: row.numberOrNull('resolved_at'),
      body: row.text('body'),
    }),
  )
}

/** Where the oldest trouble began that isn't over; null: none goes on. */
export async function readOldestOpenStart(database: Pick<Database, 'read'>): Promise<EpochMs | null> {
  const [oldest = null] = await database.read(
    `select started_at from incidents where state not in ('resolved', 'withdrawn') order by started_at limit 1`,
    {},
    (row) => row.number('started_at'),
  )
  return oldest
}

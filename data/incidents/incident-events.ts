import { z } from 'zod'
import type { Database, Transaction } from '../counts/database.ts'
import { time } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'
import type { JournalEntry } from '../journal/journal.ts'

/** One line of an incident's story. `actor` is the person who did it; null: Tidewatch itself. */
export interface IncidentEventRow {
  readonly incident: number
  readonly happenedAt: EpochMs
  readonly kind: string
  readonly text: string
  readonly actor: string | null
}

export async function addIncidentEvents(transaction: Transaction, rows: readonly IncidentEventRow[]): Promise<void> {
  await transaction.append(
    'incident_events',
    rows.map((row) => [row.incident, row.happenedAt, row.kind, row.text, row.actor]),
  )
}

/** Oldest first; those of one moment in the order they were added. */
export function readIncidentEvents(database: Pick<Database, 'read'>, incident: number): Promise<IncidentEventRow[]> {
  return database.read(
    `select incident, happened_at, kind, text, actor from incident_events
     where incident = $incident order by happened_at, rowid`,
    { incident },
    (row) => ({
      incident: row.number('incident'),
      happenedAt: row.number('happened_at'),
      kind: row.text('kind'),
      text: row.text('text'),
      actor: row.textOrNull('actor'),
    }),
  )
}

const EventBody = z.object({
  incident: z.number(),
  at: z.number(),
  kind: z.string(),
  text: z.string(),
  actor: z.string().nullish(),
})

/** Fills an empty table from the journal's `incident_event` entries. */
export async function restoreIncidentEvents(transaction: Transaction, entries: readonly JournalEntry[]): Promise<void> {
  await addIncidentEvents(transaction, eventsOf(entries))
}

/** Adds those that aren't there; answers how many that were. */
export async function replayIncidentEvents(
  transaction: Transaction,
  entries: readonly JournalEntry[],
): Promise<number> {
  const missing: IncidentEventRow[] = []
  for (const row of eventsOf(entries)) {
    const { incident, happenedAt, kind, text } = row
    const known = await transaction.read(
      `select 1 as found from incident_events
       where incident = $incident and happened_at = $happenedAt and kind = $kind and text = $text limit 1`,
      { incident, happenedAt: time(happenedAt), kind, text },
      (found) => found.number('found'),
    )
    if (known.length === 0) missing.push(row)
  }
  await addIncidentEvents(transaction, missing)
  return missing.length
}

function eventsOf(entries: readonly JournalEntry[]): IncidentEventRow[] {
  const ofKind = entries.filter((entry) => entry.kind === 'incident_event')
  const newest = new Map(ofKind.map((entry) => [entry.key, EventBody.parse(entry.body)]))
  return [...newest.values()].map(({ at, actor = null, ...event }) => ({ ...event, happenedAt: at, actor }))
}

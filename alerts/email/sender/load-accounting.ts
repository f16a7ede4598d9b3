import type { Database } from '../../../data/counts/database.ts'
import { readLosses } from '../../../data/counts/queries/read-losses.ts'
import { HOUR_MS, startOfHour } from '../../../data/domain/time.ts'
import type { Incident } from '../../incident.ts'
import type { MailFacts } from '../compose/mail-facts.ts'

/** What became of the submissions of an incident that is over, on its channels, from its start to its end. */
export function loadAccounting(database: Database, incident: Incident): Promise<NonNullable<MailFacts['accounting']>> {
  const end = incident.end ?? incident.resolvedAt ?? incident.latest.hour + HOUR_MS
  return readLosses(database, {
    from: startOfHour(incident.start),
    to: Math.max(end, incident.start + HOUR_MS),
    channels: incident.channels.includes('*') ? null : incident.channels,
    now: end,
  })
}

import type { Database } from '../../data/counts/database.ts'
import { DAY_MS, type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import { readIncidents } from '../../data/incidents/read-incidents.ts'
import { readSilences } from '../../data/incidents/silences.ts'
import { readMailThreads } from '../../data/outbox/mail-threads.ts'
import { readDecisionTimes, readLastDigestAt } from '../../data/outbox/read-outbox.ts'
import { type Threads, threadKey } from '../email/mail-thread.ts'
import { parseNotification } from '../email/notification.ts'
import type { Incident } from '../incident.ts'
import { parseIncident } from '../incident-record.ts'
import type { Silence } from '../silence.ts'
import { parseSilence } from '../silence-record.ts'

/** Everything that the next decision goes by, as it was last written down. */
export interface Desk {
  /** Oldest first; so are the silences. */
  readonly incidents: readonly Incident[]
  readonly silences: readonly Silence[]
  /** Those that aren't over, and those that may begin again. */
  readonly threads: Threads
  /** By recipient, when mails of the last hour were decided. */
  readonly recent: ReadonlyMap<string, readonly EpochMs[]>
  /** When the last digest was decided, or before there was one when the service was started. */
  readonly lastDigestAt: EpochMs
}

/** An incident begins again within a day of its end, and an end is told within days at the latest. */
const THREADS_KEPT_MS = 30 * DAY_MS

export async function readDesk(database: Database, now: EpochMs): Promise<Desk> {
  const threads = await readMailThreads(database, now - THREADS_KEPT_MS)
  return {
    incidents: (await readIncidents(database)).map(parseIncident),
    silences: (await readSilences(database)).map(parseSilence),
    threads: new Map(
      threads.map(({ incident, recipient, body }) => [threadKey(incident, recipient), parseNotification(body)]),
    ),
    recent: await readDecisionTimes(database, now - HOUR_MS),
    lastDigestAt: (await readLastDigestAt(database)) ?? now,
  }
}

import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'
import { IMPORT_PREFIX } from './read-coverage.ts'

/** A receiver that listened, and its last heartbeat that is counted. */
export interface HeardReceiver {
  readonly receiver: string
  readonly lastHeard: EpochMs
}

/** Receivers of which a heartbeat of `since` or later is counted, by name; imports aren't among them. */
export function readHeardReceivers(database: Pick<Database, 'read'>, since: EpochMs): Promise<HeardReceiver[]> {
  return database.read(
    `select receiver, max(to_time) as last_heard from coverage
     where to_time >= $since and not starts_with(receiver, $imports) group by receiver order by receiver`,
    { since: time(since), imports: IMPORT_PREFIX },
    (row) => ({ receiver: row.text('receiver'), lastHeard: row.number('last_heard') }),
  )
}

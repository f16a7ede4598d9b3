import type { Database } from '../counts/database.ts'
import { time } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'
import { OUTBOX_COLUMNS, type OutboxRow, parseOutboxRow } from './outbox-row.ts'

type Reader = Pick<Database, 'read'>

export interface Refusal {
  readonly recipient: string
  /** The server's words. */
  readonly error: string
}

/** Whom the mail server refused for ever when last asked, of one incident or of all mails decided since `since`, by name. */
export function readRefusals(
  reader: Reader,
  { incident, since = 0 }: { readonly incident?: number; readonly since?: EpochMs },
): Promise<Refusal[]> {
  return reader.read(
    `select recipient, arg_max(last_error, id) as error from outbox
     where state in ('sent', 'refused') and decided_at >= $since
       ${incident === undefined ? '' : 'and list_contains(incidents, $incident::integer)'}
     group by recipient having arg_max(state, id) = 'refused' order by recipient`,
    { since: time(since), ...(incident === undefined ? {} : { incident }) },
    (row) => ({
      recipient: row.text('recipient'),
      error: row.textOrNull('error') ?? '',
    }),
  )
}

/** The newest mail that each recipient got about the incident; without those for whom another one waits. */
export function readNewestSent(reader: Reader, incident: number): Promise<OutboxRow[]> {
  return reader.read(
    `select ${OUTBOX_COLUMNS} from outbox
     where incident = $incident and state = 'sent'
       and recipient not in (select recipient from outbox where incident = $incident and state in ('waiting', 'sending'))
     qualify id = max(id) over (partition by recipient) order by id`,
    { incident },
    parseOutboxRow,
  )
}

/** When the recipient was first told of the incident; null: not yet. */
export async function readFirstToldAt(
  reader: Reader,
  { incident, recipient }: Pick<OutboxRow, 'incident' | 'recipient'>,
): Promise<EpochMs | null> {
  const [at] = await reader.read(
    `select min(sent_at) as at from outbox
     where incident = $incident and recipient = $recipient and state = 'sent'`,
    { incident, recipient },
    (row) => row.numberOrNull('at'),
  )
  return at ?? null
}

/** Whether the recipient was refused about this incident before this mail. */
export async function readRefusedBefore(
  reader: Reader,
  { id, incident, recipient }: Pick<OutboxRow, 'id' | 'incident' | 'recipient'>,
): Promise<boolean> {
  const [count] = await reader.read(
    `select count(*) as refused from outbox
     where incident = $incident and recipient = $recipient and state = 'refused' and id < $id`,
    { id, incident, recipient },
    (row) => row.number('refused'),
  )
  return (count ?? 0) > 0
}

import type { Database } from '../counts/database.ts'
import { time } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'
import { OUTBOX_COLUMNS, type OutboxRow, parseOutboxRow } from './outbox-row.ts'

type Reader = Pick<Database, 'read'>

/** Everything not sent yet, oldest first, whether due or not. */
export function readWaitingMails(reader: Reader): Promise<OutboxRow[]> {
  return reader.read(`select ${OUTBOX_COLUMNS} from outbox where state = 'waiting' order by id`, {}, parseOutboxRow)
}

/** Newest first; of one incident or of all. */
export function readMails(
  reader: Reader,
  { incident, limit }: { readonly incident?: number; readonly limit: number },
): Promise<OutboxRow[]> {
  return reader.read(
    `select ${OUTBOX_COLUMNS} from outbox ${incident === undefined ? '' : 'where list_contains(incidents, $incident::integer)'}
     order by id desc limit $limit::bigint`,
    { limit, ...(incident === undefined ? {} : { incident }) },
    parseOutboxRow,
  )
}

export async function readMail(reader: Reader, id: number): Promise<OutboxRow | null> {
  const [row] = await reader.read(`select ${OUTBOX_COLUMNS} from outbox where id = $id`, { id }, parseOutboxRow)
  return row ?? null
}

/** Message-IDs of the incident's mails that reached the recipient's server, oldest first. */
export function readSentMessageIds(reader: Reader, incident: number, recipient: string): Promise<string[]> {
  return reader.read(
    `select message_id from outbox
     where list_contains(incidents, $incident::integer) and recipient = $recipient and state = 'sent' order by id`,
    { incident, recipient },
    (row) => row.text('message_id'),
  )
}

/** When mails to each recipient were decided since `since`, oldest first. */
export function readDecisionTimes(reader: Reader, since: EpochMs): Promise<TimesByRecipient> {
  return timesOf(reader, 'select recipient, decided_at as at from outbox where decided_at >= $since order by id', since)
}

/** When each recipient got mails after `after`, oldest first. */
export function readSentTimes(reader: Reader, after: EpochMs): Promise<TimesByRecipient> {
  return timesOf(reader, 'select recipient, sent_at as at from outbox where sent_at > $since order by sent_at', after)
}

type TimesByRecipient = ReadonlyMap<string, readonly EpochMs[]>

async function timesOf(reader: Reader, sql: string, since: EpochMs): Promise<TimesByRecipient> {
  const times = new Map<string, EpochMs[]>()
  const rows = await reader.read(sql, { since: time(since) }, (row) => ({
    recipient: row.text('recipient'),
    at: row.number('at'),
  }))
  for (const { recipient, at } of rows) times.set(recipient, [...(times.get(recipient) ?? []), at])
  return times
}

/** When the newest digest was decided; null: there was none. */
export async function readLastDigestAt(reader: Reader): Promise<EpochMs | null> {
  const [at] = await reader.read(`select max(decided_at) as at from outbox where trigger = 'digest'`, {}, (row) =>
    row.numberOrNull('at'),
  )
  return at ?? null
}

/**
 * When the first thing was decided that the recipient has not been told of the incident yet, this mail (`id`) included:
 * mails that collapsed into it count too.
 */
export async function readUntoldSince(
  reader: Reader,
  { id, incident, recipient }: Pick<OutboxRow, 'id' | 'incident' | 'recipient'>,
): Promise<EpochMs | null> {
  const [since] = await reader.read(
    `select min(decided_at) as since from outbox
     where incident = $incident and recipient = $recipient and id <= $id and state <> 'refused' and id > coalesce(
       (select max(id) from outbox where incident = $incident and recipient = $recipient and state = 'sent'), 0)`,
    { id, incident, recipient },
    (row) => row.numberOrNull('since'),
  )
  return since ?? null
}

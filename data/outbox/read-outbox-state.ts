import type { Database } from '../counts/database.ts'
import type { EpochMs } from '../domain/time.ts'

export interface OutboxState {
  /** Not delivered yet. */
  readonly waiting: number
  /** When the oldest of them was decided; null: none waits. */
  readonly oldestDecidedAt: EpochMs | null
  /** Why the one that was tried last still waits; null: none was tried. */
  readonly lastError: string | null
}

export async function readOutboxState(reader: Pick<Database, 'read'>): Promise<OutboxState> {
  const [row] = await reader.read(
    `select count(*) as waiting, min(decided_at) as oldest, arg_max(last_error, next_attempt_at) as error
     from outbox where state in ('waiting', 'sending')`,
    {},
    (each) => ({
      waiting: each.number('waiting'),
      oldestDecidedAt: each.numberOrNull('oldest'),
      lastError: each.textOrNull('error'),
    }),
  )
  return row ?? { waiting: 0, oldestDecidedAt: null, lastError: null }
}

import type { Database } from '../../../data/counts/database.ts'
import { askedSignal } from './asking.ts'
import { createTurns, type TurnBounds } from './turns.ts'

export interface ReadBounds extends TurnBounds {
  /** A question that runs longer is interrupted. */
  readonly timeoutMs: number
}

/**
 * The database as the API asks it, `kind` for `kind` of question: few at once (the database has more connections than that, so its
 * owner never waits behind pages), each within a time: whoever asks for a hundred lists of builds holds up the next one who does, and
 * not the overview. A question that nobody waits for any more is interrupted, and no other one. Its `read` throws RequestError `busy` where too many of the kind wait.
 */
export function boundedReads(database: Database, bounds: ReadBounds): (kind: string) => Database {
  const turns = createTurns(bounds)
  return (kind) => ({
    ...database,
    read(sql, params, parseRow, limits) {
      const signal = askedSignal()
      const own = { timeoutMs: bounds.timeoutMs, ...(signal && { signal }), ...limits }
      return turns.take(kind, () => database.read(sql, params, parseRow, own))
    },
  })
}

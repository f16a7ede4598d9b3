import type { Database } from '../../../data/counts/database.ts'
import { createTurns, type TurnBounds } from './turns.ts'

export interface ReadBounds extends TurnBounds {
  /** A question that runs longer is interrupted. */
  readonly timeoutMs: number
}

/**
 * The database as the API asks it, `kind` for `kind` of question: few at once (the database has more connections than that, so its
 * owner never waits behind pages), each within a time: whoever asks for a hundred lists of builds holds up the next one who does, and
 * not the overview. Its `read` throws RequestError `busy` where too many of the kind wait.
 */
export function boundedReads(database: Database, bounds: ReadBounds): (kind: string) => Database {
  const turns = createTurns(bounds)
  return (kind) => ({
    ...database,
    read: (sql, params, parseRow, limits) =>
      turns.take(kind, () => database.read(sql, params, parseRow, { timeoutMs: bounds.timeoutMs, ...limits })),
  })
}

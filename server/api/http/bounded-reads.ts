import type { Database } from '../../../data/counts/database.ts'
import { RequestError } from '../request.ts'

export interface ReadBounds {
  /** So many questions run at once; the database has more connections than that, so its owner never waits behind pages. */
  readonly atOnce: number
  /** So many more of one kind may wait their turn; further ones are refused. */
  readonly mostWaiting: number
  /** A question that runs longer is interrupted. */
  readonly timeoutMs: number
}

/**
 * The database as the API asks it, `kind` for `kind` of question: few at once, each within a time. Kinds take turns, and within one
 * the questions come in their order: whoever asks for a hundred lists of builds holds up the next one who does, and not the
 * overview. Its `read` throws RequestError `busy` where too many of the kind wait.
 */
export function boundedReads(database: Database, bounds: ReadBounds): (kind: string) => Database {
  const turns = createTurns(bounds)
  return (kind) => ({
    ...database,
    async read(sql, params, parseRow, limits) {
      await turns.enter(kind)
      try {
        return await database.read(sql, params, parseRow, { timeoutMs: bounds.timeoutMs, ...limits })
      } finally {
        turns.leave()
      }
    },
  })
}

function createTurns({ atOnce, mostWaiting }: ReadBounds) {
  /** Kinds of which questions wait, the one whose turn it is first. */
  const waiting = new Map<string, (() => void)[]>()
  let running = 0

  return {
    async enter(kind: string): Promise<void> {
      if (running < atOnce) {
        running += 1
        return
      }
      const line = waiting.get(kind) ?? []
      if (line.length >= mostWaiting) {
        throw new RequestError(
          'busy',
          `${line.length} such questions wait for the counts already: ask again in a moment`,
        )
      }
      waiting.set(kind, line)
      await new Promise<void>((resolve) => line.push(resolve))
    },

    /** Whoever leaves hands its place over. */
    leave(): void {
      const [next] = waiting
      if (next === undefined) {
        running -= 1
        return
      }
      const [kind, line] = next
      const go = line.shift()
      waiting.delete(kind)
      if (line.length > 0) waiting.set(kind, line)
      go?.()
    },
  }
}

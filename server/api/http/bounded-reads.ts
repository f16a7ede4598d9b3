import type { Database } from '../../../data/counts/database.ts'
import { RequestError } from '../request.ts'

export interface ReadBounds {
  /** So many questions run at once; the database has more connections than that, so its owner never waits behind pages. */
  readonly atOnce: number
  /** So many of them of one kind: however long these take, the others have a place left. */
  readonly atOnceOfKind: number
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
        turns.leave(kind)
      }
    },
  })
}

function createTurns({ atOnce, atOnceOfKind, mostWaiting }: ReadBounds) {
  /** Kinds of which questions wait, the one whose turn it is first. */
  const waiting = new Map<string, (() => void)[]>()
  const running = new Map<string, number>()
  let places = atOnce

  const mayRun = (kind: string) => places > 0 && (running.get(kind) ?? 0) < atOnceOfKind
  const take = (kind: string) => {
    places -= 1
    running.set(kind, (running.get(kind) ?? 0) + 1)
  }
  const giveBack = (kind: string) => {
    places += 1
    const left = (running.get(kind) ?? 1) - 1
    if (left > 0) running.set(kind, left)
    else running.delete(kind)
  }

  return {
    async enter(kind: string): Promise<void> {
      // Of a kind that waits, its own line comes first.
      if (!waiting.has(kind) && mayRun(kind)) {
        take(kind)
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
    leave(left: string): void {
      giveBack(left)
      const next = [...waiting].find(([kind]) => mayRun(kind))
      if (next === undefined) return
      const [kind, line] = next
      take(kind)
      const go = line.shift()
      waiting.delete(kind)
      if (line.length > 0) waiting.set(kind, line)
      go?.()
    },
  }
}

import type { Database } from '../../../data/counts/database.ts'
import { RequestError } from '../request.ts'

export interface ReadBounds {
  /** So many questions run at once; the database has more connections than that, so its owner never waits behind pages. */
  readonly atOnce: number
  /** So many more may wait their turn; further ones are refused. */
  readonly mostWaiting: number
  /** A question that runs longer is interrupted. */
  readonly timeoutMs: number
}

/**
 * The database as the API asks it: few questions at once, in the order they came, each within a time. Throws RequestError `busy`
 * where too many wait.
 */
export function boundedReads(database: Database, { atOnce, mostWaiting, timeoutMs }: ReadBounds): Database {
  const waiting: (() => void)[] = []
  let running = 0

  async function enter(): Promise<void> {
    if (running < atOnce) {
      running += 1
      return
    }
    if (waiting.length >= mostWaiting) {
      throw new RequestError('busy', `${waiting.length} questions wait for the counts already: ask again in a moment`)
    }
    // Whoever leaves hands its place over.
    await new Promise<void>((resolve) => waiting.push(resolve))
  }

  function leave(): void {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }

  return {
    ...database,
    async read(sql, params, parseRow, limits) {
      await enter()
      try {
        return await database.read(sql, params, parseRow, { timeoutMs, ...limits })
      } finally {
        leave()
      }
    },
  }
}

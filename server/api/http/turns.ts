import { RequestError } from '../request.ts'

export interface TurnBounds {
  /** So many run at once. */
  readonly atOnce: number
  /** So many of them of one kind: however long these take, the others have a place left. */
  readonly atOnceOfKind: number
  /** So many more of one kind may wait their turn; further ones are refused. */
  readonly mostWaiting: number
}

/** Lets few things run at once. Kinds take turns, and within one they come in their order. */
export interface Turns {
  /** Runs `work` when it is its turn. Throws RequestError `busy` where too many of the kind wait. */
  take<T>(kind: string, work: () => Promise<T>): Promise<T>
}

export function createTurns({ atOnce, atOnceOfKind, mostWaiting }: TurnBounds): Turns {
  /** Kinds of which questions wait, the one whose turn it is first. */
  const waiting = new Map<string, (() => void)[]>()
  const running = new Map<string, number>()
  let places = atOnce

  const mayRun = (kind: string) => places > 0 && (running.get(kind) ?? 0) < atOnceOfKind
  const occupy = (kind: string) => {
    places -= 1
    running.set(kind, (running.get(kind) ?? 0) + 1)
  }
  const giveBack = (kind: string) => {
    places += 1
    const left = (running.get(kind) ?? 1) - 1
    if (left > 0) running.set(kind, left)
    else running.delete(kind)
  }

  async function enter(kind: string): Promise<void> {
    // Of a kind that waits, its own line comes first.
    if (!waiting.has(kind) && mayRun(kind)) {
      occupy(kind)
      return
    }
    const line = waiting.get(kind) ?? []
    if (line.length >= mostWaiting) {
      throw new RequestError('busy', `${line.length} such questions wait already: ask again in a moment`)
    }
    waiting.set(kind, line)
    await new Promise<void>((resolve) => line.push(resolve))
  }

  /** Whoever leaves hands its place over. */
  function leave(left: string): void {
    giveBack(left)
    const next = [...waiting].find(([kind]) => mayRun(kind))
    if (next === undefined) return
    const [kind, line] = next
    occupy(kind)
    const go = line.shift()
    waiting.delete(kind)
    if (line.length > 0) waiting.set(kind, line)
    go?.()
  }

  return {
    async take(kind, work) {
      await enter(kind)
      try {
        return await work()
      } finally {
        leave(kind)
      }
    },
  }
}

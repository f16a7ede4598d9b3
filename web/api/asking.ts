export type Result<T> =
  | { readonly kind: 'answer'; readonly data: T }
  | { readonly kind: 'failure'; readonly status: number; readonly message: string }

export interface Asking {
  /** There is news: what is asked for may be another now. */
  renew(): void
  stop(): void
}

const RETRY_MS = [2000, 5000, 15_000, 30_000] as const
/** An answer that takes longer may never come (a line that broke unnoticed): news ask anew then. */
const PATIENCE_MS = 15_000

/**
 * Asks, hands over what came, and asks again at news and after failures, until it is stopped. News don't abandon an answer
 * that is on its way: over a slow line they come faster than answers, and none would ever arrive. It is asked anew after it.
 */
export function startAsking<T>(
  ask: (signal: AbortSignal) => Promise<Result<T>>,
  take: (result: Result<T>) => void,
): Asking {
  let current: AbortController | null = null
  let askedAt = 0
  let isOutdated = false
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function begin(): Promise<void> {
    clearTimeout(timer)
    const abort = new AbortController()
    current = abort
    askedAt = performance.now()
    isOutdated = false
    const result = await ask(abort.signal)
    if (abort.signal.aborted) return
    current = null
    take(result)
    failures = result.kind === 'answer' ? 0 : failures + 1
    if (isOutdated) void begin()
    else if (result.kind === 'failure' && mayHelpToRetry(result.status)) timer = setTimeout(begin, retryMs(failures))
  }

  void begin()
  return {
    renew() {
      if (current !== null && performance.now() - askedAt < PATIENCE_MS) {
        isOutdated = true
        return
      }
      current?.abort()
      void begin()
    },
    stop() {
      current?.abort()
      clearTimeout(timer)
    },
  }
}

/** What doesn't exist, or isn't understood, is the same the next time; news tell when something changed. */
function mayHelpToRetry(status: number): boolean {
  return status !== 404 && status !== 400
}

function retryMs(failures: number): number {
  return RETRY_MS[Math.min(failures - 1, RETRY_MS.length - 1)] ?? 30_000
}

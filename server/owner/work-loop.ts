/** Does one piece of work again and again: when woken, and at the latest every `everyMs`. Never twice at once. */
export interface WorkLoop {
  /** The work is done soon, and once more if it is being done right now: it may have looked too early. */
  wake(): void
  /** No new round begins; resolves when the running one has ended. */
  stop(): Promise<void>
}

export interface WorkLoopOptions {
  readonly everyMs: number
  /** Told of every round that threw; the next one comes all the same. */
  readonly onError: (error: unknown) => void
}

export function startWorkLoop(work: () => Promise<void>, { everyMs, onError }: WorkLoopOptions): WorkLoop {
  let isStopped = false
  let isWoken = true
  let running: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null

  async function rounds(): Promise<void> {
    while (isWoken && !isStopped) {
      isWoken = false
      try {
        await work()
      } catch (error) {
        onError(error)
        break
      }
    }
  }

  function begin(): void {
    if (isStopped || running !== null) return
    if (timer !== null) clearTimeout(timer)
    running = rounds().then(() => {
      running = null
      if (isStopped) return
      timer = setTimeout(() => {
        isWoken = true
        begin()
      }, everyMs)
    })
  }

  begin()
  return {
    wake() {
      isWoken = true
      begin()
    },
    async stop() {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
      await running
    },
  }
}

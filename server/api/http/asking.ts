import { AsyncLocalStorage } from 'node:async_hooks'

const asked = new AsyncLocalStorage<AbortSignal>()

/** Does `work` for whoever waits until `signal` is aborted: its questions to the database are given up then. */
export function whileAsked<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return asked.run(signal, work)
}

/** Aborted once nobody waits for what is being done now; undefined: it is done for its own sake. */
export function askedSignal(): AbortSignal | undefined {
  return asked.getStore()
}

/** Those who wait for one answer: it is given up when the last of them has gone. */
export class Asking {
  readonly #controller = new AbortController()
  readonly #askers = new Set<AbortSignal>()
  readonly #leave = (event: Event): void => {
    if (event.target instanceof AbortSignal) this.#askers.delete(event.target)
    if (this.#askers.size === 0) this.#controller.abort()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get isGivenUp(): boolean {
    return this.signal.aborted
  }

  join(asker: AbortSignal): void {
    // Who went before asking still gets an answer made: nobody would hear of his going.
    if (asker.aborted) return
    this.#askers.add(asker)
    asker.addEventListener('abort', this.#leave, { once: true })
  }

  /** The answer is there, or won't be. */
  end(): void {
    for (const asker of this.#askers) asker.removeEventListener('abort', this.#leave)
    this.#askers.clear()
  }
}

import type { StreamEvent } from './types.ts'

/** One event as it goes over the wire: `id` is `<boot>-<number>`, so that a client of an earlier boot is recognised. */
export interface SentEvent {
  readonly id: string
  readonly event: StreamEvent
}

const KEPT_EVENTS = 1000

/**
 * Hands events to every open stream and keeps the last thousand for those that come back. Publishing never waits: a
 * listener that can't keep up is its own stream's business.
 */
export class StreamHub {
  readonly #boot: string
  #published = 0
  readonly #kept: SentEvent[] = []
  readonly #listeners = new Set<(sent: SentEvent) => void>()

  constructor(boot: string) {
    this.#boot = boot
  }

  /** Streams that are open. */
  get listenerCount(): number {
    return this.#listeners.size
  }

  publish(event: StreamEvent): void {
    this.#published += 1
    const sent = { id: `${this.#boot}-${this.#published}`, event }
    this.#kept.push(sent)
    if (this.#kept.length > KEPT_EVENTS) this.#kept.shift()
    for (const listener of this.#listeners) listener(sent)
  }

  /** Calls `listener` for every event from now on; the answer ends that. */
  subscribe(listener: (sent: SentEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * What a client that last saw `lastId` has missed, oldest first; `reload` where that can't be known any more (another
   * boot, or too long ago). A client that comes for the first time (null) has missed nothing.
   */
  missedSince(lastId: string | null): readonly SentEvent[] {
    if (lastId === null) return []
    const newestId = `${this.#boot}-${this.#published}`
    if (lastId === newestId) return []
    const index = this.#kept.findIndex((sent) => sent.id === lastId)
    if (index === -1) return [{ id: newestId, event: { event: 'reload' } }]
    return this.#kept.slice(index + 1)
  }
}

import type { StreamEvent } from './types.ts'

/** One end of an open stream. Nothing is awaited: whoever can't keep up is cut off. */
export interface StreamClient {
  write(chunk: Uint8Array): void
  /** What was written and not yet taken. */
  waitingBytes(): number
  /** Ends the connection at once. */
  cut(): void
}

/** Events that tell a state: only the newest matters, so they aren't numbered and nobody is sent an old one. */
type StateEvent = Extract<StreamEvent, { readonly event: 'freshness' | 'pipeline' }>
/** Events that tell a change: whoever comes back gets those that were missed. */
type ChangeEvent = Exclude<StreamEvent, StateEvent>

const KEPT_EVENTS = 1000
const KEPT_BYTES = 1024 ** 2
const HEARTBEAT_MS = 15_000
const MOST_WAITING_BYTES = 256 * 1024
/** Until a browser tries again by itself. */
const RETRY_MS = 2000

interface Kept {
  readonly number: number
  readonly chunk: Uint8Array
}

/**
 * Hands events to every open stream, and keeps the last thousand changes for those that come back. An event is written out once,
 * however many listen, and publishing never waits. Ids are `<boot>-<number>`, so that a client of an earlier boot is recognised.
 */
export class StreamHub {
  readonly #boot: string
  readonly #clients = new Set<StreamClient>()
  readonly #kept: Kept[] = []
  readonly #states = new Map<StateEvent['event'], Uint8Array>()
  #keptBytes = 0
  #published = 0
  #heartbeat: NodeJS.Timeout | null = null

  constructor(boot: string) {
    this.#boot = boot
  }

  /** Streams that are open. */
  get listenerCount(): number {
    return this.#clients.size
  }

  publish(event: ChangeEvent): void {
    this.#published += 1
    const chunk = this.#encodeNewest(event)
    this.#keep({ number: this.#published, chunk })
    this.#toAll(chunk)
  }

  tell(event: StateEvent): void {
    const chunk = encode(`data: ${JSON.stringify(event)}\n\n`)
    this.#states.set(event.event, chunk)
    this.#toAll(chunk)
  }

  /**
   * Begins a stream: the present state, then what was missed since `lastId` (null: it comes for the first time), then all that
   * comes. What can't be known any more (another boot, or too long ago) is one `reload`. The answer ends it.
   */
  connect(client: StreamClient, lastId: string | null): () => void {
    client.write(encode(`retry: ${RETRY_MS}\n\n`))
    for (const chunk of this.#states.values()) client.write(chunk)
    for (const chunk of this.#missedSince(lastId)) client.write(chunk)
    this.#clients.add(client)
    this.#heartbeat ??= setInterval(() => this.#toAll(STILL_HERE), HEARTBEAT_MS).unref()
    return () => this.#leave(client)
  }

  /** Ends all streams. */
  close(): void {
    for (const client of this.#clients) {
      this.#leave(client)
      client.cut()
    }
  }

  #leave(client: StreamClient): void {
    this.#clients.delete(client)
    if (this.#clients.size > 0 || this.#heartbeat === null) return
    clearInterval(this.#heartbeat)
    this.#heartbeat = null
  }

  #toAll(chunk: Uint8Array): void {
    this.#heartbeat?.refresh()
    for (const client of this.#clients) {
      if (client.waitingBytes() <= MOST_WAITING_BYTES) {
        client.write(chunk)
        continue
      }
      this.#leave(client)
      client.cut()
    }
  }

  #keep(kept: Kept): void {
    this.#kept.push(kept)
    this.#keptBytes += kept.chunk.byteLength
    while (this.#kept.length > KEPT_EVENTS || this.#keptBytes > KEPT_BYTES) {
      this.#keptBytes -= this.#kept.shift()?.chunk.byteLength ?? 0
    }
  }

  #missedSince(lastId: string | null): readonly Uint8Array[] {
    // An id alone is no event, but whoever hears nothing else and comes back names it.
    if (lastId === null) return [encode(`id: ${this.#newestId()}\n\n`)]
    const last = this.#numberIn(lastId)
    const firstKept = this.#kept[0]?.number ?? this.#published + 1
    if (last === null || last + 1 < firstKept) return [this.#encodeNewest({ event: 'reload' })]
    return this.#kept.filter(({ number }) => number > last).map(({ chunk }) => chunk)
  }

  /** Null: it isn't one of ours. */
  #numberIn(id: string): number | null {
    const prefix = `${this.#boot}-`
    const number = id.startsWith(prefix) ? Number(id.slice(prefix.length)) : Number.NaN
    return Number.isInteger(number) && number >= 0 && number <= this.#published ? number : null
  }

  #encodeNewest(event: ChangeEvent): Uint8Array {
    return encode(`id: ${this.#newestId()}\ndata: ${JSON.stringify(event)}\n\n`)
  }

  #newestId(): string {
    return `${this.#boot}-${this.#published}`
  }
}

const STILL_HERE = encode(': still here\n\n')

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

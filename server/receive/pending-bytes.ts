/** A body on its way in that stopped for want of room. */
export interface InLine {
  /** There is room: read on. */
  goOn(): void
  /** There was none for too long: give it up. */
  giveUp(): void
}

/**
 * Bytes of bodies in memory, from their arrival until they are on disk. They are counted as they arrive, not as they
 * are announced: an announcement costs a client nothing, and must not take room from those who send.
 *
 * Where the disk is slower than the clients, `max` is reached: bodies that aren't whole yet then stop being read, and go
 * on in the order in which they stopped. A few go on whatever is free, because bodies that all lack their end would
 * wait for each other; with these it is little more than `max` and a quarter that is in memory, and who comes then has no room at all.
 */
export class PendingBytes {
  readonly #max: number
  readonly #patienceMs: number
  #bytes = 0
  /** In the order in which they stopped, with the timers that end their patience. */
  readonly #line = new Map<InLine, NodeJS.Timeout>()
  /** Of those in the line, the ones that go on without room. */
  readonly #exempt = new Set<InLine>()

  constructor(max: number, patienceMs = PATIENCE_MS) {
    this.#max = max
    this.#patienceMs = patienceMs
  }

  /** Bytes in memory at present. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Takes room for a piece that has arrived. `none`: it isn't counted, and is to be thrown away. `later`: it is counted,
   * but what comes after it has to wait in line.
   */
  take(bytes: number, who: InLine): 'room' | 'later' | 'none' {
    const mayAlways = this.#bytes === 0 || this.#exempt.has(who)
    if (!mayAlways && this.#bytes + bytes > this.#max * MOST_RATIO) return 'none'
    this.#bytes += bytes
    return mayAlways || this.#bytes <= this.#max ? 'room' : 'later'
  }

  release(bytes: number): void {
    this.#bytes -= bytes
    if (this.#line.size > 0) this.#letGoOn()
  }

  /** Waits until it may go on, at most for as long as clients are patient. */
  standInLine(who: InLine): void {
    const timer = setTimeout(() => {
      this.#line.delete(who)
      who.giveUp()
    }, this.#patienceMs)
    this.#line.set(who, timer)
    this.#letGoOn()
  }

  /** Whoever stood in line is whole, or gone. */
  leave(who: InLine): void {
    clearTimeout(this.#line.get(who))
    this.#line.delete(who)
    this.#exempt.delete(who)
    if (this.#line.size > 0) this.#letGoOn()
  }

  #letGoOn(): void {
    for (const [who, timer] of this.#line) {
      if (this.#bytes >= this.#max) {
        if (this.#exempt.size >= MOST_EXEMPT) return
        this.#exempt.add(who)
      }
      clearTimeout(timer)
      this.#line.delete(who)
      who.goOn()
    }
  }
}

/** How long a client waits for room before it is told to come back later; much less than it takes to send a body. */
const PATIENCE_MS = 5_000
const MOST_EXEMPT = 16
const MOST_RATIO = 1.25

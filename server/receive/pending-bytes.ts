/**
 * Bytes of bodies in memory, from their arrival until they are on disk. They are counted as they arrive, not as they
 * are announced: an announcement costs a client nothing, and must not take room from those who send.
 */
export class PendingBytes {
  readonly #max: number
  #bytes = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Takes room for `bytes` more; false where there is none. A body is let in whatever its size where nothing else waits. */
  take(bytes: number): boolean {
    if (this.#bytes > 0 && this.#bytes + bytes > this.#max) return false
    this.#bytes += bytes
    return true
  }

  release(bytes: number): void {
    this.#bytes -= bytes
  }
}

/**
 * Knows when files of the archive are being read: those that were replaced are removed only when nobody reads. Who begins to
 * read afterwards doesn't look for them.
 */
export class Readings {
  #running = 0

  get isAny(): boolean {
    return this.#running > 0
  }

  /** `read` asks the database which files there are, and reads them. */
  async during<T>(read: () => Promise<T>): Promise<T> {
    const end = this.begin()
    try {
      return await read()
    } finally {
      end()
    }
  }

  /** The same for what can't be said as one function; the answer is to be called once, at the end. */
  begin(): () => void {
    this.#running++
    return () => {
      this.#running--
    }
  }
}

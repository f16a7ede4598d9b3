/**
 * The bytes of a file that a reader has in hand: what comes after is asked for, what lies before is let go. Places are
 * offsets in the file. Buffers are never written again, so views into them stay what they are.
 */
export class SegmentWindow {
  #bytes: Buffer
  #from = 0
  #isAtEnd: boolean

  /** The whole of `bytes`, or nothing yet of a file that is still to be read. */
  constructor(bytes?: Buffer) {
    this.#bytes = bytes ?? Buffer.alloc(0)
    this.#isAtEnd = bytes !== undefined
  }

  get bytes(): Buffer {
    return this.#bytes
  }

  /** Where `bytes` begin in the file. */
  get from(): number {
    return this.#from
  }

  get to(): number {
    return this.#from + this.#bytes.length
  }

  /** Whether the file ends where the window does. */
  get isAtEnd(): boolean {
    return this.#isAtEnd
  }

  /** `bytes`: those of the window, and what follows them. */
  grow(bytes: Buffer): void {
    this.#bytes = bytes
  }

  end(): void {
    this.#isAtEnd = true
  }

  /** What lies before `place` isn't needed any more. */
  letGo(place: number): void {
    if (place <= this.#from) return
    this.#bytes = this.#bytes.subarray(place - this.#from)
    this.#from = place
  }

  slice(from: number, to: number): Buffer {
    return this.#bytes.subarray(from - this.#from, to - this.#from)
  }
}

import { createGunzip, type Gunzip } from 'node:zlib'

/** What a piece of a gzip stream inflates to; `broken`: up to where it can be, and why no further. */
export type Inflated =
  | { readonly kind: 'inflated'; readonly bytes: readonly Buffer[] }
  | { readonly kind: 'broken'; readonly bytes: readonly Buffer[]; readonly error: Error }

/**
 * Inflates a gzip stream piece by piece, as many members as it has. Node's own stream, asked directly: read as a stream, it
 * throws away what it has inflated when it then meets an error.
 */
export class GunzipPieces {
  readonly #gunzip: Gunzip
  readonly #failed: Promise<void>
  #bytes: Buffer[] = []
  #error: Error | null = null
  /** The stream was complete, and zeros behind it were taken for room that was never filled. */
  #hasEnded = false

  constructor() {
    this.#gunzip = createGunzip({ chunkSize: OUTPUT_BYTES })
    this.#gunzip.on('data', (bytes: Buffer) => this.#bytes.push(bytes))
    this.#gunzip.on('end', () => {
      this.#hasEnded = true
    })
    this.#failed = new Promise((resolve) => {
      this.#gunzip.on('error', (error) => {
        this.#error = error
        resolve()
      })
    })
  }

  async add(piece: Buffer): Promise<Inflated> {
    if (this.#hasEnded && piece.some((byte) => byte !== 0))
      this.#error ??= new Error('the gzip stream had ended before')
    if (this.#hasEnded || this.#error !== null) return this.#taken()
    return this.#until((done) => this.#gunzip.write(piece, done))
  }

  /** There is no more: a stream that isn't complete is broken. */
  end(): Promise<Inflated> {
    return this.#until((done) => {
      if (this.#hasEnded) done()
      this.#gunzip.once('end', done)
      this.#gunzip.end()
    })
  }

  close(): void {
    this.#gunzip.destroy()
  }

  async #until(begin: (done: () => void) => void): Promise<Inflated> {
    await Promise.race([new Promise<void>(begin), this.#failed])
    return this.#taken()
  }

  #taken(): Inflated {
    const bytes = this.#bytes
    this.#bytes = []
    return this.#error === null ? { kind: 'inflated', bytes } : { kind: 'broken', bytes, error: this.#error }
  }
}

const OUTPUT_BYTES = 128 * 1024

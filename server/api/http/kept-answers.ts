import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Asking, whileAsked } from './asking.ts'

const compress = promisify(gzip)

/** Below this gzip saves less than its header and the client's work cost. */
const LEAST_COMPRESSED_BYTES = 1024
/** An answer that is made once and read a few times: the best level takes four times as long for a twentieth. */
const LEVEL = 4

/** An answer as it goes over the wire. */
export interface EncodedAnswer {
  readonly body: Uint8Array<ArrayBuffer>
  /** The same, compressed; null where that isn't worth it. */
  readonly compressed: Uint8Array<ArrayBuffer> | null
  /** Of the content, so it survives restarts, and an hour that was counted anew without a change. */
  readonly etag: string
}

export async function encodeAnswer(text: string): Promise<EncodedAnswer> {
  const body = new TextEncoder().encode(text)
  return {
    body,
    compressed:
      body.byteLength < LEAST_COMPRESSED_BYTES ? null : new Uint8Array(await compress(body, { level: LEVEL })),
    // Weak: compressed and not, it is the same answer.
    etag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  }
}

interface Kept {
  readonly stamp: string
  readonly answer: Promise<EncodedAnswer>
  /** Who waits for it, while it is being made. */
  readonly asking: Asking
  sizeBytes: number
}

const MOST_BYTES = 32 * 1024 ** 2

/**
 * Answers as they were sent, for as long as nothing that they say has changed. Whoever asks for what is just being made waits for
 * that: a hundred pages that ask after one event cost one question. The least recently used go first.
 */
export class KeptAnswers {
  readonly #kept = new Map<string, Kept>()
  readonly #mostBytes: number
  #bytes = 0

  constructor(mostBytes = MOST_BYTES) {
    this.#mostBytes = mostBytes
  }

  /**
   * What is kept under `key` with this `stamp`, or what `make` answers. An error is not kept. Once all who wait for what is being
   * made have gone (`asker` is aborted), so are its questions.
   */
  get(
    key: string,
    stamp: string,
    { asker, make }: { readonly asker: AbortSignal; readonly make: () => Promise<EncodedAnswer> },
  ): Promise<EncodedAnswer> {
    const found = this.#kept.get(key)
    if (found !== undefined) this.#forget(key, found)
    if (found?.stamp === stamp && !found.asking.isGivenUp) {
      this.#put(key, found)
      found.asking.join(asker)
      return found.answer
    }
    const asking = new Asking()
    asking.join(asker)
    const made: Kept = { stamp, answer: whileAsked(asking.signal, make), asking, sizeBytes: 0 }
    this.#put(key, made)
    made.answer.then(
      (answer) => {
        asking.end()
        this.#measured(key, made, answer)
      },
      () => {
        asking.end()
        this.#forget(key, made)
      },
    )
    return made.answer
  }

  #put(key: string, kept: Kept): void {
    this.#kept.set(key, kept)
    this.#bytes += kept.sizeBytes
  }

  #forget(key: string, kept: Kept): void {
    if (this.#kept.get(key) !== kept) return
    this.#kept.delete(key)
    this.#bytes -= kept.sizeBytes
  }

  #measured(key: string, kept: Kept, { body, compressed }: EncodedAnswer): void {
    if (this.#kept.get(key) !== kept) return
    kept.sizeBytes = body.byteLength + (compressed?.byteLength ?? 0) + key.length
    this.#bytes += kept.sizeBytes
    for (const [oldestKey, oldest] of this.#kept) {
      if (this.#bytes <= this.#mostBytes) return
      this.#forget(oldestKey, oldest)
    }
  }
}

import type { IncomingMessage } from 'node:http'
import type { InLine, PendingBytes } from './pending-bytes.ts'

/**
 * How reading a body ended. Only of `whole` is anything still in memory; who has it releases `bytes`.
 * - `too_long`: `bytes` arrived; `ended` says whether that was all of it.
 * - `no_room`: others fill the memory; the rest hasn't been read.
 * - `gone`: the client went away, or was too slow and cut off.
 */
export type BodyRead =
  | { readonly kind: 'whole'; readonly pieces: readonly Uint8Array[]; readonly bytes: number }
  | { readonly kind: 'too_long'; readonly bytes: number; readonly ended: boolean }
  | { readonly kind: 'no_room' }
  | { readonly kind: 'gone' }

export interface BodyLimits {
  /** Length of the body, where the client said it. */
  readonly announced: number | 'chunked'
  readonly maxBytes: number
  /** A longer one is read on and thrown away, up to here. */
  readonly maxDrainedBytes: number
  readonly pending: PendingBytes
}

/** Reads a body; `done` is called once. */
export function readBody(request: IncomingMessage, limits: BodyLimits, done: (body: BodyRead) => void): void {
  const reading = new BodyReading(request, limits, done)
  // On each other's heels: a body that has arrived with its head is read in one go.
  request.on('data', (piece: Buffer) => reading.add(piece))
  request.on('end', () => reading.end())
  request.on('close', () => reading.finish(GONE))
}

class BodyReading implements InLine {
  readonly #request: IncomingMessage
  readonly #limits: BodyLimits
  #done: ((body: BodyRead) => void) | null
  #pieces: Uint8Array[] = []
  #bytes = 0
  /** What of it is counted as pending. */
  #taken = 0
  #hasWaited = false

  constructor(request: IncomingMessage, limits: BodyLimits, done: (body: BodyRead) => void) {
    this.#request = request
    this.#limits = limits
    this.#done = done
  }

  add(piece: Buffer): void {
    if (this.#done === null) return
    this.#bytes += piece.length
    if (this.#bytes > this.#limits.maxBytes) {
      this.#throwAway()
      if (this.#bytes >= this.#limits.maxDrainedBytes)
        this.#finishWith({ kind: 'too_long', bytes: this.#bytes, ended: false })
      return
    }
    const room = this.#limits.pending.take(piece.length, this)
    if (room === 'none') {
      this.finish(NO_ROOM)
      return
    }
    this.#taken += piece.length
    this.#pieces.push(piece)
    if (room === 'later' && this.#bytes !== this.#limits.announced) this.#wait()
  }

  end(): void {
    const bytes = this.#bytes
    const pieces = this.#pieces
    // The request, and so this, lives until it is answered; the pieces needn't.
    this.#pieces = []
    if (bytes > this.#limits.maxBytes) this.#finishWith({ kind: 'too_long', bytes, ended: true })
    else this.#finishWith({ kind: 'whole', pieces, bytes })
  }

  /** Ends it without a body; nothing where it has ended already. */
  finish(body: BodyRead): void {
    if (this.#done === null) return
    this.#throwAway()
    this.#finishWith(body)
  }

  goOn(): void {
    this.#request.socket.resume()
    this.#request.resume()
  }

  giveUp(): void {
    this.#request.socket.resume()
    this.finish(NO_ROOM)
  }

  #wait(): void {
    this.#hasWaited = true
    // The connection as well, or Node.js would read one more piece of each ahead, and nobody counts those.
    this.#request.socket.pause()
    this.#request.pause()
    this.#limits.pending.standInLine(this)
  }

  #throwAway(): void {
    this.#limits.pending.release(this.#taken)
    this.#taken = 0
    this.#pieces = []
  }

  #finishWith(body: BodyRead): void {
    const done = this.#done
    this.#done = null
    if (this.#hasWaited) this.#limits.pending.leave(this)
    done?.(body)
  }
}

const GONE: BodyRead = { kind: 'gone' }
const NO_ROOM: BodyRead = { kind: 'no_room' }

import { constants, createGunzip, gzipSync } from 'node:zlib'

/**
 * Inflates body after body with one state of zlib, into memory that its caller uses again.
 *
 * `gunzipSync` makes a stream, a state and a buffer for each call. They cost little to make, but V8 can't collect them with what is
 * young: it takes a whole collection, and those took a fifth of a converter's time. Node.js has no public way to write through a
 * zlib state and wait for it, so this one uses what `gunzipSync` itself is made of, and only where a trial shows that it works
 * as expected here. Whatever isn't one plain stream is left to `gunzipSync`, which also knows how to say what is wrong.
 */
export class ReusedGunzip {
  readonly #handle: ZlibHandle
  /** Bytes left of output and input after a call. */
  readonly #left: Uint32Array
  #hasFailed = false

  private constructor(handle: ZlibHandle, left: Uint32Array) {
    this.#handle = handle
    this.#left = left
    handle.onerror = () => {
      this.#hasFailed = true
    }
  }

  /** Null: this Node.js's zlib is made otherwise. */
  static create(): ReusedGunzip | null {
    const stream = createGunzip()
    if (!('_handle' in stream && isHandle(stream._handle))) return null
    if (!('_writeState' in stream && stream._writeState instanceof Uint32Array)) return null
    const gunzip = new ReusedGunzip(stream._handle, stream._writeState)
    return gunzip.#works() ? gunzip : null
  }

  /** How long `gzip` says that it is inflated, at its end; null: it is too short to be gzip. */
  static saidBytes(gzip: Uint8Array): number | null {
    const { buffer, byteOffset, length } = gzip
    return length < LEAST_GZIP_BYTES ? null : new DataView(buffer, byteOffset).getUint32(length - 4, true)
  }

  /**
   * Inflates `gzip` to the beginning of `to`, which has room for a byte more than it says it is long. True: that is what it holds,
   * checksum and all. False: it isn't, or holds more than one stream; then `to` holds anything.
   */
  inflate(gzip: Uint8Array, to: Uint8Array): boolean {
    const said = ReusedGunzip.saidBytes(gzip)
    if (said === null || said >= to.length) return false
    this.#hasFailed = false
    this.#handle.reset()
    this.#handle.writeSync(constants.Z_FINISH, gzip, 0, gzip.length, to, 0, said + 1)
    const [outputLeft, inputLeft] = this.#left
    // One byte of room is left, so zlib wasn't stopped before the end.
    return !this.#hasFailed && outputLeft === 1 && inputLeft === 0
  }

  #works(): boolean {
    const text = Buffer.from('as it was')
    const gzip = gzipSync(text)
    const spoilt = Uint8Array.from(gzip, (byte, at) => (at === gzip.length - 5 ? byte ^ 1 : byte))
    const to = Buffer.alloc(text.length + 1)
    try {
      // Twice, and after something that isn't whole.
      const goes = this.inflate(gzip, to) && !this.inflate(spoilt, to) && this.inflate(gzip, to)
      return goes && to.subarray(0, text.length).equals(text)
    } catch {
      return false
    }
  }
}

/** Its head and its end. */
const LEAST_GZIP_BYTES = 18

interface ZlibHandle {
  onerror: () => void
  reset(): void
  writeSync(
    flush: number,
    input: Uint8Array,
    inputFrom: number,
    inputBytes: number,
    output: Uint8Array,
    outputFrom: number,
    outputBytes: number,
  ): void
}

function isHandle(handle: unknown): handle is ZlibHandle {
  return (
    typeof handle === 'object' &&
    handle !== null &&
    'onerror' in handle &&
    'reset' in handle &&
    typeof handle.reset === 'function' &&
    'writeSync' in handle &&
    typeof handle.writeSync === 'function'
  )
}

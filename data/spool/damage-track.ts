import type { EpochMs } from '../domain/time.ts'
import type { SegmentPiece } from './segment-piece.ts'
import type { SegmentWindow } from './segment-window.ts'

/**
 * The stretch without frames that a reader is in. Its bytes are handed on while it lasts, so that it may be longer than memory;
 * zeros at its beginning wait, because zeros up to the end of the file are no damage.
 */
export class DamageTrack {
  readonly #window: SegmentWindow
  #from: number
  #handedOnTo: number
  #waitingZeros = 0
  #isZeros = true

  constructor(window: SegmentWindow, from: number) {
    this.#window = window
    this.#from = from
    this.#handedOnTo = from
  }

  /** Where the stretch begins: where the last frame ended. */
  get from(): number {
    return this.#from
  }

  /** There was a frame: the next stretch begins behind it. */
  restartAt(place: number): void {
    this.#from = place
    this.#handedOnTo = place
    this.#waitingZeros = 0
    this.#isZeros = true
  }

  /** Hands on what lies before `to`, and lets the window go on to there. */
  *handOn(to: number): Generator<SegmentPiece> {
    if (to > this.#handedOnTo) {
      const bytes = this.#window.slice(this.#handedOnTo, to)
      this.#handedOnTo = to
      this.#isZeros &&= isZeros(bytes)
      if (this.#isZeros) this.#waitingZeros += bytes.length
      else {
        yield* this.#zeros()
        yield { kind: 'damaged_bytes', bytes }
      }
    }
    this.#window.letGo(to)
  }

  /** The stretch ends before `to`; nothing where it is empty. */
  *close(to: number, near: EpochMs): Generator<SegmentPiece> {
    if (to <= this.#from) return
    yield* this.handOn(to)
    yield* this.#zeros()
    yield { kind: 'damaged', stretch: { offset: this.#from, bytes: to - this.#from, near } }
  }

  /** The stretch's bytes up to the end of the file; null where some are handed on already. */
  bytesToEnd(): Buffer | null {
    return this.#handedOnTo === this.#from ? this.#window.slice(this.#from, this.#window.to) : null
  }

  /** Whether the file holds nothing but zeros from the stretch's beginning; asked at its end. */
  isZerosToEnd(): boolean {
    return this.#isZeros && isZeros(this.#window.slice(this.#handedOnTo, this.#window.to))
  }

  *#zeros(): Generator<SegmentPiece> {
    for (; this.#waitingZeros > 0; this.#waitingZeros -= Math.min(this.#waitingZeros, ZEROS.length)) {
      yield { kind: 'damaged_bytes', bytes: ZEROS.subarray(0, this.#waitingZeros) }
    }
  }
}

const ZEROS = Buffer.alloc(64 * 1024)

function isZeros(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const part = bytes.subarray(at, at + ZEROS.length)
    if (!part.equals(ZEROS.subarray(0, part.length))) return false
  }
  return true
}

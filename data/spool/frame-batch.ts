import type { EpochMs } from '../domain/time.ts'
import type { AppendResult } from './append-result.ts'
import type { SpoolEntry } from './frame.ts'
import { maxFrameBytes, sealFrame, writeFrame } from './frame.ts'

/** Told of what became of an entry. */
export type Done = (result: AppendResult) => void

/**
 * Entries that wait, one behind the other as they will stand in the file. They are copied when they come: the memory that
 * a body arrived in is free at once, where thousands of them, held until they are synced, would keep the collector of
 * garbage busy; and what is written then is one piece.
 */
export class FrameBatch {
  readonly #memory: Buffer
  readonly #ends: number[] = []
  readonly #waiting: Done[] = []
  #bytes = 0
  #submissions = 0

  /** `memory` is this batch's until all of its entries have been told. */
  constructor(memory: Buffer) {
    this.#memory = memory
  }

  get memory(): Buffer {
    return this.#memory
  }

  get bytes(): number {
    return this.#bytes
  }

  get entries(): number {
    return this.#ends.length
  }

  get submissions(): number {
    return this.#submissions
  }

  /** False where there is no room for it. Throws a RangeError where no frame can hold it. */
  add(entry: SpoolEntry, done: Done): boolean {
    if (this.#bytes + maxFrameBytes(entry) > this.#memory.length) return false
    this.#bytes = writeFrame(this.#memory, this.#bytes, entry)
    this.#ends.push(this.#bytes)
    this.#waiting.push(done)
    if (entry.kind === 'submission') this.#submissions++
    return true
  }

  /** Makes the entries frames of a segment, numbered from `first` on; answers their bytes. */
  seal(id: Uint8Array, first: number, receivedAt: EpochMs): Uint8Array {
    let from = 0
    let number = first
    for (const end of this.#ends) {
      sealFrame(this.#memory, from, id, number, receivedAt)
      from = end
      number++
    }
    return this.#memory.subarray(0, this.#bytes)
  }

  /** Tells all who wait, in order; `resultOf` is asked with each one's place in the batch, from 0. */
  tell(resultOf: (index: number) => AppendResult): void {
    for (const [index, done] of this.#waiting.entries()) done(resultOf(index))
  }
}

/** Memory for batches, which is used again and again. */
export class BatchMemory {
  readonly #free: Buffer[] = []

  /** For an entry that may take `leastBytes`. */
  batchFor(leastBytes: number): FrameBatch {
    if (leastBytes > BATCH_BYTES) return new FrameBatch(Buffer.allocUnsafeSlow(leastBytes))
    return new FrameBatch(this.#free.pop() ?? Buffer.allocUnsafeSlow(BATCH_BYTES))
  }

  takeBack({ memory }: FrameBatch): void {
    if (memory.length === BATCH_BYTES && this.#free.length < MOST_FREE) this.#free.push(memory)
  }
}

const BATCH_BYTES = 1024 * 1024
/** More than that is left to the collector of garbage, which is slow to notice memory outside of its own. */
const MOST_FREE = 64

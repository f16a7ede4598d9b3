import type { EpochMs } from '../domain/time.ts'
import type { AppendResult } from './append-result.ts'
import { MOST_PADDING_BYTES, paddedLength } from './block.ts'
import { blockMemory, isBlockMemory } from './block-memory.ts'
import type { SpoolEntry } from './frame.ts'
import { maxFrameBytes, padFrame, sealFrame, writeFrame } from './frame.ts'

/** Told of what became of an entry. */
export type Done = (result: AppendResult) => void

/**
 * Entries that wait, one behind the other as they will stand in the file. They are copied when they come: the memory that
 * a body arrived in is free at once, where thousands of them, held until they are synced, would keep the collector of
 * garbage busy; and what is written then is one piece, of whole blocks.
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

  /** With the padding. */
  get bytes(): number {
    return paddedLength(this.#bytes)
  }

  get entries(): number {
    return this.#ends.length
  }

  get submissions(): number {
    return this.#submissions
  }

  /** False where there is no room for it. Throws a RangeError where no frame can hold it. */
  add(entry: SpoolEntry, done: Done): boolean {
    if (this.#bytes + maxFrameBytes(entry) + MOST_PADDING_BYTES > this.#memory.length) return false
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
    const end = this.bytes
    if (end > from) padFrame(this.#memory, from, end - from, id, receivedAt)
    return this.#memory.subarray(0, end)
  }

  /** Tells all who wait, in order; `resultOf` is asked with each one's place in the batch, from 0. */
  tell(resultOf: (index: number) => AppendResult): void {
    let index = 0
    for (const done of this.#waiting) done(resultOf(index++))
  }
}

/** Memory for batches, which is used again and again, from the end, whichever writer of this process had it. */
const free: Buffer[] = []

/** An empty batch with room for an entry that may take `leastBytes`. */
export function batchFor(leastBytes: number): FrameBatch {
  const roomBytes = leastBytes + MOST_PADDING_BYTES
  if (roomBytes > BATCH_BYTES) return new FrameBatch(Buffer.allocUnsafeSlow(roomBytes))
  return new FrameBatch(free.pop() ?? blockMemory(BATCH_BYTES))
}

/**
 * Its memory may be another's. Of what begins with a block there is no more to be had: none of it is let go, and it is used
 * before any other.
 */
export function takeBack({ memory }: FrameBatch): void {
  if (memory.length !== BATCH_BYTES) return
  if (isBlockMemory(memory)) free.push(memory)
  else if (free.length < MOST_FREE) free.unshift(memory)
}

const BATCH_BYTES = 1024 * 1024
/** More than that is left to the collector of garbage, which is slow to notice memory outside of its own. */
const MOST_FREE = 64

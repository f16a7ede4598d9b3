import { type FileHandle, open, unlink } from 'node:fs/promises'
import { renameDurably } from '../files/durable.ts'
import { KeyFilter } from './key-filter.ts'
import type { Run } from './run.ts'
import { BLOCK_BYTES, BLOCK_RECORDS, sealBlock, trailerBlock } from './run-blocks.ts'
import { ASIDE, type SeenFile } from './seen-files.ts'
import { firstWord, RECORD_BYTES, receivedAtOf, secondWord, thirdWord } from './seen-record.ts'
import { writeWhole } from './write-whole.ts'

const PIECE_BLOCKS = 64

/**
 * Writes a run from records that come in order, and makes its index on the way. `add` is told of a full buffer by its answer: then `flush`
 * is to be awaited, which also lets others have their turn.
 */
export class RunWriter {
  readonly #file: SeenFile
  readonly #handle: FileHandle
  readonly #filter: KeyFilter
  readonly #fences: Uint32Array
  readonly #piece = Buffer.allocUnsafe(PIECE_BLOCKS * BLOCK_BYTES)
  /** Blocks that were written before the piece. */
  #written = 0
  /** Whole blocks in the piece. */
  #blocks = 0
  #inBlock = 0
  #ids = 0
  #lastReceived = 0

  private constructor(file: SeenFile, handle: FileHandle, mostIds: number) {
    this.#file = file
    this.#handle = handle
    this.#filter = new KeyFilter(mostIds)
    this.#fences = new Uint32Array(Math.ceil(mostIds / BLOCK_RECORDS))
  }

  static async create(file: SeenFile, mostIds: number): Promise<RunWriter> {
    return new RunWriter(file, await open(file.path + ASIDE, 'ax'), mostIds)
  }

  /** Answers whether the buffer is full. */
  add(records: Buffer, at: number): boolean {
    const target = this.#blocks * BLOCK_BYTES + this.#inBlock * RECORD_BYTES
    const first = firstWord(records, at)
    if (this.#inBlock === 0) this.#fences[this.#written + this.#blocks] = first
    records.copy(this.#piece, target, at, at + RECORD_BYTES)
    this.#filter.add(first, secondWord(records, at), thirdWord(records, at))
    this.#lastReceived = Math.max(this.#lastReceived, receivedAtOf(records, at))
    this.#ids++
    this.#inBlock++
    if (this.#inBlock < BLOCK_RECORDS) return false
    this.#endBlock()
    return this.#blocks === PIECE_BLOCKS
  }

  async flush(): Promise<void> {
    const bytes = this.#piece.subarray(0, this.#blocks * BLOCK_BYTES)
    await writeWhole(this.#handle, bytes)
    this.#written += this.#blocks
    this.#blocks = 0
  }

  /** From here on the run stands for the files that it replaces. */
  async finish(replaces: readonly number[]): Promise<Run> {
    if (this.#inBlock > 0) this.#endBlock()
    await this.flush()
    await writeWhole(this.#handle, trailerBlock({ ids: this.#ids, replaces }, this.#written))
    await this.#handle.close()
    await renameDurably(this.#file.path + ASIDE, this.#file.path)
    return {
      file: this.#file,
      handle: await open(this.#file.path, 'r'),
      filter: this.#filter,
      fences: this.#fences.subarray(0, this.#written),
      ids: this.#ids,
      lastReceived: this.#lastReceived,
    }
  }

  /** Where it can't be finished: on a full disk, half a run after each attempt would keep it full. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => undefined)
    await unlink(this.#file.path + ASIDE).catch(() => undefined)
  }

  #endBlock(): void {
    const start = this.#blocks * BLOCK_BYTES
    const block = this.#piece.subarray(start, start + BLOCK_BYTES)
    block.fill(0xff, this.#inBlock * RECORD_BYTES, BLOCK_RECORDS * RECORD_BYTES)
    sealBlock(block, this.#written + this.#blocks)
    this.#blocks++
    this.#inBlock = 0
  }
}

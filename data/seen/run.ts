import { type FileHandle, open } from 'node:fs/promises'
import { KeyFilter } from './key-filter.ts'
import { BLOCK_BYTES, BLOCK_RECORDS, isWhole, readTrailer, recordsEnd } from './run-blocks.ts'
import { neededUntil, type SeenFile } from './seen-files.ts'
import { firstWord, hasKey, type KeyWords, RECORD_BYTES, receivedAtOf, secondWord, thirdWord } from './seen-record.ts'

/** What is in memory of a run: a filter over its keys, and the first four bytes of each block. */
export interface RunIndex {
  readonly filter: KeyFilter
  /** Ascending: the first word of each block's first record. */
  readonly fences: Uint32Array
  readonly ids: number
  readonly lastReceived: number
}

export interface Run extends RunIndex {
  readonly file: SeenFile
  readonly handle: FileHandle
}

/** The number of blocks with records. */
async function countBlocks(handle: FileHandle): Promise<number> {
  return Math.max(0, Math.floor((await handle.stat()).size / BLOCK_BYTES) - 1)
}

/** The numbers of the files that the run replaces; null where its trailer is damaged. */
export async function readReplaced(path: string): Promise<readonly number[] | null> {
  const handle = await open(path, 'r')
  try {
    const number = await countBlocks(handle)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BLOCK_BYTES), 0, BLOCK_BYTES, number * BLOCK_BYTES)
    return readTrailer(buffer.subarray(0, bytesRead), number)?.replaces ?? null
  } finally {
    await handle.close()
  }
}

const PIECE_BLOCKS = 64
const LAST_WORD = 2 ** 32 - 1

/**
 * Every block of the run in order, some at a time; null in place of one that doesn't verify. The blocks are good until the
 * next ones are asked for: all of them are read into the same memory, or a merge would leave gigabytes to collect.
 */
export async function* readBlocks(handle: FileHandle): AsyncGenerator<readonly (Buffer | null)[]> {
  const blocks = await countBlocks(handle)
  const memory = Buffer.allocUnsafe(Math.min(PIECE_BLOCKS, blocks) * BLOCK_BYTES)
  for (let first = 0; first < blocks; first += PIECE_BLOCKS) {
    const count = Math.min(PIECE_BLOCKS, blocks - first)
    const { bytesRead } = await handle.read(memory, 0, count * BLOCK_BYTES, first * BLOCK_BYTES)
    yield Array.from({ length: count }, (_, n) => {
      const block = memory.subarray(n * BLOCK_BYTES, Math.min(bytesRead, (n + 1) * BLOCK_BYTES))
      return isWhole(block, first + n) ? block : null
    })
  }
}

/** Reads a run whole, to know what is in it. `damagedBlocks` don't verify; their documents are not remembered. */
export async function loadRun(file: SeenFile): Promise<{ readonly run: Run; readonly damagedBlocks: number }> {
  const handle = await open(file.path, 'r')
  try {
    const blocks = await countBlocks(handle)
    const filter = new KeyFilter(blocks * BLOCK_RECORDS)
    const fences = new Uint32Array(blocks)
    let ids = 0
    let lastReceived = 0
    const damaged: number[] = []
    let number = 0
    for await (const piece of readBlocks(handle)) {
      for (const block of piece) {
        if (block === null) {
          damaged.push(number)
        } else {
          fences[number] = firstWord(block, 0)
          const end = recordsEnd(block)
          for (let at = 0; at < end; at += RECORD_BYTES) {
            filter.add(firstWord(block, at), secondWord(block, at), thirdWord(block, at))
            lastReceived = Math.max(lastReceived, receivedAtOf(block, at))
            ids++
          }
        }
        number++
      }
    }
    // As if it began with the next: no search ends in it that should end in the one before.
    for (const block of damaged.toReversed()) fences[block] = fences[block + 1] ?? LAST_WORD
    return { run: { file, handle, filter, fences, ids, lastReceived }, damagedBlocks: damaged.length }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** The blocks in which records with this first word may stand: from `first` to `last`; none where `last` is less. */
export function blocksFor(fences: Uint32Array, word: number): { readonly first: number; readonly last: number } {
  return { first: Math.max(0, countBelow(fences, word) - 1), last: countBelow(fences, word + 1) - 1 }
}

/** How many of `fences` are less than `word`. */
function countBelow(fences: Uint32Array, word: number): number {
  let low = 0
  let high = fences.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((fences[middle] ?? 0) < word) low = middle + 1
    else high = middle
  }
  return low
}

/** Reads a block of the run; null where it doesn't verify. */
export async function readBlock({ handle }: Run, number: number): Promise<Buffer | null> {
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(BLOCK_BYTES), 0, BLOCK_BYTES, number * BLOCK_BYTES)
  const block = buffer.subarray(0, bytesRead)
  return isWhole(block, number) ? block : null
}

/** Calls `visit` with the place of each record of the block that has the key. */
export function findInBlock(block: Buffer, key: KeyWords, visit: (block: Buffer, at: number) => void): void {
  const end = recordsEnd(block)
  for (let at = 0; at < end; at += RECORD_BYTES) {
    if (firstWord(block, at) > key.first) return
    if (hasKey(block, at, key)) visit(block, at)
  }
}

/** See `neededUntil`. */
export function runNeededUntil({ file, lastReceived }: Run): number {
  return neededUntil(file.day, lastReceived)
}

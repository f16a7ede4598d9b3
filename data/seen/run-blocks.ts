import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { isFilling, RECORD_BYTES } from './seen-record.ts'

/**
 * A run is a file of blocks of 4 KiB. All but the last hold up to 186 records, sorted by their first four bytes through the
 * file, and are filled up with 0xff; the last one, the trailer, holds JSON. Each ends in a CRC-32 that is begun with the block's
 * number, so that a block doesn't verify in another's place.
 */
export const BLOCK_BYTES = 4096
export const BLOCK_RECORDS = 186

const CHECKSUM_AT = BLOCK_BYTES - 4

const Trailer = z.object({ form: z.literal('seen-1'), ids: z.number(), replaces: z.array(z.number()) })

/** What a run says of itself. */
export interface RunTrailer {
  readonly ids: number
  /** Numbers of the files that this one holds the documents of: they go, whenever they are met. */
  readonly replaces: readonly number[]
}

/** More would not fit. */
export const MOST_REPLACED = 200

export function sealBlock(block: Buffer, number: number): void {
  block.writeUInt32BE(crc32(block.subarray(0, CHECKSUM_AT), number), CHECKSUM_AT)
}

export function isWhole(block: Buffer, number: number): boolean {
  return (
    block.length === BLOCK_BYTES && crc32(block.subarray(0, CHECKSUM_AT), number) === block.readUInt32BE(CHECKSUM_AT)
  )
}

/** Where the records of a block end: the last block isn't full. */
export function recordsEnd(block: Buffer): number {
  let end = BLOCK_RECORDS * RECORD_BYTES
  while (end > 0 && isFilling(block, end - RECORD_BYTES)) end -= RECORD_BYTES
  return end
}

export function trailerBlock(trailer: RunTrailer, number: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES, ' ')
  block.write(JSON.stringify({ form: 'seen-1', ...trailer }))
  sealBlock(block, number)
  return block
}

/** Null where it is damaged, or isn't one. */
export function readTrailer(block: Buffer, number: number): RunTrailer | null {
  if (!isWhole(block, number)) return null
  try {
    return Trailer.parse(JSON.parse(block.toString('utf8', 0, CHECKSUM_AT)))
  } catch {
    return null
  }
}

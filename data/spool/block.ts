import { LEAST_PADDING_BYTES } from './frame.ts'

/**
 * Receivers write segments in whole blocks, out of memory that begins where a block of it does: so the kernel can hand them to
 * the disk as they lie, without a copy in its own memory (`segment-file.ts`). Padding fills the last one up. No disk or file
 * system in use has larger ones.
 */
export const BLOCK_BYTES = 4096

/** The most that padding takes. */
export const MOST_PADDING_BYTES = BLOCK_BYTES + LEAST_PADDING_BYTES

/** `bytes` and the padding behind them: up to the end of the block, or of the next one where that is too near. */
export function paddedLength(bytes: number): number {
  const end = Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES
  return end === bytes || end - bytes >= LEAST_PADDING_BYTES ? end : end + BLOCK_BYTES
}

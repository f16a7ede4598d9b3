import type { DamagedStretch } from '../converted/converted-record.ts'
import type { EpochMs } from '../domain/time.ts'
import type { Frame } from './frame.ts'

/** What a segment is made of, in the file's order; no two overlap. */
export type SegmentPiece =
  /** No number twice. In `v3`, where each frame knows its own, those of damaged frames are missing. */
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** Some bytes of a stretch without a frame that verifies, one after the other … */
  | { readonly kind: 'damaged_bytes'; readonly bytes: Uint8Array }
  /** … and the whole stretch, behind the last of its bytes. */
  | { readonly kind: 'damaged'; readonly stretch: DamagedStretch }

export interface SegmentHeader {
  /** `unknown`: neither the file nor its name tells; all of it is damaged. */
  readonly version: 'v1' | 'v2' | 'v3' | 'unknown'
  /** The segment's name: its file's, without the owner of the claim. */
  readonly segment: string
  /** Empty where nothing tells, as in `v1` and `v2`. */
  readonly receiver: string
  /** In `v1` and `v2` the receipt time of the first frame, 0 without one. */
  readonly createdAt: EpochMs
}

/** What is known of a segment once all of it is read. */
export interface SegmentEnd {
  readonly header: SegmentHeader
  /**
   * Bytes at the end that the writer didn't live to finish. They were never acknowledged, so they aren't damage.
   * Always 0 in `v1` and `v2`, whose writers answered before anything was on disk.
   */
  readonly tornBytes: number
}

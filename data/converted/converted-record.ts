import type { Dimensions } from '../domain/dimensions.ts'
import type { DiscardCause } from '../domain/discard.ts'
import type { Outcome, Problem, ProblemOrNone } from '../domain/outcome.ts'
import type { EpochMs } from '../domain/time.ts'

/** What is decided of one frame when its segment is converted. A duplicate isn't known yet: the owner decides that. */
export interface ConvertedRecord {
  /** Number of the frame in its segment, from 0. Segment and frame together name a submission for ever. */
  readonly frame: number
  readonly receivedAt: EpochMs
  /** The id of the path, lower case; empty where the path has none. */
  readonly documentId: string
  readonly dimensions: Dimensions
  readonly outcome: Exclude<Outcome, 'duplicate'>
  /** The first of `problems`, or `none`. */
  readonly problem: ProblemOrNone
  readonly problems: readonly Problem[]
  /** One entry a problem where there is more to say: which field, and its value (200 characters, controls escaped). */
  readonly causes: readonly ProblemCause[]
  /** Sent with `X-Source-Tags: automation`: counted apart, never part of an expectation. */
  readonly automation: boolean
  /** 32 hex digits over document id, reason and body; null where a copy can't be told (no id, or rejected). */
  readonly duplicateKey: string | null
  /** Size of the body as received. */
  readonly bytes: number
  /** `debug_id` (see DEBUG_ID), and watched attributes: `revision_prefix`, `path_form` (`id`, `full`, `malformed`), `os`, `source_tag`. */
  readonly attributes: Readonly<Record<string, string>>
}

/**
 * The attribute by which people find again what they sent themselves (`X-Debug-ID`). It isn't counted: everybody has
 * another.
 */
export const DEBUG_ID = 'debug_id'

export interface ProblemCause {
  readonly problem: Problem
  /** What was at fault: a path in the payload (`info.revision`), `body`, or the part of the path that can't be read. */
  readonly field: string
  /** What stood there: at most 200 characters, those that can't be seen escaped. */
  readonly value: string
  /** What was thrown, where something was: at most 1,000 characters, likewise. */
  readonly exception?: string
}

/** The parts of a record that only the archive needs. */
export type ConvertedContent =
  | {
      readonly kind: 'converted'
      /** The converted submission, JSON. */
      readonly payload: string
      /**
       * JSON object of what was taken out or replaced, verbatim: `{"histograms": {NAME: …}, "info": {"OS": …}}`; empty
       * where nothing was. An accepted submission may have the latter.
       */
      readonly dropped: string
    }
  | {
      readonly kind: 'raw'
      readonly path: string
      readonly headers: Readonly<Record<string, string>>
      /** The body exactly as received. */
      readonly body: Uint8Array
    }

/** When somebody listened and refused nothing: from the first to the last heartbeat of a stretch without a pause. */
export interface CoverageInterval {
  readonly receiver: string
  readonly from: EpochMs
  readonly to: EpochMs
}

/** A stretch of a segment in which no frame verified; kept aside, counted as `corrupted_data`. */
export interface DamagedStretch {
  readonly offset: number
  readonly bytes: number
  /** Receipt time of the last good frame before it, or the segment's creation. */
  readonly near: EpochMs
}

/** A submission that was answered 202 for its size and not kept. */
export interface DiscardedSubmission {
  readonly receivedAt: EpochMs
  /** Of the path, `UNKNOWN` where it has none. */
  readonly channel: string
  readonly cause: DiscardCause
  /** The size asked for. */
  readonly bytes: number
  /** The limit that it was over; 0 where that wasn't noted. */
  readonly limitBytes: number
  readonly automation: boolean
}

/** What the owner needs to merge a segment's counts, without opening a single payload. */
export interface ConvertedIndex {
  readonly segment: string
  readonly receiver: string
  readonly segmentCreatedAt: EpochMs
  readonly converterVersion: string
  readonly coverage: readonly CoverageInterval[]
  readonly damaged: readonly DamagedStretch[]
  readonly discarded: readonly DiscardedSubmission[]
  readonly records: readonly ConvertedRecord[]
}
